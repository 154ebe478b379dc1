import { SidestreamError } from '../../error';
import { listReader, littleEndian } from '../common/bytes';
import type { Item } from './item';

/** Statistics from the shop's log: how often each item is chosen, and how often shoppers buy again. */
export interface Demand {
  /** [count] Choices in the whole log. */
  choices: Float32Array;
  /** [count] Current sales: choices, each weighed by its recency. */
  recent: Float32Array;
  /** Share of the purchases that are repeats, 0 to 1; absent if nobody in the log bought an item twice. */
  repeats?: number;
  /** Sums over the whole catalogue, and its number of items. Default: of these items, which are then the whole catalogue. */
  sums?: { choices: number; recent: number; count: number };
}

export const demandSums = ({ choices, recent, sums }: Demand): NonNullable<Demand['sums']> =>
  sums ?? { choices: sum(choices), recent: sum(recent), count: choices.length };

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

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
 * @param order row of each item; -1 for an item that it lacks, which nobody chose
 */
export function pickDemand({ choices, recent, repeats }: Demand, order: readonly number[]): Demand {
  const pick = (values: Float32Array): Float32Array => Float32Array.from(order, (row) => (row < 0 ? 0 : values[row]));
  return { choices: pick(choices), recent: pick(recent), repeats };
}

/** Largest step of a stored value. */
const STEPS = 65_535;
type Columns = Pick<Demand, 'choices' | 'recent'>;
/** uint32 count. */
const HEADER = 4;

/**
 * Writes the demand for the items, little-endian: uint32 count; then each column, `choices` and `recent`: float32 largest value
 * m, and `count` uint16 steps s of values m' = log(1 + m), value = exp(s m' / 65,535) - 1.
 */
export function encodeDemand({ choices, recent }: Columns): Uint8Array<ArrayBuffer> {
  const lists = [choices, recent].flatMap((values) => {
    // Rounded to 32 bits, as a reader will get it.
    const largest = Math.fround(values.reduce((max, value) => Math.max(max, value), 0));
    const step = Math.log1p(largest) / STEPS || 1;
    const steps = Uint16Array.from(values, (value) => Math.min(STEPS, Math.round(Math.log1p(value) / step)));
    return [Float32Array.of(largest), steps];
  });
  return littleEndian(Uint32Array.of(choices.length), ...lists);
}

/**
 * Reads the output of `encodeDemand`.
 * @throws SidestreamError `bundle/invalid` when it is not such a file, or belongs to another catalogue
 */
export function decodeDemand(bytes: ArrayBuffer, count: number): Columns {
  const read = listReader(bytes);
  if (bytes.byteLength < HEADER || read.uint32(1)[0] !== count) throw invalid('it is for other items');
  if (bytes.byteLength !== HEADER + 2 * (4 + 2 * count)) throw invalid('its length is wrong');
  const column = (): Float32Array => {
    const [largest] = read.floats(1);
    // Sums over a catalogue stay finite as floats.
    if (!(largest >= 0 && largest <= 1e12)) throw invalid('its numbers are out of range');
    const step = Math.log1p(largest) / STEPS;
    return Float32Array.from(read.uint16(count), (value) => Math.expm1(step * value));
  };
  return { choices: column(), recent: column() };
}

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The demand for the items cannot be read: ${what}. Train again with \`sidestream train\`.`,
  );
