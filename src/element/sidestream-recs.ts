import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { SidestreamError } from '../error';
import type { Placement, Recommendation, Recommender, RecommendRequest, Status } from '../recommender';
import { itemHref } from './address';
import { announce, prepareAnnouncer } from './announcer';
import { productCard } from './card';
import { cardStyles } from './card.styles';
import { define } from './define';
import { emit } from './events';
import { Impressions } from './impressions';
import { inViewBefore, type ListInView, putInView, takeOutOfView } from './in-view';
import { completeLabels, type RecsLabels } from './labels';
import { ListController, type ListHost } from './list-controller';
import { emptyState, errorState, hasFallback, loadingState, scrollButtons } from './list-states';
import { playFrom, type Snapshot, takeSnapshot } from './motion';
import { formatPrice, languageOf } from './price';
import { RowScroller } from './scroller';
import { sharedRecommender } from './shared';
import { recsStyles } from './sidestream-recs.styles';
import { cardFields, TemplateCards } from './template-card';

/** Properties that make another request of the list. */
const REQUEST_PROPERTIES = ['placement', 'itemId', 'limit', 'exclude'];
const sameList = (a: string[], b: string[] | undefined): boolean => a.join('\n') === b?.join('\n');

/**
 * A list of recommendations that follows what the shopper does, computed on this device.
 *
 * @tag sidestream-recs
 * @summary `<sidestream-recs bundle="/bundle/" placement="for-you"></sidestream-recs>`
 *
 * @slot - Links to show before the element is ready and when it fails (also what search engines see).
 * @slot header - Replaces the heading.
 * @slot loading - Replaces the skeleton cards.
 * @slot empty - Replaces the sentence shown when there is nothing to recommend.
 * @slot error - Replaces the message shown when recommendations fail.
 *
 * A `<template>` child replaces the card. It may use `{id}` `{title}` `{description}` `{category}` `{price}` `{image}`
 * `{href}` `{reason}` `{source}` `{position}` in texts and attributes, and carry its own `<style>`; links are tracked by
 * themselves, an element with `data-dismiss` dismisses.
 *
 * @fires sidestream-click - A card was chosen. `preventDefault()` stops the link.
 * @fires sidestream-render - A list, or the empty state, was put in the page.
 * @fires sidestream-error - Something failed; the page goes on. `preventDefault()` keeps it out of the console.
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
 * @csspart dismiss - The dismiss button.
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
 * @cssproperty [--sidestream-media-ratio=1] - Aspect ratio of the tiles.
 * @cssproperty [--sidestream-image-fit=contain] - `object-fit` of the pictures.
 * @cssproperty [--sidestream-image-padding=0] - Space round the pictures inside their tiles.
 * @cssproperty [--sidestream-heading-size=1.25rem] - Size of the heading.
 */
export class SidestreamRecs extends LitElement implements ListHost, ListInView {
  /** @internal */
  static override styles = [recsStyles, cardStyles];

  /** Which recommendations to show. */
  @property() placement: Placement = 'for-you';
  /** The item being looked at; `similar` and `complement` need it. */
  @property({ attribute: 'item-id' }) itemId = '';
  /** How many to ask for, 1 to 100. */
  @property({ type: Number }) limit = 8;
  /** The heading; by default one that fits the placement. */
  @property() heading = '';
  /** Level of the heading in the page's outline, 2 to 6. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3;
  /** Address of the bundle folder. Elements with the same bundle and namespace share one recommender. */
  @property() bundle = '';
  /** Separates profiles of shops on one origin. */
  @property() namespace = 'default';
  /** A grid that wraps, or one row that scrolls. */
  @property({ reflect: true }) layout: 'grid' | 'row' = 'grid';
  /** Address of an item's page with `{id}` in it: `#/product/{id}`. By default the item's own `url`. */
  @property({ attribute: 'href-template' }) hrefTemplate = '';
  /** Three-letter currency code of the prices. */
  @property() currency = '';
  /** Gives every card a button that removes the product from all lists. */
  @property({ type: Boolean }) dismissible = false;
  /** A recommender made by the page; takes the place of `bundle`. */
  @property({ attribute: false }) recommender: Recommender | null = null;
  /** Ids never shown, because the page shows them elsewhere. */
  @property({ attribute: false, hasChanged: (now: string[], old?: string[]) => !sameList(now, old) })
  exclude: string[] = [];
  /** Words in the page's language. */
  @property({ attribute: false }) labels: Partial<RecsLabels> = {};
  /** `loading`, `filled`, `empty` or `error`, for style sheets: `sidestream-recs[state="empty"] { display: none }`. */
  @property({ reflect: true }) state: 'loading' | 'filled' | 'empty' | 'error' = 'loading';

  readonly #list = new ListController(this);
  readonly #row = new RowScroller(this);
  readonly #impressions = new Impressions((id) => this.#track('impression', id));
  readonly #templates = new TemplateCards();
  readonly #dismissed = new Set<string>();
  #before: Snapshot | null = null;
  #rendered = '';
  #order = '';

  override connectedCallback(): void {
    super.connectedCallback();
    prepareAnnouncer();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#impressions.stop();
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
    const { placement, itemId } = this;
    if ((placement === 'similar' || placement === 'complement') && !itemId) return null;
    const limit = Math.min(100, Math.max(1, Math.round(this.limit) || 8));
    // What the shopper looked at is a record; it is complete whatever other lists show.
    const elsewhere = placement === 'recent' ? [] : inViewBefore(this);
    const exclude = [...new Set([...this.exclude, ...elsewhere, ...this.#dismissed])];
    return { placement, limit, exclude, ...(itemId ? { itemId } : {}) };
  }

  /** @internal A profile without events was reset or never began: what was dismissed may come back. */
  listChanged({ events }: Status): void {
    if (events === 0) this.#dismissed.clear();
  }

  /** @internal */
  listFailed(error: SidestreamError): void {
    if (emit(this, 'sidestream-error', { error })) console.warn(`sidestream-recs: ${error.code}: ${error.message}`);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('recommender') || changed.has('bundle') || changed.has('namespace')) this.#list.use(this.#source());
    else if (REQUEST_PROPERTIES.some((name) => changed.has(name))) this.#list.refresh();
    this.state = this.#list.state.kind;
    const order = this.#filled.items.map(({ item }) => item.id).join('\n');
    this.#before = this.#order && order !== this.#order ? takeSnapshot(this.renderRoot as ShadowRoot) : null;
    this.#order = order;
  }

  protected override updated(): void {
    const { response, items } = this.#filled;
    if (this.#before) playFrom(this.#before, this.renderRoot as ShadowRoot);
    this.#before = null;
    this.#impressions.watch(response, this.#items);
    this.#templates.keep(new Set(items.map(({ item }) => item.id)));
    if (response === this.#rendered) return;
    this.#rendered = response;
    putInView(
      this,
      items.map(({ item }) => item.id),
    );
    if (response) emit(this, 'sidestream-render', { placement: this.placement, recommendationId: response, items });
  }

  protected override render(): TemplateResult {
    const { state, busy } = this.#list;
    const labels = this.#words;
    const heading = this.heading || labels.headings[this.placement];
    return html`
      <section part="section" aria-label=${heading} aria-busy=${busy ? 'true' : 'false'}>
        <header part="header">
          <slot name="header"><h3 part="heading" aria-level=${this.headingLevel}>${heading}</h3></slot>
          ${this.layout === 'row' && state.kind === 'filled' ? scrollButtons(this.#row.ends, labels, this.#row.scroll) : nothing}
        </header>
        ${state.kind === 'loading' ? loadingState(this.limit, hasFallback(this)) : nothing}
        ${state.kind === 'filled' ? this.#cards(state.response.items) : nothing}
        ${state.kind === 'empty' ? emptyState(labels) : nothing}
        ${state.kind === 'error' ? errorState(labels, hasFallback(this), this.#retry) : nothing}
      </section>`;
  }

  get #words(): RecsLabels {
    return completeLabels(this.labels);
  }

  get #filled(): { response: string; items: Recommendation[] } {
    const { state } = this.#list;
    if (state.kind !== 'filled' && state.kind !== 'empty') return { response: '', items: [] };
    return { response: state.response?.id ?? '', items: state.response?.items ?? [] };
  }

  #source(): (() => Promise<Recommender>) | null {
    const { recommender, bundle, namespace } = this;
    if (recommender) return () => Promise.resolve(recommender);
    return bundle ? () => sharedRecommender({ bundle, namespace }) : null;
  }

  #cards(items: Recommendation[]): TemplateResult {
    const language = languageOf(this);
    const template = this.querySelector<HTMLTemplateElement>(':scope > template');
    const labels = this.#words;
    return html`
      <ol part="list" class="list" @click=${this.#onClick} @auxclick=${this.#onClick} @keydown=${this.#row.onKey} @scroll=${this.#row.measure}>
        ${repeat(
          items,
          ({ item }) => item.id,
          (recommendation, position) => {
            const { item } = recommendation;
            const href = itemHref(item, this.hrefTemplate);
            const price = item.price === undefined ? '' : formatPrice(item.price, this.currency, language);
            const card = template
              ? this.#templates.card(template, cardFields(recommendation, position, href, price))
              : productCard(recommendation, { href, price, dismissible: this.dismissible, labels });
            return html`<li part="item" class="item" data-id=${item.id}>${card}</li>`;
          },
        )}
      </ol>`;
  }

  get #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('li[data-id]')];
  }

  readonly #retry = (): void => {
    announce(this.#words.loading);
    this.#list.retry();
  };

  /** One listener for built-in and template cards alike; a middle click opens a tab and counts too. */
  readonly #onClick = (event: MouseEvent): void => {
    if (event.type === 'auxclick' && event.button !== 1) return;
    if (!(event.target instanceof Element)) return;
    const id = event.target.closest<HTMLElement>('li[data-id]')?.dataset.id;
    const position = this.#filled.items.findIndex(({ item }) => item.id === id);
    const chosen = this.#filled.items[position] && { ...this.#filled.items[position], position };
    if (!chosen) return;
    if (event.target.closest('[data-dismiss]')) this.#dismiss(chosen);
    else if (event.target.closest('a, button')) this.#choose(chosen, event);
  };

  #choose({ item, position }: Recommendation, event: MouseEvent): void {
    const detail = { item, position, placement: this.placement, recommendationId: this.#filled.response };
    this.#track('click', item.id);
    if (!emit(this, 'sidestream-click', detail)) event.preventDefault();
  }

  /** The focus goes on to the next card's button: whoever weeds out a list by keyboard need not start over. */
  #dismiss({ item, position }: Recommendation): void {
    const next = this.#items[position + 1] ?? this.#items[position - 1];
    this.#track('dismiss', item.id);
    this.#dismissed.add(item.id);
    this.#list.remove(item.id);
    this.#list.refresh();
    announce(this.#words.dismissed(item.title));
    next?.querySelector<HTMLElement>('[data-dismiss]')?.focus({ preventScroll: true });
  }

  #track(type: 'impression' | 'click' | 'dismiss', id: string): void {
    const { recommender } = this.#list;
    const { response, items } = this.#filled;
    const position = items.findIndex(({ item }) => item.id === id);
    const details = { placement: this.placement, recommendationId: response, ...(position < 0 ? {} : { position }) };
    recommender?.track(type, id, details).catch((thrown: unknown) => this.listFailed(SidestreamError.from(thrown)));
  }
}

define('sidestream-recs', SidestreamRecs);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-recs': SidestreamRecs;
  }
}
