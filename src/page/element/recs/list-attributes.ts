import type { PropertyDeclarations } from 'lit';
import type { Placement, Recommender, RecommendRequest } from '../../../device/protocol';
import { hasOtherContent } from '../dom';
import { TypedLitElement } from '../events';
import type { RecsLabels } from './labels';

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
/** Properties whose change needs another recommender. */
export const SOURCE_PROPERTIES = ['recommender', 'bundle', 'namespace', 'market', 'workerUrl', 'consent', 'lazy'];
/** The properties of `<sidestream-recs>`, and their attributes. */
export abstract class ListProperties extends TypedLitElement {
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
    variantChoice: { type: Boolean, attribute: 'variant-choice', reflect: true },
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
   * The consent tool whose answer the recommender follows: `google`, `shopify`, `tcf`, `wordpress`, or `auto` for whichever
   * is on the page. Until it answers, nothing is stored. Set it on every list of the page; used with `bundle` only.
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
   * `grid`, which wraps; `row`, which scrolls; `feed`, an endless grid whose pages have `limit` cards; or `bundle`: the item in
   * view and up to 4 items that go with it (`limit`, default 3), with check boxes, their total price, and a button that adds them
   * to the cart (event `addtocart`).
   */
  layout: 'grid' | 'row' | 'feed' | 'bundle' = 'grid';
  /**
   * Address of an item's page with `{id}`, `{title}` or `{category}` in it: `#/product/{id}`; or with `{path}`, the path and query of
   * the item's `url`: `/de{path}`. Default: the item's `url`.
   */
  hrefTemplate = '';
  /** Three-letter currency code of the prices. Default: the currency of the bundle or its offers; without one, prices are plain numbers. */
  currency = '';
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
}
