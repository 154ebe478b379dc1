import type { ChoiceHistory, ShopperRecord } from '../../events';
import type { CatalogIndex } from '../catalog-index';
import { OWN, type Placement } from '../placement';
import { entryOf, productOf } from '../variants';
import { itemFilter } from './item-filter';
import type { Rules } from './rules';

/** Which rows a list may have. */
export interface Admission {
  /** Whether the row is not excluded and passes the filter. */
  admits(row: number): boolean;
  /** Whether the row may be pinned: not excluded, whatever the filter says. */
  pinnable(row: number): boolean;
}

/** The part of a request that admission depends on. */
export interface AdmissionRequest {
  placement: Placement;
  /** Row of the item in view. */
  row: number | null;
  /** Rows already in view. */
  exclude: ReadonlySet<number>;
  rules: Rules;
}

/**
 * Combines the exclusions and the filter of a request. What is known of one variant holds for its product: the one in view,
 * owned, in the cart or dismissed. What is in view in other lists does as well, unless the rules let variants be listed each.
 */
export function admission(
  index: CatalogIndex,
  { dismissed }: Pick<ChoiceHistory, 'dismissed'>,
  record: ShopperRecord,
  { placement, row: inView, exclude, rules }: AdmissionRequest,
): Admission {
  const byDefault = !OWN.includes(placement);
  const {
    excludeOutOfStock = true,
    excludeDismissed = true,
    excludeOwned = byDefault,
    // What is in the cart is being bought again already.
    excludeInCart = placement !== 'recent',
  } = rules;
  const fits = rules.filter ? itemFilter(rules.filter) : () => true;
  const product = productOf(index);
  const entry = entryOf(index, rules);
  const excluded = new Set(Array.from(exclude, entry));
  const gone = new Set(
    [
      ...(inView === null ? [] : [inView]),
      ...(excludeDismissed ? dismissed : []),
      ...(excludeOwned ? record.owned : []),
      ...(excludeInCart ? record.cart : []),
    ].map(product),
  );
  const pinnable = (row: number): boolean =>
    !excluded.has(entry(row)) &&
    !gone.has(product(row)) &&
    !(excludeOutOfStock && index.items[row].availability === 'out-of-stock');
  return { pinnable, admits: (row) => pinnable(row) && fits(index.items[row]) };
}
