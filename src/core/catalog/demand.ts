import { SidestreamError } from '../../error';
import { littleEndian } from '../common/bytes';
import type { Item } from './item';

/** Statistics of each item from the shop's log: how often it is chosen, and how it is bought again. */
export interface Demand {
  /** [count] Choices in the whole log. */
  choices: Float32Array;
  /** [count] Current sales: choices, each weighed by its recency. */
  recent: Float32Array;
  /** Absent if nobody in the log bought an item twice. */
  repeats?: Repeats;
  /** Sums over the whole catalogue, and its number of items. Default: of these items, which are then the whole catalogue. */
  sums?: { choices: number; recent: number; count: number };
}

export const demandSums = ({ choices, recent, sums }: Demand): NonNullable<Demand['sums']> =>
  sums ?? { choices: sum(choices), recent: sum(recent), count: choices.length };

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

/** Repeat purchases in a log: a shopper buys an item again on another visit. */
export interface Repeats {
  /** Share of the purchases that are repeats, 0 to 1. */
  share: number;
  /** Days between two purchases of an item, median over all repeats. */
  interval: number;
  /**
   * [count] Share of each item's purchases that are repeats, shrunk towards the share of its category or the shop if it has
   * few.
   */
  shares: Float32Array;
  /** [count] Days between two purchases of each item, or of its category or the shop if it has few repeats. */
  intervals: Float32Array;
}

/**
 * Current popularity: the recency-weighted choices, scaled to the number of all choices.
 * @returns [count] 0 for an item that nobody chose
 */
export function popularityNow(demand: Demand): Float32Array {
  const { choices, recent } = demandSums(demand);
  const scale = choices / (recent || 1);
  return demand.recent.map((value) => scale * value);
}

/**
 * The items with current choices from the log as popularity, if no item of the shop's feed has a popularity; an item
 * without choices then has none.
 */
export function withPopularity(items: Item[], demand: Demand | null | undefined): Item[] {
  if (!demand || items.some(({ popularity }) => popularity !== undefined)) return items;
  const now = popularityNow(demand);
  return items.map((item, row) => ({ ...item, popularity: now[row] || undefined }));
}

/**
 * The same demand for other items.
 * @param order row of each item; -1 for an item that it lacks, which nobody chose and which is bought again as the shop's average
 */
export function pickDemand({ choices, recent, repeats }: Demand, order: readonly number[]): Demand {
  const pick = (values: Float32Array, unknown = 0): Float32Array =>
    Float32Array.from(order, (row) => (row < 0 ? unknown : values[row]));
  return {
    choices: pick(choices),
    recent: pick(recent),
    ...(repeats && {
      repeats: {
        ...repeats,
        shares: pick(repeats.shares, repeats.share),
        intervals: pick(repeats.intervals, repeats.interval),
      },
    }),
  };
}

/** Largest step of a stored value. */
const STEPS = 65_535;
/** uint32 count, uint32 number of columns. */
const HEADER = 8;

/**
 * Writes the demand for the items, little-endian: uint32 count, uint32 number of columns; then each column: float32 largest
 * value m, and `count` uint16 steps s of values m' = log(1 + m), value = exp(s m' / 65,535) - 1. Columns: `choices`,
 * `recent` and, with repeats, `shares` and `intervals`. The share and the interval of the whole shop are in the manifest.
 * @throws SidestreamError `bundle/invalid` when a column has a wrong number of items, or a value is negative, not finite or too large
 */
export function encodeDemand({ choices, recent, repeats }: Demand, count: number): Uint8Array<ArrayBuffer> {
  const columns = [choices, recent, ...(repeats ? [repeats.shares, repeats.intervals] : [])];
  const lists = columns.flatMap((values) => {
    if (values.length !== count) throw invalid(`it is for ${values.length} items, but the bundle has ${count}`);
    if (!values.every(isAmount)) throw invalid('a value is out of range');
    // Rounded to 32 bits, as a reader will get it.
    const largest = Math.fround(values.reduce((max, value) => Math.max(max, value), 0));
    const step = Math.log1p(largest) / STEPS || 1;
    const steps = Uint16Array.from(values, (value) => Math.min(STEPS, Math.round(Math.log1p(value) / step)));
    return [Float32Array.of(largest), steps];
  });
  return littleEndian(Uint32Array.of(count, columns.length), ...lists);
}

/**
 * Reads the output of `encodeDemand`.
 * @param repeats share and interval of the whole shop, from the manifest
 * @throws SidestreamError `bundle/invalid` when it is not such a file, or belongs to another catalogue
 */
export function decodeDemand(bytes: ArrayBuffer, count: number, repeats?: Pick<Repeats, 'share' | 'interval'>): Demand {
  const view = new DataView(bytes);
  const columns = repeats ? 4 : 2;
  if (bytes.byteLength < HEADER || view.getUint32(0, true) !== count) throw invalid('it is for other items');
  if (view.getUint32(4, true) !== columns || bytes.byteLength !== HEADER + columns * columnBytes(count)) {
    throw invalid('its length is wrong');
  }
  const column = (n: number): Float32Array => {
    const from = HEADER + n * columnBytes(count);
    const largest = view.getFloat32(from, true);
    if (!isAmount(largest)) throw invalid('its numbers are out of range');
    const step = Math.log1p(largest) / STEPS;
    return new Float32Array(count).map((_, row) => Math.expm1(step * view.getUint16(from + 4 + 2 * row, true)));
  };
  return {
    choices: column(0),
    recent: column(1),
    ...(repeats && { repeats: { ...repeats, shares: column(2), intervals: column(3) } }),
  };
}

/** Whether a number is possible as choices or days: sums over a catalogue stay finite as floats. */
const isAmount = (value: number): boolean => value >= 0 && value <= 1e12;

const columnBytes = (count: number): number => 4 + 2 * count;

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The demand for the items cannot be read: ${what}. Train again with \`sidestream train\`.`,
  );
