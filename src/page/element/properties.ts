import type { PropertyDeclarations } from 'lit';
import type { Recommender, RecommendRequest } from '../../device/protocol';
import { hasOtherContent } from './dom';
import { TypedLitElement } from './events';
import type { RecsLabels } from './recs/labels';

/** Properties whose change needs another recommender of the page. */
export const SOURCE_PROPERTIES = ['bundle', 'namespace', 'market', 'workerUrl', 'consent'] as const;

/** The properties by which an element finds its recommender, and which products it shows how. */
export abstract class SourceProperties extends TypedLitElement {
  /** @internal Not decorators: every page would load their code for these few classes. */
  static override properties: PropertyDeclarations = {
    bundle: {},
    namespace: {},
    market: {},
    consent: {},
    workerUrl: { attribute: 'worker-url' },
    recommender: { attribute: false },
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
  /** A recommender that the page created; replaces `bundle`. */
  recommender: Recommender | null = null;
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
