import type { CatalogStatistics, Item, VariantGroups } from '../../core/catalog';
import type { ChoiceHistory, History, LoggedEvent, ShopperRecord } from '../../core/events';
import type { DueItems, Placement } from './placement';
import type { Rules } from './rules/rules';

/** The parts of a request for a list that depend on variants. */
export interface VariantRequest {
  placement: Placement;
  /** Row of the item in view, if any. */
  row: number | null;
  limit: number;
  /** Rows already in view. */
  exclude: ReadonlySet<number>;
  /** Default: only the default exclusions. */
  rules?: Rules;
  /** Rows that earlier pages of this visit showed, for the rule `fresh`. Default: none. */
  shownBefore?: ReadonlySet<number>;
  /** Items that the shopper may buy again. Default: none. */
  due?: DueItems | null;
  /** The shopper's hints for this visit, for `for-you`: log-odds that each item fits. Default: none. */
  hints?: { readonly lifts: ArrayLike<number> } | null;
}

export interface VariantState {
  history: ChoiceHistory;
  record?: ShopperRecord;
}

/** Standardised features of every item, see `FeatureBlock`. */
export interface WeighedBlock {
  values: Float32Array;
  center: Float32Array;
  scale: Float32Array;
}

/** Price range of a product's variants: the lowest and the highest price, in the currency of the items. */
export interface PriceRange {
  lowest: number;
  highest: number;
}

/** How variants of one product are listed and learned as one. Made by `ranking/variants`, which is loaded late. */
export interface ProductVariants extends VariantGroups {
  /** Statistics of the items, if they are the whole catalogue. */
  readonly statistics: CatalogStatistics;
  /**
   * Narrows a request to one variant of each product by excluding all other variants. Knowledge about a variant applies to
   * the whole product. Under the rule `variants: 'all'` only the product in view is excluded.
   * @param personal score of every item, used if the shopper has a history
   */
  narrow<S extends VariantState, R extends VariantRequest>(
    items: readonly Item[],
    state: S,
    request: R,
    personal: Float32Array,
  ): { state: S; request: R };
  /**
   * Prices of the available variants of a row's product; undefined if they cost the same, or fewer than two have a price.
   * @param items with their current prices and stock
   */
  prices(items: readonly Item[], row: number): PriceRange | undefined;
  /** The first of some rows that belongs to the product of `row`; undefined if no row does. */
  among(rows: Iterable<number>, row: number): number | undefined;
  /** Represents each product among the choices by its first row; changes them in place. */
  merge(choices: number[]): void;
  /**
   * Applies an event that is already in the history to the whole product of its row: a choice ends the product's other
   * states.
   */
  note(history: History, event: Pick<LoggedEvent, 'type' | 'time'>, row: number): void;
  /** The first variant of the product of each row. */
  first(rows: readonly number[]): number[];
  /** All variants of the products of some rows. */
  all(rows: Iterable<number>): Set<number>;
  /** Gives all variants of a product the value of the first; changed in place. */
  share(values: Float32Array): void;
  /** Standardises a block again with equal weight for every product. In the catalog order, all variants share one place. */
  weigh(block: WeighedBlock & { name: string; width: number }): WeighedBlock;
  /**
   * All rows but the alternatives of a choice: the chosen row, and the first variant of each product that is not in `gone`.
   * @param gone rows of products that were not available for the choice
   */
  beside(chosen: number, gone: readonly number[]): number[];
}

/** The first variant of a row's product. */
export const productOf =
  ({ variants }: { variants: VariantGroups | null }) =>
  (row: number): number =>
    variants?.of[row]?.[0] ?? row;
