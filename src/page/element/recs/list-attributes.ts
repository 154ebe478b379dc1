import type { PropertyDeclarations } from 'lit';
import type { Placement, RecommendRequest } from '../../../device/protocol';
import { hasOtherContent } from '../dom';
import { CardProperties } from '../properties';

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
