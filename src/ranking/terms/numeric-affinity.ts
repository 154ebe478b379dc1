import { type CatalogueStatistics, type Item, numberStatistics, numbersOf } from '../../catalog';

/** One number of every item, such as log price or a year, in steps that closeness is measured in. */
export interface NumberColumn {
  name: string;
  /** Standard deviations from the mean, at most 4 away; NaN where an item has none. */
  values: Float32Array;
}

const FURTHEST = 4;

/** The numbers that tell items apart, see `CatalogueStatistics`, in the standard deviations of the whole catalogue. */
export function numberColumns(
  items: readonly Item[],
  numbers: CatalogueStatistics['numbers'] = numberStatistics(items),
): NumberColumn[] {
  return numbers.map(({ name, mean, deviation }) => {
    const place = (value: number): number => Math.max(-FURTHEST, Math.min(FURTHEST, (value - mean) / deviation));
    const values = numbersOf(items, name).map((value) => (Number.isFinite(value) ? place(value) : Number.NaN));
    return { name, values };
  });
}

/** Distance, in standard deviations, at which closeness has fallen to exp(-1/2). */
const BANDWIDTH = 0.28;
/** Steps that the numbers are counted in. */
const STEP = 0.05;
const STEPS = (2 * FURTHEST) / STEP + 1;
/** Closeness that even the furthest number has. */
const FLOOR = 0.05;

const stepOf = (value: number): number => Math.round((value + FURTHEST) / STEP);

/**
 * How close every item's numbers are to those of a history: log(0.05 + weighted mean of exp(-(distance / 0.28)^2 / 2)),
 * mean over the columns. An item without a number is as close as the average item.
 * @param rows item rows of the history
 * @param weights strength of each, same length
 * @returns [count]; zeros where nothing is known
 */
export function numericCloseness(
  columns: readonly NumberColumn[],
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
  count: number,
): Float32Array {
  const out = new Float32Array(count);
  for (const { values } of columns) {
    const mass = new Float64Array(STEPS);
    let total = 0;
    for (let n = 0; n < rows.length; n++) {
      const value = values[rows[n]];
      if (Number.isNaN(value)) continue;
      mass[stepOf(value)] += weights[n];
      total += weights[n];
    }
    if (total === 0) continue;
    const closeness = smoothed(mass, total);
    let sum = 0;
    let known = 0;
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      sum += closeness[stepOf(value)];
      known++;
    }
    for (let row = 0; row < count; row++) {
      const value = values[row];
      out[row] += (Number.isNaN(value) ? sum / known : closeness[stepOf(value)]) / columns.length;
    }
  }
  return out;
}

/** log(floor + kernel density) at every step. */
function smoothed(mass: Float64Array, total: number): Float64Array {
  const reach = Math.ceil((4 * BANDWIDTH) / STEP);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, d) => Math.exp(-(((d * STEP) / BANDWIDTH) ** 2) / 2));
  return Float64Array.from(mass, (_, at) => {
    let sum = 0;
    for (let other = Math.max(0, at - reach); other <= Math.min(STEPS - 1, at + reach); other++) {
      sum += mass[other] * kernel[Math.abs(other - at)];
    }
    return Math.log(FLOOR + sum / total);
  });
}
