import type { PropertyDeclarations } from 'lit';
import type { Placement, Recommender, RecommendRequest } from '../../device/protocol';
import { hasOtherContent } from './dom';
import { errorReporter, TypedLitElement } from './events';
import { LanguageObserver } from './labels';
import type { RecsLabels } from './recs/labels';

/** Properties whose change needs another recommender of the page. */
export const SOURCE_PROPERTIES = ['bundle', 'namespace', 'market', 'workerUrl', 'consent'] as const;

/** Properties whose change needs another request. */
export const REQUEST_PROPERTIES = [
  'placement',
  'itemId',
  'cartSynced',
  'limit',
  'exclude',
  'filter',
  'hints',
  'layout',
  'addToCart',
  'variantChoice',
];

/** An element with products, in the language of the page. */
export abstract class ProductsElement extends TypedLitElement {
  /** @internal Not decorators: every page would load their code for these few classes. */
  static override properties: PropertyDeclarations = {
    recommender: { attribute: false },
  };

  /** A recommender that the page created, used instead of any other. */
  recommender: Recommender | null = null;

  /** @internal Reports a failure as an `error` event and in the console. */
  readonly report = errorReporter(this);

  constructor() {
    super();
    new LanguageObserver(this, () => this.languageChanged(), this.report);
  }

  /** @internal The page may be in another language than before: responses contain reasons. */
  protected languageChanged(): void {}
}

/** The properties by which an element finds its recommender, and which products it shows how. */
export abstract class SourceProperties extends ProductsElement {
  /** @internal */
  static override properties: PropertyDeclarations = {
    bundle: {},
    namespace: {},
    market: {},
    consent: {},
    workerUrl: { attribute: 'worker-url' },
    filter: { hasChanged: hasOtherContent },
    hrefTemplate: { attribute: 'href-template' },
    currency: {},
    navigate: { attribute: false },
  };

  /**
   * Address of the bundle folder. Elements with the same bundle and namespace share one recommender. Default: the recommender
   * that the page created with `createRecommender()`, if there is exactly one; `<sidestream-find>` and `<sidestream-rows>` prefer
   * that of the first list on the page.
   */
  bundle = '';
  /** Separates profiles of shops on one origin; used with `bundle` only. */
  namespace = 'default';
  /** Market whose prices and stock are shown, see `createRecommender()`; used with `bundle` only. */
  market = '';
  /**
   * The consent tool whose answer the recommender follows: `google`, `shopify`, `tcf`, `wordpress`, or `auto` for whichever
   * is on the page. Until it answers, nothing is stored. Set it on every list of the page; used with `bundle` only.
   */
  consent = '';
  /**
   * Address of the package's `worker.js` if a bundler left it out, see `createRecommender()`; used with `bundle` only. For all
   * lists of a page, use `setWorkerUrl()`.
   */
  workerUrl = '';
  /**
   * Which items may be shown: a JSON object, or its text in the attribute, as `recommend()` and `find()` take it. Anything else hides
   * the list.
   */
  filter: RecommendRequest['filter'] | null = null;
  /**
   * Address of an item's page with `{id}`, `{title}` or `{category}` in it: `#/product/{id}`; or with `{path}`, the path and query of
   * the item's `url`: `/de{path}`. Default: the item's `url`.
   */
  hrefTemplate = '';
  /** Three-letter currency code of the prices. Default: the currency of the bundle or its offers; without one, prices are plain numbers. */
  currency = '';
  /**
   * Follows the links of products instead of the browser, for example a router's `push`: it gets the `href` of the link. Clicks that
   * open a tab or a window do not reach it.
   */
  navigate: ((href: string) => unknown) | null = null;
}

/** The properties of lists that are about their items and cards. */
export abstract class CardProperties extends SourceProperties {
  /** @internal */
  static override properties: PropertyDeclarations = {
    headingLevel: { type: Number, attribute: 'heading-level' },
    dismissible: { type: Boolean },
    addToCart: { type: Boolean, attribute: 'add-to-cart', reflect: true },
    variantChoice: { type: Boolean, attribute: 'variant-choice', reflect: true },
    lowStock: { type: Number, attribute: 'low-stock' },
    exclude: { attribute: false, hasChanged: hasOtherContent },
    labels: { attribute: false },
  };

  /** Level of the heading in the page's outline, 2 to 6. */
  headingLevel = 2;
  /** Gives every card a "not interested" button, which removes the product from all lists and can be undone. */
  dismissible = false;
  /** Gives every card of a product in stock an "add to cart" button, which dispatches `addtocart`. */
  addToCart = false;
  /**
   * Lets shoppers choose colour and size on the cards of products with variants. The link, the price and the button are then about the
   * chosen variant. Not in a bundle, and not on cards of the page's own.
   */
  variantChoice = false;
  /** Stock level up to which a product in stock has the badge "Only 3 left"; 0 for never. */
  lowStock = 5;
  /** Ids that are never listed, because the page shows them elsewhere. */
  exclude: string[] = [];
  /** Texts that replace the built-in ones. */
  labels: Partial<RecsLabels> = {};
}

/** The properties of `<sidestream-recs>`, and their attributes. */
export abstract class ListProperties extends CardProperties {
  /** @internal */
  static override properties: PropertyDeclarations = {
    placement: {},
    itemId: { attribute: 'item-id', hasChanged: hasOtherContent },
    cartSynced: { type: Boolean, attribute: 'cart-synced' },
    limit: { type: Number },
    hints: { hasChanged: hasOtherContent },
    lazy: { type: Boolean },
    heading: {},
    showErrors: { type: Boolean, attribute: 'show-errors' },
    layout: { reflect: true },
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
   * Hints of what the shopper looks for in this visit, for `for-you`: a JSON object, or its text in the attribute, as
   * `recommend()` takes it. Anything else hides the list. Default: the hints from `profile.setHints()`.
   */
  hints: RecommendRequest['hints'] | null = null;
  /** Loads nothing until the list is within 400 px of the viewport. */
  lazy = false;
  /** The heading; default: one for the placement, or for the products that the list fell back to. */
  heading = '';
  /**
   * Says in a sentence that the list failed, with a button that tries again, or that nothing is left to show, as by a filter. Otherwise
   * such a list takes no room.
   */
  showErrors = false;
  /**
   * `grid`, which wraps; `row`, which scrolls; `feed`, an endless grid whose pages have `limit` cards; or `bundle`: the item in
   * view and up to 4 items that go with it (`limit`, default 3), with check boxes, their total price, and a button that adds them
   * to the cart (event `addtocart`).
   */
  layout: 'grid' | 'row' | 'feed' | 'bundle' = 'grid';
  /**
   * `loading`, `filled`, `empty`, `error`, or `hidden` if there is nothing for a shopper. For style sheets:
   * `section:has(> sidestream-recs[state="hidden"]) { display: none }`.
   */
  state: 'loading' | 'filled' | 'empty' | 'error' | 'hidden' = 'loading';
}
