import type { ChoiceHistory, ShopperRecord } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { OWN, type Placement } from '../placement';
import { itemFilter } from './item-filter';
import type { Rules } from './rules';

export interface Admission {
  /** Whether the row is not excluded and passes the filter. */
  admits(row: number): boolean;
  /** Whether the row may be pinned: it is not excluded; the filter does not matter. */
  pinnable(row: number): boolean;
}

export interface AdmissionRequest {
  placement: Placement;
  /** Row of the item in view. */
  row: number | null;
  /** Rows already in view. */
  exclude: ReadonlySet<number>;
  rules: Rules;
}

/** Combines the exclusions and the filter of a request. */
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
    // Items in the cart are already being bought again.
    excludeInCart = placement !== 'recent',
  } = rules;
  const fits = rules.filter ? itemFilter(rules.filter) : () => true;
  const pinnable = (row: number): boolean =>
    row !== inView &&
    !exclude.has(row) &&
    !(excludeDismissed && dismissed.has(row)) &&
    !(excludeOwned && record.owned.has(row)) &&
    !(excludeInCart && record.cart.has(row)) &&
    !(excludeOutOfStock && index.items[row].availability === 'out-of-stock');
  return { pinnable, admits: (row) => pinnable(row) && fits(index.items[row]) };
}
