import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type {
  EventType,
  Placement,
  Progress,
  Recommendation,
  Recommender,
  RecommendRequest,
  Status,
  TrackDetails,
} from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { pageBundle } from '../../client';
import { define, languageOf } from '../dom';
import { ErrorReporter, emit, type RecsClickDetail, TypedLitElement } from '../events';
import { LanguageObserver, loadTexts } from '../labels';
import { canonical, formatPrice } from '../price';
import type { Bundle } from './bundle';
import { outline } from './card';
import { cardStyles } from './card.styles';
import type { CardExtras } from './card-extras';
import { hasExtras, loadExtras } from './extras-loader';
import { type CompleteLabels, completeLabels, headingOf, type RecsLabels } from './labels';
import type { Dismissals } from './late/dismissals';
import type { CardPositions } from './late/flip';
import type { Impressions } from './late/impressions';
import type { RowScroller } from './late/scroller';
import {
  idsOf,
  ListController,
  type ListHost,
  type ListState,
  orderOf,
  type RecommenderSource,
} from './list-controller';
import {
  cardOf,
  emptyState,
  errorState,
  isHidden,
  type ListContext,
  listView,
  loadingState,
  type Place,
  scrollRoom,
} from './list-view';
import {
  deleteShownItems,
  followConsentOf,
  itemsShownBefore,
  type PageList,
  setShownItems,
  sharedRecommender,
} from './page-lists';
import { safeImage } from './safe-url';
import { idsInView, requestOf, settingsOf } from './settings';
import { recsStyles } from './sidestream-recs.styles';
import { PageRecommenderObserver, SourceTimeout } from './start-conditions';
import { TemplateCardHost } from './template-card-host';

/** Properties whose change needs another request, or another recommender. */
const REQUEST_PROPERTIES = [
  'placement',
  'itemId',
  'cartSynced',
  'limit',
  'exclude',
  'filter',
  'hints',
  'layout',
  'addToCart',
];
const SOURCE_PROPERTIES = ['recommender', 'bundle', 'namespace', 'market', 'workerUrl', 'consent', 'lazy'];
/** Placements that have no fallback. */
const OWN = /^(recent|again)$/;

/** Frameworks set a new object at every render; only different content counts as a change. */
const hasOtherContent = (now: unknown, before: unknown): boolean => JSON.stringify(now) !== JSON.stringify(before);

type Late = typeof import('./late');
let lateLoading: Promise<Late> | undefined;
/** Undefined until loaded: the first rendering of a list does not wait for it. */
let late: Late | undefined;

const bundleCode = () => import('./bundle');

/** Loads the late code, once per page. If it rejects, lists work without it. */
function loadLate(): Promise<Late> {
  lateLoading ??= import('./late').then(
    (parts) => {
      late = parts;
      parts.prepareAnnouncer();
      return parts;
    },
    (thrown: unknown) => {
      throw SidestreamError.from(thrown);
    },
  );
  return lateLoading;
}

/**
 * A list of recommendations that follows the shopper's actions, computed on this device.
 *
 * A `<template>` child replaces the card. It may use `{id}` `{title}` `{description}` `{category}` `{price}` `{priceFrom}`
 * `{listPrice}` `{saving}` `{rating}` `{ratings}` `{badge}` `{quantity}` `{availability}` `{image}` `{image2}` `{href}`
 * `{reason}` `{source}` `{position}` and `{attributes.name}` in texts, attributes and addresses, and have its own `<style>`. An
 * element with `data-if` or `data-unless` is shown only if the named field has a value (`data-if="listPrice"`), has none, or
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
 * @slot - Links to the same products or to other pages: search engines see them, and so do shoppers until the list is loaded and
 *   when it fails. They stay in the document; the cards are shown instead of them.
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
 *
 * @cssproperty [--sidestream-card-size=10.5rem] - Minimum width of a card, and three fifths of its maximum in a grid with a
 *   single row; the card's width in a row layout.
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
 * @cssproperty [--sidestream-heading-size=1.25rem] - Size of the heading.
 */
export class SidestreamRecs extends TypedLitElement implements ListHost, PageList {
  /** @internal */
  static override styles = [recsStyles, cardStyles];
  /** @internal Not decorators: every page would load their code for this one class. */
  static override properties: PropertyDeclarations = {
    placement: {},
    itemId: { attribute: 'item-id', hasChanged: hasOtherContent },
    cartSynced: { type: Boolean, attribute: 'cart-synced' },
    limit: { type: Number },
    bundle: {},
    filter: { hasChanged: hasOtherContent },
    hints: { hasChanged: hasOtherContent },
    lazy: { type: Boolean },
    heading: {},
    headingLevel: { type: Number, attribute: 'heading-level' },
    namespace: {},
    consent: {},
    market: {},
    workerUrl: { attribute: 'worker-url' },
    layout: { reflect: true },
    hrefTemplate: { attribute: 'href-template' },
    currency: {},
    dismissible: { type: Boolean },
    addToCart: { type: Boolean, attribute: 'add-to-cart', reflect: true },
    lowStock: { type: Number, attribute: 'low-stock' },
    recommender: { attribute: false },
    exclude: { attribute: false, hasChanged: hasOtherContent },
    labels: { attribute: false },
    state: { reflect: true },
  };

  /**
   * Kind of list: `for-you`, `similar`, `complement`, `trending`, `recent` or `again`. A bundle and a list with `cart-synced`
   * have `complement` instead of `for-you`.
   */
  placement: Placement = 'for-you';
  /**
   * Id of the item in view, or a list of up to 100 ids, which the attribute holds as JSON: `["a", "b"]`; `similar` and
   * `complement` need it and are hidden without it.
   */
  itemId: string | readonly string[] = '';
  /**
   * Shows products that go with the whole cart, and follows its events (`cart`, `uncart`, `purchase`, from all tabs). Hidden
   * while the cart is empty.
   */
  cartSynced = false;
  /** Number of items, 1 to 100. */
  limit = 8;
  /**
   * Address of the bundle folder. Elements with the same bundle and namespace share one recommender. Default: the recommender
   * that the page created with `createRecommender()`, if there is exactly one.
   */
  bundle = '';
  /**
   * Which items may be shown: a JSON object, or its text in the attribute, as `recommend()` takes it. Anything else hides
   * the list.
   */
  filter: RecommendRequest['filter'] | null = null;
  /**
   * Hints of what the shopper looks for in this visit, for `for-you`: a JSON object, or its text in the attribute, as
   * `recommend()` takes it. Anything else hides the list. Default: the hints from `setHints()`.
   */
  hints: RecommendRequest['hints'] | null = null;
  /** Loads nothing until the list is within 400 px of the viewport. */
  lazy = false;
  /** The heading; default: one for the placement, or for the products that the list fell back to. */
  heading = '';
  /** Level of the heading in the page's outline, 2 to 6. */
  headingLevel = 2;
  /** Separates profiles of shops on one origin; used with `bundle` only. */
  namespace = 'default';
  /**
   * The consent tool whose answer the recommender follows: `google`, `shopify`, `tcf`, or `auto` for whichever is on the page.
   * Until it answers, nothing is stored; with ` session` appended, the visit is kept in the tab. Set it on every list of the
   * page; used with `bundle` only.
   */
  consent = '';
  /** Market whose prices and stock are shown, see `createRecommender()`; used with `bundle` only. */
  market = '';
  /**
   * Address of the package's `worker.js` if a bundler left it out, see `createRecommender()`; used with `bundle` only. For all
   * lists of a page, use `setWorkerUrl()`.
   */
  workerUrl = '';
  /**
   * `grid`, which wraps; `row`, which scrolls; or `bundle`: the item in view and up to 4 items that go with it (`limit`, default
   * 3), with check boxes, their total price, and a button that adds them to the cart (event `addtocart`).
   */
  layout: 'grid' | 'row' | 'bundle' = 'grid';
  /** Address of an item's page with `{id}`, `{title}` or `{category}` in it: `#/product/{id}`. Default: the item's `url`. */
  hrefTemplate = '';
  /** Three-letter currency code of the prices. Default: the currency of the offers; without one, prices are plain numbers. */
  currency = '';
  /** Gives every card a "not interested" button, which removes the product from all lists and can be undone. */
  dismissible = false;
  /** Gives every card of a product in stock an "add to cart" button, which dispatches `addtocart`. */
  addToCart = false;
  /** Stock level up to which a product in stock has the badge "Only 3 left"; 0 for never. */
  lowStock = 5;
  /** A recommender that the page created; replaces `bundle`. */
  recommender: Recommender | null = null;
  /** Ids that are never listed, because the page shows them elsewhere. */
  exclude: string[] = [];
  /**
   * Follows the links of cards instead of the browser, for example a router's `push`: it gets the `href` of the link. Clicks that
   * open a tab or a window do not reach it.
   */
  navigate: ((href: string) => unknown) | null = null;
  /** Texts that replace the built-in ones. */
  labels: Partial<RecsLabels> = {};
  /**
   * `loading`, `filled`, `empty`, `error`, or `hidden` if there is nothing for a shopper. For style sheets:
   * `section:has(> sidestream-recs[state="hidden"]) { display: none }`.
   */
  state: 'loading' | 'filled' | 'empty' | 'error' | 'hidden' = 'loading';

  readonly #list = new ListController(this);
  #dismissals: Dismissals | undefined;
  readonly #errors = new ErrorReporter(this);
  readonly #failed = (thrown: unknown) => this.listFailed(SidestreamError.from(thrown));
  readonly #start = () => (this.#list.recommender ? this.requestUpdate() : this.#list.use(this.#source()));
  readonly #templateCard = new TemplateCardHost(this, () => this.requestUpdate(), this.#failed);
  readonly #sourceTimeout = new SourceTimeout(this, () => this.#warn(['bundle']));
  #settings = settingsOf(this).settings;
  #lastStatus: Status | undefined;
  #row: RowScroller | undefined;
  #bundle: Bundle | undefined;
  #impressions: Impressions | undefined;
  #extras: CardExtras | undefined;
  #positions: CardPositions | undefined;
  #near = false;
  #retried = false;
  #nearing: Promise<void> | undefined;
  #rendered = '';
  #order = '';

  constructor() {
    super();
    // The response contains the reasons: another language needs another request.
    new LanguageObserver(this, () => this.refresh(), this.#failed);
    new PageRecommenderObserver(this, () => {
      const { recommender, bundle, activeRecommender, hasUpdated } = this;
      if (hasUpdated && !recommender && !bundle && !activeRecommender && pageBundle()) this.#list.use(this.#source());
    });
  }

  /** @internal */
  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
    // Creating the first format takes 20 ms. It is created while the list is loading, after the outlines are painted.
    requestAnimationFrame(() => setTimeout(() => formatPrice(0, this.currency, languageOf(this))));
  }

  /** @internal */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#impressions?.stop();
    deleteShownItems(this);
  }

  /**
   * @internal A list that hides itself is checked again: its next list may have items. Old browsers cannot tell; there it counts
   *   as rendered.
   */
  get rendered(): boolean {
    return this.state === 'hidden' || (this.checkVisibility?.() ?? true);
  }

  /** @internal */
  get activeRecommender(): Recommender | null {
    return this.#list.recommender;
  }

  /**
   * Requests the list again; rarely needed, because changes of the recommender refresh it. Only a bundle that was added to the
   * cart stays unchanged until then.
   */
  refresh(): void {
    this.#bundle?.release();
    this.#list.refresh();
  }

  /** @internal A confirmation finishes first, and an added bundle stays: the shopper is looking at them. */
  taken(): void {
    this.#list.refresh(this.#extras?.pause);
  }

  /** @internal */
  listRequest(): RecommendRequest | null {
    // All items that the shopper viewed are listed, including those that other lists show.
    const { placement, limit, exclude: given } = this.#settings;
    const shown = placement === 'recent' ? [] : itemsShownBefore(this);
    const exclude = [...new Set([...given, ...shown, ...(this.#dismissals?.ids ?? [])])];
    const { itemId, cartSynced, filter, hints } = this;
    const settings = { placement, itemId, cartSynced, limit, filter, hints };
    const request = requestOf(settings, exclude, this.#dismissals?.taken, languageOf(this));
    if (!request) this.#warn(['itemId']);
    return request;
  }

  /**
   * @internal The texts and the code that only some cards need are loaded before the first card is shown, so nothing moves later.
   */
  async listReady(items: Recommendation[]): Promise<void> {
    try {
      // The observer reports a failure.
      await loadTexts(languageOf(this)).catch(() => undefined);
      await this.#templateCard.loaded();
      let cards = items;
      if (this.#settings.layout === 'bundle') {
        this.#bundle ??= new (await bundleCode()).Bundle(this, cardOf, emit, formatPrice);
        cards = await this.#bundle.cardsOf(items, idsInView(this.itemId)[0]);
      }
      if (this.#extras || !(this.addToCart || this.#templateCard.template || cards.some(hasExtras))) return;
      const { CardExtras } = await loadExtras();
      this.#extras ??= new CardExtras(this, {
        formatPrice,
        canonical,
        safeImage,
        track: this.#track,
        announce: (message) => late?.announce(message),
      });
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** @internal */
  listShows(ids: string[]): void {
    // A list that left the page takes no items from other lists and must not be retained.
    if (this.isConnected) setShownItems(this, ids);
  }

  /** @internal Fewer events mean that the profile was reset or rolled back: dismissed items may be listed again. */
  listChanged(status: Status): number | undefined {
    const { events, dismissed, lastUpdate } = this.#lastStatus ?? status;
    const reset = dismissed > 0 && status.dismissed === 0;
    if (reset || status.events < events || (status.lastUpdate ?? 0) < (lastUpdate ?? 0)) this.#dismissals?.clear();
    this.#lastStatus = status;
    return this.#extras?.pause;
  }

  /** @internal */
  listFailed(error: SidestreamError): void {
    this.#errors.report(error);
  }

  /** @internal */
  listProgress(progress: Progress): void {
    // The items of this catalogue are not in its manifest: load the code that their cards may need alongside them.
    if (progress.total && this.#list.state.kind === 'loading') loadExtras().catch(() => undefined);
    emit(this, 'progress', progress);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { settings, wrong } = settingsOf(this);
    this.#settings = settings;
    this.#warn(wrong);
    if (changed.has('placement') || changed.has('itemId')) this.#dismissals?.clearPlaces();
    if (SOURCE_PROPERTIES.some((name) => changed.has(name))) this.#list.use(this.#source());
    else if (REQUEST_PROPERTIES.some((name) => changed.has(name))) this.#list.refresh();
    const state = this.#state;
    // To a shopper, an empty cart is like an empty history.
    const placement = this.cartSynced || settings.layout === 'bundle' ? 'recent' : settings.placement;
    const hidden = !this.#places.length && isHidden(this, state, placement, this.#sourceTimeout.overdue);
    this.state = hidden ? 'hidden' : state.kind;
    const order = orderOf(this.#filled.items);
    const moved = this.#order && order !== this.#order;
    this.#positions = moved ? late?.cardPositions(this.renderRoot as ShadowRoot) : undefined;
    this.#order = order;
  }

  protected override updated(): void {
    const { response, items } = this.#filled;
    if (this.#positions) late?.animateMoves(this.#positions, this.renderRoot as ShadowRoot);
    if (this.isConnected) {
      // If the body is replaced, the region for announcements is gone.
      late?.prepareAnnouncer();
      this.#impressions?.watch(response, [...this.renderRoot.querySelectorAll<HTMLElement>('li[data-id]')]);
    }
    this.#templateCard.ready();
    this.#templateCard.keep(new Set(idsOf(items)));
    // Not left to late code: after a network failure, that may be missing, and "try again" must not lose the focus.
    if (this.#retried && this.#state.kind !== 'loading') {
      this.#retried = false;
      if (document.activeElement === document.body)
        this.renderRoot.querySelector<HTMLElement>('a, .link, .retry')?.focus();
    }
    if (!this.#row && this.#state.kind !== 'loading') loadLate().then(this.#useLate, this.#failed);
    if (response === this.#rendered) return;
    this.#rendered = response;
    if (response) emit(this, 'recommend', { placement: this.#settings.placement, recommendationId: response, items });
  }

  readonly #useLate = (parts: Late): void => {
    if (this.#row) return;
    this.#row = new parts.RowScroller(this);
    new parts.FocusRestoration(this);
    parts.whenRenderedAgain(this, () => this.#list.refresh());
    this.#impressions = new parts.Impressions((id) => this.#track('impression', id));
    this.#dismissals = new parts.Dismissals({
      updated: () => this.updateComplete,
      renderRoot: this.renderRoot,
      outline,
      track: this.#track,
      announce: parts.announce,
      list: this.#list,
    });
    this.requestUpdate();
  };

  protected override render(): TemplateResult {
    const { busy } = this.#list;
    const state = this.#state;
    const { placement, headingLevel, layout, limit } = this.#settings;
    const labels = this.#labels;
    const heading = this.heading || headingOf(placement, this.#filled.items, labels);
    const bundle = layout === 'bundle' ? this.#bundle : undefined;
    const places = this.#places;
    const filled = places.length > 0;
    return html`
      <section part="section" aria-label=${heading} aria-busy=${busy ? 'true' : 'false'}>
        <header part="header">
          <slot name="header"><div part="heading" class=${this.heading || !this.#openHeading ? 'heading' : 'heading hold'} role="heading" aria-level=${headingLevel}>${heading}</div></slot>
          ${layout === 'row' ? (this.#row?.buttons(labels) ?? scrollRoom) : nothing}
        </header>
        ${filled ? (bundle?.view(this.#filled, this.#context) ?? listView(places, this.#context)) : nothing}
        ${state.kind === 'loading' ? loadingState(layout === 'bundle' ? limit + 1 : limit, this) : nothing}
        ${state.kind === 'empty' && !filled ? emptyState(labels, this, !!state.response) : nothing}
        ${state.kind === 'error' ? errorState(labels, this, this.#retry) : nothing}
      </section>`;
  }

  /** Whether the list may still turn out to be of another kind: its heading would then change while being read. */
  get #openHeading(): boolean {
    return this.#state.kind === 'loading' && !OWN.test(this.#settings.placement);
  }

  get #labels(): CompleteLabels {
    return completeLabels(this.labels ?? {}, languageOf(this));
  }
  /** A bundle stays unchanged once it was added to the cart. */
  get #state(): ListState {
    return (this.#settings.layout === 'bundle' && this.#bundle?.added) || this.#list.state;
  }
  /** Cards and the placeholders of dismissed ones. */
  get #places(): Place[] {
    if (!('response' in this.#state)) return [];
    const { items } = this.#filled;
    return this.#dismissals?.among(items, this.#labels) ?? items.map((card) => ({ card }));
  }
  get #filled(): { response: string; items: Recommendation[]; currency?: string } {
    const state = this.#state;
    const response = 'response' in state ? state.response : null;
    return { response: response?.id ?? '', items: response?.items ?? [], currency: response?.currency };
  }

  #source(): RecommenderSource | null {
    const { recommender, bundle, namespace, market, workerUrl, consent, lazy } = this;
    if (lazy && !this.#isNear()) {
      // A refusal does not wait until the list is close to the viewport.
      if (bundle && consent && !recommender) void followConsentOf(namespace, consent, null);
      return null;
    }
    // In parallel with the worker; `listReady` waits for it and reports a failure.
    this.#templateCard.ready();
    if (this.#settings.layout === 'bundle') bundleCode().catch(() => undefined);
    if (this.addToCart) loadExtras().catch(() => undefined);
    if (recommender) return () => Promise.resolve(recommender);
    const found = bundle ? { bundle, namespace, market, workerUrl, consent } : pageBundle();
    return found && ((onProgress) => sharedRecommender({ ...found, onProgress }));
  }

  /** Whether a lazy list is, or has been, close to the viewport; starts waiting for that. */
  #isNear(): boolean {
    this.#nearing ??= import('./viewport-distance')
      .then(({ nearViewport }) => nearViewport(this))
      // A list that loads too early is better than no list.
      .catch(this.#failed)
      .then(() => {
        this.#near = true;
        this.#start();
      });
    return this.#near;
  }

  get #context(): ListContext {
    return {
      ...this.#settings,
      currency: this.#settings.currency || this.#filled.currency || '',
      dismissible: this.dismissible,
      language: languageOf(this),
      labels: this.#labels,
      extras: this.#extras,
      fill: this.#templateCard.filler(),
      row: this.#row,
      onClick: this.#onClick,
    };
  }

  readonly #retry = (): void => {
    late?.announce(this.#labels.loading);
    this.#retried = true;
    this.#list.retry();
  };

  /** One listener for built-in and template cards; a middle click opens a tab and counts too. */
  readonly #onClick = (event: MouseEvent): void => {
    if (event.type === 'auxclick' && event.button !== 1) return;
    if (!(event.target instanceof Element)) return;
    const place = event.target.closest('li');
    const labels = this.#labels;
    if (event.target.closest('[data-undo]')) this.#dismissals?.undo(place?.dataset.dismissed, labels);
    const { items, response } = this.#filled;
    const found = items.find(({ item }) => item.id === place?.dataset.id);
    if (!found) return;
    const position = items.indexOf(found);
    const { item } = found;
    const detail = { item, position, placement: this.#settings.placement, recommendationId: response };
    if (event.target.closest('[data-dismiss]')) {
      const dismiss = (): void => this.#dismissals?.add({ ...found, position }, items, this.#settings.limit, labels);
      // Its code loads right after the list; a faster shopper waits for it.
      loadLate().then(this.#useLate).then(dismiss, this.#failed);
    } else if (event.target.closest('[data-add-to-cart]')) this.#extras?.add(detail, event, this.#context);
    else if (event.target.closest('a, button')) this.#choose(detail, event);
  };

  #choose(detail: RecsClickDetail, event: MouseEvent): void {
    this.#track('click', detail.item.id);
    // An empty href would reload the page.
    const withoutAddress = (event.target as Element).closest('a')?.getAttribute('href') === '';
    if (!emit(this, 'itemclick', detail) || withoutAddress) event.preventDefault();
    // A click before this code is loaded follows the link, which leads to the same page.
    else if (this.navigate) late?.followLink(event, this.navigate);
  }

  #warn(names: string[]): void {
    if (names.length > 0) import('../warnings').then(({ warnOfSettings }) => warnOfSettings(this, names), this.#failed);
  }

  readonly #track = (type: EventType, id: string, more?: TrackDetails): void => {
    const { recommender } = this.#list;
    const { response, items } = this.#filled;
    const position = items.findIndex(({ item }) => item.id === id);
    const { placement } = this.#settings;
    const details = { placement, recommendationId: response, ...(position < 0 ? {} : { position }), ...more };
    recommender?.track(type, id, details).catch(this.#failed);
  };
}

define('sidestream-recs', SidestreamRecs);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-recs': SidestreamRecs;
  }
}
