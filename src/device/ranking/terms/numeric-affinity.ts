import { type CatalogStatistics, type Item, numbersOf } from '../../../core/catalog';
import { kept } from '../../../core/common/grouped';

/** One number of every item, such as log price or a year, standardised. */
export interface NumberColumn {
  name: string;
  /** Standard deviations from the mean, at most 4 away; NaN if an item has none. */
  values: Float32Array;
  /** Mean and deviation by which the values are standardised. */
  mean: number;
  deviation: number;
}

/** Bound of standardised numbers, in standard deviations from the mean. */
const MAX_ABS_Z = 4;

/** The numeric columns of a catalogue (see `CatalogStatistics`), standardised by the statistics of all of it. */
export function numberColumns(items: readonly Item[], numbers: CatalogStatistics['numbers']): NumberColumn[] {
  return numbers.map(({ name, mean, deviation }) => {
    // Math keeps NaN.
    const bounded = (value: number): number => Math.max(-MAX_ABS_Z, Math.min(MAX_ABS_Z, (value - mean) / deviation));
    return { name, mean, deviation, values: numbersOf(items, name).map(bounded) };
  });
}

/** Distance, in standard deviations, at which closeness has fallen to exp(-1/2). */
const BANDWIDTH = 0.28;
/** Width of a histogram bin, in standard deviations. */
const BIN = 0.05;
const BINS = (2 * MAX_ABS_Z) / BIN + 1;
/** Minimum closeness, even of the furthest number. */
const FLOOR = 0.05;

/** Bin of an item without a number: the bin after the last. */
const MISSING_BIN = BINS;

/** The bin of each item, and the number of items in each. */
function binned(values: Float32Array) {
  const made = { ofItem: Uint8Array.from(values, binOf), counts: new Uint32Array(BINS + 1) };
  for (const bin of made.ofItem) made.counts[bin]++;
  return made;
}

const bins = new WeakMap<Float32Array, ReturnType<typeof binned>>();

const binOf = (value: number): number => (Number.isNaN(value) ? MISSING_BIN : Math.round((value + MAX_ABS_Z) / BIN));

/**
 * How close an item's numbers are to the numbers of a history: log(0.05 + weighted mean of exp(-(distance / 0.28)^2 / 2)),
 * mean over the columns. An item without a number is as close as the average item.
 * @param rows item rows of the history
 * @param weights strength of each, same length
 * @returns the closeness of the item of a row; 0 without a history
 */
export function numericAffinity(
  columns: readonly Pick<NumberColumn, 'name' | 'values'>[],
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
): (row: number) => number {
  const parts = columns.flatMap(({ values }) => {
    const { ofItem, counts } = kept(bins, values, () => binned(values));
    const mass = new Float64Array(BINS);
    let total = 0;
    for (let n = 0; n < rows.length; n++) {
      const bin = ofItem[rows[n]];
      if (bin === MISSING_BIN) continue;
      mass[bin] += weights[n];
      total += weights[n];
    }
    if (total === 0) return [];
    const known = new Float64Array(BINS + 1).fill(Number.NaN);
    const at = (bin: number): number => {
      if (Number.isNaN(known[bin])) known[bin] = bin === MISSING_BIN ? average() : smoothed(mass, total, bin);
      return known[bin];
    };
    const average = (): number => {
      let sum = 0;
      for (let bin = 0; bin < BINS; bin++) if (counts[bin] > 0) sum += counts[bin] * at(bin);
      return sum / (ofItem.length - counts[MISSING_BIN]);
    };
    return [{ ofItem, at }];
  });
  return (row) => {
    let sum = 0;
    for (const { ofItem, at } of parts) sum += at(ofItem[row]) / columns.length;
    return sum;
  };
}

const KERNEL = Float64Array.from({ length: Math.ceil((4 * BANDWIDTH) / BIN) + 1 }, (_, d) =>
  Math.exp(-(((d * BIN) / BANDWIDTH) ** 2) / 2),
);

/** log(floor + kernel density) at a bin. */
function smoothed(mass: Float64Array, total: number, bin: number): number {
  const reach = KERNEL.length - 1;
  let sum = 0;
  for (let other = Math.max(0, bin - reach); other <= Math.min(BINS - 1, bin + reach); other++) {
    sum += mass[other] * KERNEL[Math.abs(other - bin)];
  }
  return Math.log(FLOOR + sum / total);
}
