import { html, nothing, type TemplateResult } from 'lit';
import type { Recommendation } from '../../../device/protocol';
import type { List } from '../list/list';
import type { ListLabels } from './labels';
import type { Place } from './views';

/** Maximum length of the title in the sentence on a dismissed card. */
const MAX_LETTERS = 32;

interface DismissedCard {
  recommendation: Recommendation;
  /** 0-based position among everything in the list. */
  place: number;
}

/**
 * Products dismissed in one list. A dismissed card leaves a placeholder with an undo button: nothing moves under the pointer, and
 * the button does not time out.
 */
export class Dismissals {
  readonly #ids = new Set<string>();
  #places: DismissedCard[] = [];

  constructor(private readonly list: Pick<List, 'host' | 'remove' | 'insert' | 'track' | 'announce'>) {}

  get ids(): string[] {
    return [...this.#ids];
  }

  /** Number of places that dismissed cards take. */
  get taken(): number {
    return this.#places.length;
  }

  /**
   * Dismisses a product of the list.
   * @param items items of the list, including the dismissed one
   * @param limit limit of the list; dismissed cards keep at most half as many places, and the oldest are dropped
   */
  add(chosen: Recommendation, items: Recommendation[], limit: number, labels: ListLabels): void {
    const { id, title } = chosen.item;
    const place = this.among(items, labels).findIndex(({ card }) => card?.item.id === id);
    this.list.track('dismiss', id);
    this.#ids.add(id);
    this.#places.push({ recommendation: chosen, place });
    this.#places.splice(0, this.#places.length - Math.max(1, Math.floor(limit / 2)));
    this.list.remove(id);
    this.list.announce(labels.dismissed(title));
    this.#focus(id, 'button');
  }

  undo(id: string | undefined, labels: ListLabels): void {
    const found = this.#places.find(({ recommendation }) => recommendation.item.id === id);
    if (!found || id === undefined) return;
    const { recommendation } = found;
    this.#ids.delete(id);
    this.#places = this.#places.filter((place) => place !== found);
    this.list.insert(recommendation);
    this.list.track('undismiss', id);
    this.list.announce(labels.restored(recommendation.item.title));
    this.#focus(id, '[data-dismiss]');
  }

  /** Drops the placeholders because the list has another placement or item; the ids stay dismissed. */
  clearPlaces(): void {
    this.#places = [];
  }

  clear(): void {
    this.#ids.clear();
    this.clearPlaces();
  }

  /** Cards in order, with the placeholders of dismissed ones at their places. */
  among(items: Recommendation[], labels: ListLabels): Place[] {
    const places: Place[] = items.map((card) => ({ card }));
    const inOrder = [...this.#places].sort((one, other) => one.place - other.place);
    for (const { recommendation, place } of inOrder) {
      places.splice(place, 0, {
        dismissed: recommendation.item.id,
        view: placeholder(recommendation, labels),
      });
    }
    return places;
  }

  /** The placeholder of a dismissed product, for a list that knows its place. */
  viewOf(id: string, labels: ListLabels): TemplateResult | undefined {
    const found = this.#places.find(({ recommendation }) => recommendation.item.id === id);
    return found && placeholder(found.recommendation, labels);
  }

  /** Moves the focus from the pressed button, which is gone, to the one that replaces it. */
  #focus(id: string, selector: string): void {
    const { host } = this.list;
    void host.updateComplete.then(() => {
      const places = [...host.renderRoot.querySelectorAll<HTMLElement>('[part=item]')];
      const place = places.find(({ dataset }) => dataset.id === id || dataset.dismissed === id);
      place?.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
    });
  }
}

/**
 * The placeholder of a dismissed card, with an undo button, in the space that the card had. It keeps the card's lines, invisible:
 * the other cards of its row would move to where theirs are.
 */
const placeholder = ({ item }: Recommendation, labels: ListLabels): TemplateResult => html`
  <div class="room">
    <div class="card hold" aria-hidden="true">
      <span class="media"></span>
      <div class="body">
        <span class="link">${item.title}</span>
        ${item.rating ? html`<p class="rating"></p>` : nothing}
        <p class="price"></p>
      </div>
    </div>
    <div part="card dismissed" class="dismissed">
      <p>${labels.dismissed(shortened(item.title))}</p>
      <button part="undo" class="retry" type="button" data-undo>${labels.undo}</button>
    </div>
  </div>`;

/** Titles beside the undo button are cut; the announcement for screen readers has the whole title. */
function shortened(title: string): string {
  const letters = [...title];
  return letters.length > MAX_LETTERS ? `${letters.slice(0, MAX_LETTERS).join('').trimEnd()}…` : title;
}
