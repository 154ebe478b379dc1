import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { SidestreamError } from '../../error';
import type { EventType, Progress, Recommendation, Recommender, RecommendRequest, Status } from '../../protocol';
import { define } from '../define';
import { emit } from '../events';
import { languageOf } from '../price';
import { cardStyles } from './card.styles';
import { Dismissals } from './dismissals';
import { ErrorReport } from './error-report';
import type { Snapshot } from './flip';
import { FocusPlace } from './focus-place';
import type { Impressions } from './impressions';
import { inViewBefore, type ListInView, putInView, takeOutOfView } from './in-view';
import { completeLabels, type RecsLabels } from './labels';
import { LanguageWatch } from './language-watch';
import { type Late, late, loadLate } from './late';
import { ListController, type ListHost, type RecommenderSource } from './list-controller';
import { emptyState, errorState, loadingState, nothingToShow, scrollButtons } from './list-states';
import { listView } from './list-view';
import { requestOf } from './request';
import type { RowScroller } from './scroller';
import { settingsOf } from './settings';
import { sharedRecommender } from './shared';
import { RecsElement } from './sidestream-recs.properties';
import { recsStyles } from './sidestream-recs.styles';
import { SourceWatch } from './source-watch';
import { OwnCard } from './template-card-host';
import { Nearness } from './viewport-distance';

/** Properties that make another request, or another recommender. */
const REQUEST_PROPERTIES = ['placement', 'itemId', 'limit', 'exclude', 'filter'];
const SOURCE_PROPERTIES = ['recommender', 'catalog', 'namespace', 'lazy'];
/**
 * A list of recommendations that follows what the shopper does, computed on this device.
 *
 * A `<template>` child replaces the card. It may use `{id}` `{title}` `{description}` `{category}` `{price}` `{image}`
 * `{href}` `{reason}` `{source}` `{position}` in texts, names and addresses, and carry its own `<style>`; links are tracked by
 * themselves, an element with `data-dismiss` dismisses. Where a field would run or load (`<script>`, `<iframe>`,
 * `on…`, `style`) it is left out, and the console is told.
 *
 * It speaks the language of the nearest `lang` attribute (English, Japanese, German, French, Spanish, Arabic), with prices
 * as written there. It keeps the room of `limit` cards from the start; empty or failed it takes that of one sentence, and
 * none where there is nothing for a shopper: an empty `recent`, or a mistake of the page's, which the console is told of.
 *
 * @tag sidestream-recs
 * @summary `<sidestream-recs catalog="/bundle/" placement="for-you"></sidestream-recs>`
 *
 * @slot - Links to the same products or to any: what search engines see, and shoppers before the list is there and when
 *   it fails. They stay in the document; the cards take their place.
 * @slot header - Replaces the heading.
 * @slot loading - Replaces the skeleton cards.
 * @slot empty - Replaces the sentence shown when there is nothing to recommend.
 * @slot error - Replaces the message shown when recommendations fail.
 *
 * @fires {CustomEvent<RecsRenderDetail>} recommend - A list, or the empty state, was put in the page. Bubbles.
 * @fires {CustomEvent<RecsClickDetail>} itemclick - A card was chosen. Bubbles. `preventDefault()` stops the link.
 * @fires {CustomEvent<RecsErrorDetail>} error - Something failed; the page goes on. `preventDefault()` keeps it out of the
 *   console.
 * @fires {CustomEvent<Progress>} progress - The bundle loads, or the device learns.
 *
 * @csspart section - The whole list.
 * @csspart header - Heading and scroll buttons.
 * @csspart heading - The heading.
 * @csspart list - The list of cards.
 * @csspart item - One place in the list.
 * @csspart card - One card.
 * @csspart link - The title, which is the card's link.
 * @csspart media - The tile behind the picture.
 * @csspart image - The picture.
 * @csspart body - The texts below the picture.
 * @csspart price - The price.
 * @csspart availability - The mark of sold-out products.
 * @csspart reason - Why the product is recommended.
 * @csspart dismiss - The "not interested" button.
 * @csspart dismissed - What is left of a dismissed card.
 * @csspart undo - The button that takes a dismissal back.
 * @csspart skeleton - The outline of a card on its way.
 * @csspart scroll - Both scroll buttons of a row.
 * @csspart message - The sentence of the empty and error states.
 * @csspart retry - The retry button.
 *
 * @cssproperty [--sidestream-card-size=10.5rem] - Least width of a card; its width in a row.
 * @cssproperty [--sidestream-gap=1rem] - Space between cards.
 * @cssproperty [--sidestream-radius=0.875rem] - Corners of the tiles.
 * @cssproperty [--sidestream-tile] - Background behind pictures; a tint of the text colour.
 * @cssproperty [--sidestream-muted] - Colour of secondary text; a softened text colour.
 * @cssproperty [--sidestream-accent=currentColor] - Focus rings and the retry button.
 * @cssproperty [--sidestream-surface=Canvas] - Background of the buttons that lie on pictures.
 * @cssproperty [--sidestream-on-surface=CanvasText] - Colour of what is on those buttons.
 * @cssproperty [--sidestream-media-ratio=1] - Aspect ratio of the tiles.
 * @cssproperty [--sidestream-image-fit=contain] - `object-fit` of the pictures.
 * @cssproperty [--sidestream-image-padding=0] - Space round the pictures inside their tiles.
 * @cssproperty [--sidestream-heading-size=1.25rem] - Size of the heading.
 */
export class SidestreamRecs extends RecsElement implements ListHost, ListInView {
  /** @internal */
  static override styles = [recsStyles, cardStyles];
  /** @internal */
  static override properties = { state: { reflect: true } };

  /**
   * `loading`, `filled`, `empty`, `error`, or `hidden` where there is nothing for a shopper. For style sheets:
   * `section:has(> sidestream-recs[state="hidden"]) { display: none }`.
   */
  state: 'loading' | 'filled' | 'empty' | 'error' | 'hidden' = 'loading';

  readonly #list = new ListController(this);
  readonly #dismissals = new Dismissals();
  readonly #errors = new ErrorReport(this);
  readonly #failed = (thrown: unknown) => this.listFailed(SidestreamError.from(thrown));
  readonly #begin = () => (this.#list.recommender ? this.requestUpdate() : this.#list.use(this.#source()));
  readonly #nearness = new Nearness(this, this.#begin);
  readonly #ownCard = new OwnCard(this, this.#begin, this.#failed);
  readonly #sourceWatch = new SourceWatch(this, () => this.#warn(['catalog']));
  #settings = settingsOf(this).settings;
  #last: Status | undefined;
  #row: RowScroller | undefined;
  #impressions: Impressions | undefined;
  #before: Snapshot | undefined;
  #rendered = '';
  #order = '';

  constructor() {
    super();
    // The reasons come with the list: in another language it is asked for again.
    new LanguageWatch(this, () => this.refresh(), this.#failed);
    new FocusPlace(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#impressions?.stop();
    takeOutOfView(this);
  }

  /** @internal */
  get joined(): Recommender | null {
    return this.#list.recommender;
  }

  /** Asks for the list again; the page rarely needs it, changes are followed by themselves. */
  refresh(): void {
    this.#list.refresh();
  }

  /** @internal */
  listRequest(): RecommendRequest | null {
    // What the shopper looked at is a record; it is complete whatever other lists show.
    const { placement, limit, exclude: given } = this.#settings;
    const elsewhere = placement === 'recent' ? [] : inViewBefore(this);
    const exclude = [...new Set([...given, ...elsewhere, ...this.#dismissals.ids])];
    const { itemId, filter } = this;
    const wanted = { placement, itemId, limit, filter };
    const request = requestOf(wanted, exclude, this.#dismissals.taken, languageOf(this));
    if (!request) this.#warn(['itemId']);
    return request;
  }

  /** @internal */
  listShows(ids: string[]): void {
    putInView(this, ids);
  }

  /** @internal A profile that was reset or rolled back holds less than before: dismissed items may be listed again. */
  listChanged(status: Status): void {
    const { events, dismissed, lastUpdate } = this.#last ?? status;
    const reset = dismissed > 0 && status.dismissed === 0;
    if (reset || status.events < events || (status.lastUpdate ?? 0) < (lastUpdate ?? 0)) this.#dismissals.clear();
    this.#last = status;
  }

  /** @internal */
  listFailed(error: SidestreamError): void {
    this.#errors.tell(error);
  }

  /** @internal */
  listProgress(progress: Progress): void {
    emit(this, 'progress', progress);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { settings, wrong } = settingsOf(this);
    this.#settings = settings;
    this.#warn(wrong);
    if (changed.has('placement') || changed.has('itemId')) this.#dismissals.leave();
    if (SOURCE_PROPERTIES.some((name) => changed.has(name))) this.#list.use(this.#source());
    else if (REQUEST_PROPERTIES.some((name) => changed.has(name))) this.#list.refresh();
    const { state } = this.#list;
    const hidden = !this.#places.length && nothingToShow(this, state, settings.placement, this.#sourceWatch.overdue);
    this.state = hidden ? 'hidden' : state.kind;
    const order = this.#filled.items.map(({ item }) => item.id).join('\n');
    const moved = this.#order && order !== this.#order;
    this.#before = moved ? late?.takeSnapshot(this.renderRoot as ShadowRoot) : undefined;
    this.#order = order;
  }

  protected override updated(): void {
    const { response, items } = this.#filled;
    if (this.#before) late?.playFrom(this.#before, this.renderRoot as ShadowRoot);
    this.#impressions?.watch(response, [...this.renderRoot.querySelectorAll<HTMLElement>('li[data-id]')]);
    this.#ownCard.ready();
    this.#ownCard.keep(new Set(items.map(({ item }) => item.id)));
    if (!this.#row && this.#list.state.kind !== 'loading') loadLate().then(this.#complete, this.#failed);
    if (response === this.#rendered) return;
    this.#rendered = response;
    if (response) emit(this, 'recommend', { placement: this.#settings.placement, recommendationId: response, items });
  }

  readonly #complete = (parts: Late): void => {
    this.#row ??= new parts.RowScroller(this);
    this.#impressions ??= new parts.Impressions((id) => this.#track('impression', id));
    this.requestUpdate();
  };

  protected override render(): TemplateResult {
    const { state, busy } = this.#list;
    const { placement, headingLevel, layout, limit } = this.#settings;
    const labels = this.#words;
    const heading = this.heading || labels.headings[placement];
    const places = this.#places;
    const filled = places.length > 0;
    return html`
      <section part="section" aria-label=${heading} aria-busy=${busy ? 'true' : 'false'}>
        <header part="header">
          <slot name="header"><div part="heading" class="heading" role="heading" aria-level=${headingLevel}>${heading}</div></slot>
          ${layout === 'row' ? scrollButtons(this.#row, labels) : nothing}
        </header>
        ${filled ? this.#cards(places, labels) : nothing}
        ${state.kind === 'loading' ? loadingState(limit, this) : nothing}
        ${state.kind === 'empty' && !filled ? emptyState(labels, this, !!state.response) : nothing}
        ${state.kind === 'error' ? errorState(labels, this, this.#retry) : nothing}
      </section>`;
  }

  get #words(): RecsLabels {
    return completeLabels(this.labels ?? {}, languageOf(this));
  }
  /** Cards, and what is left of dismissed ones. */
  get #places(): ReturnType<Dismissals['among']> {
    return 'response' in this.#list.state ? this.#dismissals.among(this.#filled.items) : [];
  }
  get #filled(): { response: string; items: Recommendation[] } {
    const { state } = this.#list;
    if (state.kind !== 'filled' && state.kind !== 'empty') return { response: '', items: [] };
    return { response: state.response?.id ?? '', items: state.response?.items ?? [] };
  }

  #source(): RecommenderSource | null {
    const { recommender, catalog, namespace, lazy } = this;
    if ((lazy && !this.#nearness.near) || !this.#ownCard.ready()) return null;
    if (recommender) return () => Promise.resolve(recommender);
    return catalog ? (onProgress) => sharedRecommender({ bundle: catalog, namespace, onProgress }) : null;
  }

  #cards(places: ReturnType<Dismissals['among']>, labels: RecsLabels): TemplateResult {
    return listView(places, {
      host: { ...this.#settings, dismissible: this.dismissible },
      language: languageOf(this),
      labels,
      fill: this.#ownCard.filler(),
      row: this.#row,
      onClick: this.#onClick,
    });
  }

  readonly #retry = (): void => {
    late?.announce(this.#words.loading);
    this.#list.retry();
  };

  /** One listener for built-in and template cards alike; a middle click opens a tab and counts too. */
  readonly #onClick = (event: MouseEvent): void => {
    if (event.type === 'auxclick' && event.button !== 1) return;
    if (!(event.target instanceof Element)) return;
    const place = event.target.closest('li');
    if (place?.dataset.dismissed && event.target.closest('[data-undo]')) this.#undo(place.dataset.dismissed);
    const position = this.#filled.items.findIndex(({ item }) => item.id === place?.dataset.id);
    const chosen = this.#filled.items[position] && { ...this.#filled.items[position], position };
    if (!chosen) return;
    if (event.target.closest('[data-dismiss]')) this.#dismiss(chosen);
    else if (event.target.closest('a, button')) this.#choose(chosen, event);
  };

  #choose({ item, position }: Recommendation, event: MouseEvent): void {
    const detail = { item, position, placement: this.#settings.placement, recommendationId: this.#filled.response };
    this.#track('click', item.id);
    // The link of a product without an address would load the page anew.
    const nowhere = (event.target as Element).closest('a')?.getAttribute('href') === '';
    if (!emit(this, 'itemclick', detail) || nowhere) event.preventDefault();
  }

  #dismiss(chosen: Recommendation): void {
    const { id, title } = chosen.item;
    const place = this.#dismissals.among(this.#filled.items).findIndex(({ card }) => card?.item.id === id);
    this.#track('dismiss', id);
    this.#dismissals.add(chosen, place, Math.floor(this.#settings.limit / 2));
    this.#list.remove(id);
    late?.announce(this.#words.dismissed(title));
    this.#focus(id, 'button');
  }

  #undo(id: string): void {
    const undone = this.#dismissals.undo(id);
    if (!undone) return;
    this.#list.insert(undone, undone.position);
    this.#track('undismiss', id);
    late?.announce(this.#words.restored(undone.item.title));
    this.#focus(id, '[data-dismiss]');
  }

  /** The button just pressed is gone: the focus goes on to what stands in its place. */
  #focus(id: string, selector: string): void {
    void this.updateComplete.then(() => {
      const places = [...this.renderRoot.querySelectorAll('li')];
      const place = places.find(({ dataset }) => dataset.id === id || dataset.dismissed === id);
      place?.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
    });
  }

  #warn(names: string[]): void {
    if (names.length > 0) import('../mistakes').then(({ warnOfSettings }) => warnOfSettings(this, names), this.#failed);
  }

  #track(type: EventType, id: string): void {
    const { recommender } = this.#list;
    const { response, items } = this.#filled;
    const position = items.findIndex(({ item }) => item.id === id);
    const { placement } = this.#settings;
    const details = { placement, recommendationId: response, ...(position < 0 ? {} : { position }) };
    recommender?.track(type, id, details).catch(this.#failed);
  }
}

define('sidestream-recs', SidestreamRecs);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-recs': SidestreamRecs;
  }
}
