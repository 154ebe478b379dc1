import { type CatalogStatistics, type Item, numberStatistics, numbersOf } from '../../../core/catalog';

/** One number of every item, such as log price or a year, standardised. */
export interface NumberColumn {
  name: string;
  /** Standard deviations from the mean, at most 4 away; NaN if an item has none. */
  values: Float32Array;
  /** Mean and deviation by which the values are standardised. */
  mean: number;
  deviation: number;
}

/** The number-based features of all items. */
export interface NumberFeatures {
  readonly count: number;
  /** Replaces the number of an item, standardised as in `NumberColumn.values`; does nothing if no features use it. */
  setNumber(name: string, row: number, value: number): void;
}

/** Bound of standardised numbers, in standard deviations from the mean. */
export const MAX_ABS_Z = 4;

/** The numeric columns of a catalogue (see `CatalogStatistics`), standardised by the statistics of all of it. */
export function numberColumns(
  items: readonly Item[],
  numbers: CatalogStatistics['numbers'] = numberStatistics(items),
): NumberColumn[] {
  return numbers.map((column) => ({ ...column, values: standardized(items, column) }));
}

/** The number of each item in a column, as `NumberColumn.values`. */
export const standardized = (
  items: readonly Item[],
  { name, mean, deviation }: Omit<NumberColumn, 'values'>,
): Float32Array =>
  // Math keeps NaN.
  numbersOf(items, name).map((value) => Math.max(-MAX_ABS_Z, Math.min(MAX_ABS_Z, (value - mean) / deviation)));

/** Distance, in standard deviations, at which closeness has fallen to exp(-1/2). */
const BANDWIDTH = 0.28;
/** Width of a histogram bin, in standard deviations. */
const BIN = 0.05;
const BINS = (2 * MAX_ABS_Z) / BIN + 1;
/** Minimum closeness, even of the furthest number. */
const FLOOR = 0.05;

/** Bin of an item without a number: the bin after the last. */
const MISSING_BIN = BINS;

const known = new WeakMap<Float32Array, Uint8Array>();

function binsOf(values: Float32Array): Uint8Array {
  const bins = known.get(values) ?? Uint8Array.from(values, binOf);
  known.set(values, bins);
  return bins;
}

const binOf = (value: number): number => (Number.isNaN(value) ? MISSING_BIN : Math.round((value + MAX_ABS_Z) / BIN));

/**
 * How close every item's numbers are to the numbers of a history: log(0.05 + weighted mean of exp(-(distance / 0.28)^2 / 2)),
 * mean over the columns. An item without a number is as close as the average item.
 * @param rows item rows of the history
 * @param weights strength of each, same length
 * @returns [count]; zeros without a history
 */
export function numericAffinity(
  columns: readonly Pick<NumberColumn, 'name' | 'values'>[],
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
  count: number,
): Float32Array {
  const out = new Float32Array(count);
  for (const { values } of columns) {
    const bins = binsOf(values);
    const mass = new Float64Array(BINS);
    let total = 0;
    for (let n = 0; n < rows.length; n++) {
      const bin = bins[rows[n]];
      if (bin === MISSING_BIN) continue;
      mass[bin] += weights[n];
      total += weights[n];
    }
    if (total === 0) continue;
    const part = new Float64Array(BINS + 1);
    part.set(smoothed(mass, total));
    let sum = 0;
    let numbers = 0;
    for (let row = 0; row < bins.length; row++) {
      if (bins[row] === MISSING_BIN) continue;
      sum += part[bins[row]];
      numbers++;
    }
    part[MISSING_BIN] = sum / numbers;
    for (let bin = 0; bin < part.length; bin++) part[bin] /= columns.length;
    for (let row = 0; row < count; row++) out[row] += part[bins[row]];
  }
  return out;
}

/** log(floor + kernel density) at every bin. */
function smoothed(mass: Float64Array, total: number): Float64Array {
  const reach = Math.ceil((4 * BANDWIDTH) / BIN);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, d) => Math.exp(-(((d * BIN) / BANDWIDTH) ** 2) / 2));
  return Float64Array.from(mass, (_, at) => {
    let sum = 0;
    for (let other = Math.max(0, at - reach); other <= Math.min(BINS - 1, at + reach); other++) {
      sum += mass[other] * kernel[Math.abs(other - at)];
    }
    return Math.log(FLOOR + sum / total);
  });
}
