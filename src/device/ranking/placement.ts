import type { VariantGroups } from '../../core/catalog';
import type { Rules } from './rules/rules';

export const PLACEMENTS = ['for-you', 'similar', 'complement', 'trending', 'recent', 'again'] as const;

/**
 * Where recommendations are shown. `complement` lists items that other shoppers chose with the item in view, `similar` lists
 * items that resemble it. `recent` lists only items that the shopper looked at, newest first, and is empty for a new
 * shopper. `again` lists only items that they bought on earlier visits; it is also empty if the shop's log shows no repeat
 * purchases.
 */
export type Placement = (typeof PLACEMENTS)[number];

/** Placements with only items of the shopper's own past, even bought ones. */
export const OWN: readonly Placement[] = ['recent', 'again'];

/**
 * Which part of the ranking put an item in a list, from most to least informed: the personal score, co-occurrence with the
 * item in view, similarity to it, similarity across categories, popularity, or no data (`catalog`: nobody has chosen it yet,
 * or the shop has no popularity and the list takes items of every category in turn). `pinned`: a rule of the shop put it
 * there. `words`: the shopper searched for it.
 */
export type Source =
  | 'personal'
  | 'boughtTogether'
  | 'content'
  | 'style'
  | 'popularity'
  | 'catalog'
  | 'pinned'
  | 'words';

/** Items that a shopper may buy again. */
export interface Repeatable {
  /** By row, the highest first: what how often the shopper bought the item adds to its score. */
  gains: ReadonlyMap<number, number>;
  /** Maximum number of them in `for-you`. */
  places: number;
}

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
  repeatable?: Repeatable | null;
  /** The shopper's hints for this visit, for `for-you`: log-odds that each item fits. Default: none. */
  hints?: { readonly lifts: ArrayLike<number> } | null;
}

/** Price range of a product's variants: the lowest and the highest price, in the currency of the items. */
export interface PriceRange {
  lowest: number;
  highest: number;
}

/** The first variant of a row's product. */
export const productOf =
  ({ variants }: { variants: Pick<VariantGroups, 'of'> | null }) =>
  (row: number): number =>
    variants?.of[row]?.[0] ?? row;
