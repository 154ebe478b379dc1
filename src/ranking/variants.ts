import type { CatalogIndex } from './catalog-index';
import type { Rules } from './rules/rules';

type Grouped = Pick<CatalogIndex, 'variants'>;

/** A function from a row to the one that stands for its product wherever products are counted: the first of its variants. */
export const productOf =
  ({ variants }: Grouped) =>
  (row: number): number =>
    variants?.of[row]?.[0] ?? row;

/** A function from a row to what a list shows once: its product, or under the rule `variants: 'all'` the row itself. */
export const entryOf = (index: Grouped, rules: Rules): ((row: number) => number) =>
  rules.variants === 'all' ? (row) => row : productOf(index);

/** The rows of a row's product, itself included. */
export const variantsOf = ({ variants }: Grouped, row: number): readonly number[] => variants?.of[row] ?? [row];

/** Gives all variants of a product the value of the first; changed in place. */
export function shareValues({ variants }: Grouped, values: Float32Array): void {
  for (const rows of variants?.of ?? []) if (rows) for (const row of rows) values[row] = values[rows[0]];
}
