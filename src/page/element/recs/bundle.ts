import { html, nothing, type TemplateResult } from 'lit';
import { formatPrice } from '../../../core/card';
import type { Item, Recommendation, RecommendResponse } from '../../../device/protocol';
import { addStyles } from '../dom';
import { emit } from '../events';
import type { Layout, List, ListState } from '../list/list';
import { bundleStyles } from './bundle.styles';
import { cardOf, type ListContext } from './card';

interface Choice extends Recommendation {
  /** Absent for the main item of the bundle. */
  place?: number;
}

/** Sources of products that are known to go with the item in view: by orders, links or logs, or because the shop says so. */
const EVIDENCE: readonly Recommendation['source'][] = ['boughtTogether', 'pinned'];

/**
 * The item in view and the products that go with it, with check boxes, the total price of the checked items, and a button that
 * puts them into the cart. Products that merely resemble it are alternatives, which nobody buys together: they have no check box,
 * and a list of them alone is a list like any other.
 */
export class Bundle implements Layout {
  /** The main item of the bundle; null without an id or if the catalogue lacks it. */
  #item: Item | null = null;
  #itemId: string | undefined;
  readonly #unchecked = new Set<string>();
  #added: ListState | null = null;

  constructor(private readonly list: List) {
    addStyles(list.host.renderRoot, bundleStyles);
  }

  /**
   * The list as it was added to the cart, until its item changes; null before. Items in the cart leave lists, but not while the
   * shopper is looking at them.
   */
  get state(): ListState | null {
    // The page removed the item or set the first one.
    if (!`${this.list.host.itemId ?? ''}` !== !this.#itemId) this.release();
    return this.#added;
  }

  /** Follows the list again after a bundle was added to the cart. */
  release(): void {
    this.#added = null;
  }

  /**
   * Gets the main item of the bundle, with its present price, before a list is shown.
   * @returns the items for which the bundle has cards
   */
  async cardsOf(items: Recommendation[], itemId: string | undefined): Promise<Recommendation[]> {
    const another = itemId !== this.#itemId;
    if (items.length === 0 || (this.#added && !another)) return items;
    let item: Item | null = null;
    try {
      if (itemId !== undefined) item = (await this.list.recommender?.catalog.get(itemId)) ?? null;
    } catch (thrown) {
      // The products that go with it can still be bought.
      this.list.host.report(thrown);
    }
    if (another) {
      this.#unchecked.clear();
      this.release();
    }
    this.#itemId = itemId;
    this.#item = item;
    return this.#choices(items, '');
  }

  /** The bundle; undefined if none of the products is known to go with the item in view. */
  view(context: ListContext): TemplateResult | undefined {
    const response = this.list.shown;
    const { items } = response;
    if (!items.some(goesWithIt)) return undefined;
    const labels = context.labels.bundle;
    const choices = this.#choices(items, labels.thisItem);
    const choosable = choices.filter(isChoosable);
    const checked = choosable.filter((choice) => this.#isChecked(choice));
    const total = totalOf(checked);
    const { currency, language, onClick } = context;
    const add = (): void => {
      if (checked.length > 0 && !this.#added) this.#add(response, checked, total, context);
    };
    const button = this.#added ? labels.added : checked.length < choosable.length ? labels.addSelected : labels.addAll;
    const plain: ListContext = { ...context, dismissible: false };
    return html`
      <div part="bundle" class="bundle" role="group" aria-label=${labels.choose}>
        <ol part="list" class="list" role="list" @click=${onClick} @auxclick=${onClick}>
          ${choices.map((choice) => this.#card(choice, plain))}
        </ol>
        <div part="summary" class="summary">
          <p part="total" class="total" role="status">
            <span>${this.#added ? labels.added : total === null ? '' : labels.total}</span>${total === null ? nothing : html` <strong>${formatPrice(total, currency, language)}</strong>`}
          </p>
          <button part="add" class="add-checked" type="button" aria-disabled=${checked.length === 0 || this.#added ? 'true' : 'false'} @click=${add}>${button}</button>
        </div>
      </div>`;
  }

  #choices(items: Recommendation[], reason: string): Choice[] {
    // A checked item costs exactly its price, so no "from" price.
    const listed = items.map(({ prices: _, ...recommendation }, place) => ({ ...recommendation, place }));
    const item = this.#item;
    return item ? [{ item, reason, score: 0, source: 'catalog', contributions: {}, position: 0 }, ...listed] : listed;
  }

  #card(choice: Choice, context: ListContext): TemplateResult {
    const { item, place } = choice;
    const onChange = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement && target.checked) this.#unchecked.delete(item.id);
      else this.#unchecked.add(item.id);
      this.list.host.requestUpdate();
    };
    const box = html`
      <label class="check">
        <input part="check" type="checkbox" aria-label=${item.title} .checked=${this.#isChecked(choice)} ?disabled=${isSoldOut(item) || this.#added !== null} @change=${onChange} />
      </label>`;
    // Without an id, the item in view counts neither as shown nor as clicked.
    const id = place === undefined ? nothing : item.id;
    return html`<li part="item" class="item" data-id=${id}>${cardOf(choice, place ?? 0, context)}${isChoosable(choice) ? box : nothing}</li>`;
  }

  #isChecked({ item }: Choice): boolean {
    return !this.#unchecked.has(item.id) && !isSoldOut(item);
  }

  #add(response: RecommendResponse, checked: readonly Choice[], total: number | null, context: ListContext): void {
    const { placement, currency } = context;
    const chosen = checked.map(({ item, place }) => ({
      item,
      quantity: 1,
      placement,
      ...(place === undefined ? {} : { position: place, recommendationId: response.id }),
    }));
    this.#added = { kind: 'filled', response };
    this.list.host.requestUpdate();
    if (!emit(this.list.host, 'addtocart', { items: chosen, total })) return;
    for (const { item, quantity, ...origin } of chosen) {
      const details = {
        quantity,
        ...(item.price === undefined ? {} : { price: item.price }),
        ...(currency ? { currency: currency.toUpperCase() } : {}),
        // The item in view does not come from a list.
        ...(origin.recommendationId === undefined ? {} : origin),
      };
      this.list.recommender?.track('cart', item.id, details).catch(this.list.host.report);
    }
  }
}

const goesWithIt = ({ source }: Recommendation): boolean => EVIDENCE.includes(source);

const isChoosable = (choice: Choice): boolean => choice.place === undefined || goesWithIt(choice);

const isSoldOut = ({ availability }: Item): boolean => availability === 'out-of-stock';

/** Total price of some items; null if the price of one is unknown. */
function totalOf(choices: readonly Choice[]): number | null {
  if (choices.some(({ item }) => item.price === undefined)) return null;
  const total = choices.reduce((sum, { item }) => sum + (item.price ?? 0), 0);
  // Rounds away binary remainders such as in 0.1 + 0.2. No currency has more than four decimals.
  return Number(total.toFixed(4));
}
