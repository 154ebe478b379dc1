import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { formatPrice } from '../../../core/card';
import type { Progress, Recommendation, Recommender, RecommendRequest, Status } from '../../../device/protocol';
import { define, isPlain, languageOf, once } from '../dom';
import { emit, type RecsClickDetail } from '../events';
import { List } from '../list/list';
import { itemsShownBefore } from '../list/reading-order';
import { requestOf, settingsOf } from '../list/request';
import { ListSource } from '../list/source';
import { ListProperties, REQUEST_PROPERTIES, SOURCE_PROPERTIES } from '../properties';
import { hostStyles, pictureStyles, scriptStyles } from '../shared.styles';
import type { ListContext } from './card';
import { cardStyles } from './card.styles';
import { CardCode } from './card-code';
import type { Feed } from './feed/feed';
import { completeLabels, headingOf } from './labels';
import type { ShownList } from './shown-list';
import { recsStyles } from './sidestream-recs.styles';
import { cardsInside, isHidden, listView, scrollRoom, sharedReason, stateView } from './views';

/** The code that lists need once they are shown. If it cannot be loaded, lists work without it. */
const loadShownList = once(() => import('./shown-list'));

/**
 * A list of recommendations that follows the shopper's actions, computed on this device.
 *
 * A `<template>` child replaces the card. It may use `{id}` `{title}` `{description}` `{category}` `{price}` `{priceFrom}`
 * `{listPrice}` `{saving}` `{rating}` `{ratings}` `{badge}` `{quantity}` `{availability}` `{image}` `{image2}` `{href}`
 * `{reason}` `{source}` `{position}` and `{attributes.name}` in texts, attributes and addresses, and have its own `<style>`. An
 * element with `data-if` or `data-unless` is shown only if the named field has a value (`data-if="listPrice"`), has no value, or
 * equals a value (`data-if="attributes.color=red"`). Clicks on links are tracked; an element with `data-dismiss` dismisses the
 * product, and one with `data-add-to-cart` adds it to the cart. Where a field would run or load something (`<script>`,
 * `<iframe>`, `on…`, `style`), it is left out with a warning in the console.
 *
 * If items have them, cards show the struck-out list price with the saving, the rating, the second picture under the mouse or
 * keyboard focus, and one badge, the first that applies of: sold out, low stock, sale, new (for 30 days from `published`).
 *
 * If other variants of a product cost more, its price is shown as "from". The built-in heading and the reasons claim only what is
 * known: the heading appears with the list, and is neutral over products about which nothing is known.
 *
 * Texts and prices are in the language of the nearest `lang` attribute (English, Japanese, German, French, Spanish, Arabic). The
 * list reserves the space of `limit` cards from the start; an empty or failed list takes the space of one sentence, and no space
 * if it has nothing for a shopper: an empty `recent`, an empty cart, a product newer than the bundle, or a mistake of the page,
 * which is reported as a warning in the console.
 *
 * @tag sidestream-recs
 * @summary `<sidestream-recs bundle="/bundle/" placement="for-you"></sidestream-recs>`
 *
 * @slot - A list that `sidestream lists` wrote, or links to the same products or to other pages: search engines see them, and so do
 *   shoppers without scripts, until the list is loaded and when it fails. They stay in the document; the cards are shown instead of
 *   them. A list of that command has the size of the cards, so that nothing moves.
 * @slot header - Replaces the heading.
 * @slot loading - Replaces the skeleton cards.
 * @slot empty - Replaces the sentence shown when there is nothing to recommend.
 * @slot error - Replaces the message shown when recommendations fail.
 *
 * @fires {CustomEvent<RecsRenderDetail>} recommend - A list, or the empty state, was put in the page. Bubbles.
 * @fires {CustomEvent<RecsClickDetail>} itemclick - A card was chosen. Bubbles. `preventDefault()` stops the link.
 * @fires {CustomEvent<RecsAddToCartDetail>} addtocart - An "add to cart" button was pressed, of a card or of a bundle: the page
 *   adds the items to its cart. Bubbles. The list tracks `cart` and confirms, unless `preventDefault()` is called.
 * @fires {CustomEvent<RecsErrorDetail>} error - Something failed; the page still works. `preventDefault()` keeps it out of the
 *   console.
 * @fires {CustomEvent<Progress>} progress - Progress of loading the bundle or the encoders, encoding an item, or merging
 *   profiles.
 *
 * @csspart section - The whole list.
 * @csspart header - Heading and scroll buttons.
 * @csspart heading - The heading.
 * @csspart list - The list of cards.
 * @csspart item - One place in the list.
 * @csspart card - One card.
 * @csspart link - The title, which is the card's link.
 * @csspart media - The tile behind the image.
 * @csspart image - The image.
 * @csspart body - The texts below the image.
 * @csspart second-image - The second picture, shown under the mouse or keyboard focus.
 * @csspart price - The price, with the following three parts.
 * @csspart sale-price - A reduced price.
 * @csspart list-price - The price before the reduction.
 * @csspart saving - The saving in percent.
 * @csspart rating - The stars and the number of ratings.
 * @csspart stars - The stars.
 * @csspart ratings - The number of ratings.
 * @csspart badge - The badge of a product in stock; also `badge-low-stock`, `badge-sale` or `badge-new`.
 * @csspart availability - The badge of sold-out products.
 * @csspart options - The choice of a variant: colours, sizes, and the usual size.
 * @csspart option - One value to choose.
 * @csspart swatch - A colour to choose.
 * @csspart usual - The words below the sizes about the shopper's usual one.
 * @csspart add-to-cart - The "add to cart" button.
 * @csspart reason - Why the product is recommended; empty if nothing is known.
 * @csspart dismiss - The "not interested" button.
 * @csspart dismissed - The placeholder of a dismissed card.
 * @csspart undo - The button that undoes a dismissal.
 * @csspart bundle - The whole bundle: the list, total and button.
 * @csspart check - A check box of a bundle.
 * @csspart summary - Total and button of a bundle.
 * @csspart total - The total price of the checked items of a bundle.
 * @csspart add - The button of a bundle that adds the checked items to the cart.
 * @csspart skeleton - The outline of a card while the list loads.
 * @csspart scroll - Both scroll buttons of a row.
 * @csspart message - The sentence of the empty and error states.
 * @csspart retry - The retry button.
 * @csspart more - The button below an endless list.
 *
 * @cssproperty [--sidestream-card-size=10.5rem] - Minimum width of a card, and three fifths of its maximum in a grid with a
 *   single row; in a row layout, cards are somewhat wider, so that a part of the next one shows.
 * @cssproperty [--sidestream-gap=1rem] - Space between cards.
 * @cssproperty [--sidestream-radius=0.875rem] - Corners of the tiles.
 * @cssproperty [--sidestream-tile] - Background behind images; a tint of the text colour.
 * @cssproperty [--sidestream-muted] - Colour of secondary text; a softened text colour.
 * @cssproperty [--sidestream-accent=currentColor] - Focus rings and the retry button.
 * @cssproperty [--sidestream-surface=Canvas] - Background of the buttons on images.
 * @cssproperty [--sidestream-on-surface=CanvasText] - Colour of the icons on those buttons.
 * @cssproperty [--sidestream-sale] - Reduced prices, and background of the badge "sale"; a red near the text colour, and #b3141c.
 * @cssproperty [--sidestream-on-sale=#fff] - Text of that badge.
 * @cssproperty [--sidestream-star] - Stars; a gold near the text colour.
 * @cssproperty [--sidestream-media-ratio=1] - Aspect ratio of the tiles.
 * @cssproperty [--sidestream-image-fit=contain] - `object-fit` of the images.
 * @cssproperty [--sidestream-image-padding=0] - Space around the images inside their tiles.
 * @cssproperty [--sidestream-reason-lines] - Lines of the reason, whose space is reserved: 2, or 3 in a list that is narrower
 *   than 26rem.
 * @cssproperty [--sidestream-heading-size=1.25rem] - Size of the heading.
 */
export class SidestreamRecs extends ListProperties {
  /** @internal */
  static override styles = [hostStyles, pictureStyles, scriptStyles, recsStyles, cardStyles];

  readonly #list = new List(this, {
    request: () => this.#nextRequest(),
    ready: (items) => this.#cards.load(items),
    changed: (status) => this.#changed(status),
    progress: (progress) => this.#progress(progress),
    waiting: () => this.#cards.prepare(this.#list),
    missing: () => this.#warn(['bundle']),
  });
  readonly #source = new ListSource(this.#list);
  readonly #cards = new CardCode(this.#list, this.#list);
  /** Undefined until its code is loaded: the first rendering of a list does not wait for it. */
  #shown: ShownList | undefined;
  #lastStatus: Status | undefined;
  #retried = false;
  #rendered = '';

  /** @internal */
  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
    // Creating the first format takes 20 ms. It is created while the list is loading, after the outlines are painted.
    requestAnimationFrame(() => setTimeout(() => formatPrice(0, this.currency, languageOf(this))));
  }

  /** @internal */
  get activeRecommender(): Recommender | null {
    return this.#list.recommender;
  }

  /**
   * Requests the list again; rarely needed, because changes of the recommender refresh it. A bundle that was added to the
   * cart changes only by this call, and only this call starts a feed from the top.
   */
  refresh(): void {
    this.#cards.bundle?.release();
    this.#request();
  }

  protected override languageChanged(): void {
    this.refresh();
  }

  #nextRequest(): RecommendRequest | null {
    // All items that the shopper viewed are listed, including those that other lists show.
    const { placement, limit, exclude: given } = this.#list.settings;
    const dismissals = this.#shown?.dismissals;
    const shown = placement === 'recent' ? [] : itemsShownBefore(this.#list);
    const feed = this.#feed;
    const exclude = [...new Set([...given, ...shown, ...(dismissals?.ids ?? []), ...(feed?.ids ?? [])])];
    const { itemId, cartSynced, filter, hints } = this;
    const settings = { placement, itemId, cartSynced, limit, filter, hints };
    const request = requestOf(settings, exclude, feed ? 0 : dismissals?.taken, languageOf(this));
    if (!request) this.#warn(['itemId']);
    return request;
  }

  #progress(progress: Progress): void {
    // The items of this catalogue are not in its manifest: load the code that their cards may need alongside them.
    if (progress.total && this.#list.state.kind === 'loading') this.#cards.prepareExtras();
    emit(this, 'progress', progress);
  }

  /** Fewer events mean that the profile was reset or rolled back: dismissed items may be listed again. */
  #changed(status: Status): void {
    const { events, dismissed, lastUpdate } = this.#lastStatus ?? status;
    const reset = status.events < events || (status.lastUpdate ?? 0) < (lastUpdate ?? 0);
    // An undone dismissal leaves a feed as it is.
    if (reset || (dismissed > 0 && status.dismissed === 0)) this.#shown?.dismissals.clear();
    if (reset && this.#feed) this.refresh();
    this.#lastStatus = status;
  }

  protected override willUpdate(changed: PropertyValues): void {
    const list = this.#list;
    const { settings, wrong } = settingsOf(this);
    list.settings = settings;
    list.layout = this.#cards.layout(settings.layout);
    this.#warn(wrong);
    const dismissals = this.#shown?.dismissals;
    if (changed.has('placement') || changed.has('itemId')) dismissals?.clearPlaces();
    if (['recommender', 'lazy', ...SOURCE_PROPERTIES].some((name) => changed.has(name))) {
      this.#cards.feed?.clear();
      this.#source.use();
    } else if (REQUEST_PROPERTIES.some((name) => changed.has(name))) this.#request();
    // A feed whose code has just been loaded continues from the list.
    this.#feed?.take(list.state);
    const state = list.layout?.state ?? list.state;
    // To a shopper, an empty cart is like an empty history.
    const placement = this.cartSynced || settings.layout === 'bundle' ? 'recent' : settings.placement;
    const places = list.shown.items.length + (dismissals?.taken ?? 0);
    const filled = 'response' in state && places > 0;
    this.state = !filled && isHidden(this, state, placement, this.#source.overdue) ? 'hidden' : state.kind;
  }

  protected override updated(): void {
    const { id, items } = this.#list.shown;
    void this.#cards.loadTemplate();
    const feed = this.#feed;
    this.#cards.keep(feed?.items ?? items);
    const { kind } = this.#list.layout?.state ?? this.#list.state;
    // Not left to late code: after a network failure, that may be missing, and "try again" must not lose the focus.
    if (this.#retried && kind !== 'loading') {
      this.#retried = false;
      if (document.activeElement === document.body)
        this.renderRoot.querySelector<HTMLElement>('a, .link, .retry')?.focus();
    }
    if (kind !== 'loading') void this.#loadShown();
    const rendered = feed ? `${id} ${feed.pages}` : id;
    if (rendered === this.#rendered) return;
    this.#rendered = rendered;
    if (!id) return;
    const { placement } = this.#list.settings;
    emit(this, 'recommend', { placement, recommendationId: id, items: feed?.latest ?? items });
  }

  protected override render(): TemplateResult {
    const { settings, shown, busy } = this.#list;
    const state = this.#list.layout?.state ?? this.#list.state;
    const context = this.#context;
    const { labels, row, fill, inPlace } = context;
    const { placement, headingLevel, layout } = settings;
    const heading = this.heading || headingOf(placement, this.#feed?.basis ?? shown.items, labels);
    // A list that falls back to other products has another heading, which must not change while it is read.
    const open = !this.heading && state.kind === 'loading' && !/^(recent|again)$/.test(placement);
    const dismissals = this.#shown?.dismissals;
    const cards = dismissals?.among(shown.items, labels) ?? shown.items.map((card) => ({ card }));
    const filled = 'response' in state && cards.length > 0;
    // The cards of a list in the page have their reasons, which must not vanish.
    const reason = fill || inPlace ? null : sharedReason(shown.items, layout);
    context.reasons = reason === null;
    const own = (): TemplateResult | null | undefined =>
      layout === 'bundle'
        ? this.#cards.bundle?.view(context)
        : this.#feed?.view(heading, context, (id) => dismissals?.viewOf(id, labels));
    return html`
      <section part="section" aria-label=${heading} aria-busy=${busy ? 'true' : 'false'}>
        <header part="header">
          <div>
            <slot name="header"><div part="heading" class=${open ? 'heading hold' : 'heading'} role="heading" aria-level=${headingLevel}>${heading}</div></slot>
            ${reason && heading !== labels.headings.trending ? html`<p part="reason" class="shared">${reason}</p>` : nothing}
          </div>
          ${layout === 'row' ? (row?.buttons(labels) ?? scrollRoom) : nothing}
        </header>
        ${filled ? (own() ?? listView(cards, context)) : stateView(state, this, settings, labels, this.#retry)}
      </section>`;
  }

  /** Data that the cards of one rendering share. */
  get #context(): ListContext {
    const { settings, shown } = this.#list;
    const language = languageOf(this);
    return {
      ...settings,
      currency: settings.currency || shown.currency || '',
      dismissible: this.dismissible,
      reasons: true,
      inPlace: cardsInside(this) > 0,
      language,
      labels: completeLabels(this.labels ?? {}, language),
      extras: this.#cards.extras,
      fill: this.#cards.filler(),
      variants: this.#cards.variants,
      row: this.#shown?.row,
      onClick: this.#clicked,
    };
  }

  async #loadShown(): Promise<void> {
    if (this.#shown) return;
    try {
      const { ShownList } = await loadShownList();
      this.#shown ??= new ShownList(this.#list);
      this.requestUpdate();
    } catch (thrown) {
      this.report(thrown);
    }
  }

  /** One listener for built-in and template cards; a middle click opens a tab and counts too. */
  readonly #clicked = (event: MouseEvent): void => {
    const { target } = event;
    if ((event.type === 'auxclick' && event.button !== 1) || !(target instanceof Element)) return;
    const context = this.#context;
    const { labels, placement, extras, variants } = context;
    const place = target.closest<HTMLElement>('[part=item]');
    if (target.closest('[data-undo]')) this.#shown?.dismissals.undo(place?.dataset.dismissed, labels);
    const { id: recommendationId, items } = this.#list.shown;
    const found = items.find(({ item }) => item.id === place?.dataset.id);
    if (!found) return;
    const position = this.#list.positionOf(found.item.id);
    const { item } = variants?.of(found) ?? found;
    const detail = { item, position, placement, recommendationId };
    if (target.closest('[data-dismiss]')) void this.#dismiss({ ...found, position }, context);
    else if (target.closest('[data-add-to-cart]')) extras?.add(detail, event, context);
    else if (target.closest('a, button')) this.#choose(detail, event, target.closest('a'));
  };

  async #dismiss(chosen: Recommendation, { labels }: ListContext): Promise<void> {
    // Its code loads right after the list; a faster shopper waits for it.
    await this.#loadShown();
    // The places of a feed stay: the others would move.
    const most = this.#feed ? Number.POSITIVE_INFINITY : this.#list.settings.limit;
    this.#shown?.dismissals.add(chosen, this.#list.shown.items, most, labels);
  }

  #choose(detail: RecsClickDetail, event: MouseEvent, link: Element | null): void {
    this.#list.track('click', detail.item.id, { position: detail.position });
    const href = link?.getAttribute('href');
    // An empty href would reload the page.
    if (!emit(this, 'itemclick', detail) || href === '') event.preventDefault();
    else if (href && this.navigate && isPlain(event, link)) {
      event.preventDefault();
      this.navigate(href);
    }
  }

  get #feed(): Feed | undefined {
    return this.#list.settings.layout === 'feed' ? this.#cards.feed : undefined;
  }

  /** Requests the list again; a feed starts from the top. */
  #request(): void {
    this.#cards.feed?.clear();
    if (this.#list.settings.layout === 'feed') this.#list.restart();
    else this.#list.refresh();
  }

  readonly #retry = (): void => {
    this.#list.announce(this.#context.labels.loading);
    this.#retried = true;
    this.#list.retry();
  };

  #warn(names: string[]): void {
    if (names.length === 0) return;
    import('../warnings').then(({ warnOfSettings }) => warnOfSettings(this, names), this.report);
  }
}

define('sidestream-recs', SidestreamRecs);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-recs': SidestreamRecs;
  }
}
