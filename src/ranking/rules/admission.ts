import type { ChoiceHistory, ShopperRecord } from '../../events';
import type { CatalogueIndex } from '../catalog-index';
import type { Placement } from '../placement';
import { itemFilter } from './item-filter';
import type { Rules } from './rules';

/** Which rows may stand in a list. */
export interface Admission {
  /** Not excluded, and the filter fits. */
  admits(row: number): boolean;
  /** Not excluded, whatever the filter says: may be pinned. */
  pinnable(row: number): boolean;
}

/** What an admission is decided by. */
export interface AdmissionRequest {
  placement: Placement;
  /** Row of the item in view. */
  row: number | null;
  /** Rows already in view. */
  exclude: ReadonlySet<number>;
  rules: Rules;
}

/** Puts exclusions and filter of a request into one test. */
export function admission(
  index: CatalogueIndex,
  { dismissed }: Pick<ChoiceHistory, 'dismissed'>,
  record: ShopperRecord,
  { placement, row: inView, exclude, rules }: AdmissionRequest,
): Admission {
  // What the shopper looked at is a record of its own: bought or not.
  const byDefault = placement !== 'recent';
  const {
    excludeOutOfStock = true,
    excludeDismissed = true,
    excludeOwned = byDefault,
    excludeInCart = byDefault,
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
