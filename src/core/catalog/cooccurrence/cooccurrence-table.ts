import { SidestreamError } from '../../../error';

/**
 * Co-occurrence of items: for every item, the items that the same shoppers chose near it, with their lift over chance. The
 * entries of item i are at `offsets[i]` to `offsets[i + 1]`.
 */
export interface CooccurrenceTable {
  count: number;
  /** [count + 1] */
  offsets: Uint32Array;
  /** Item rows. */
  rows: Uint32Array;
  /** log(1 + lift), above 0, same length. */
  lifts: Float32Array;
  /**
   * Number of orders with both items, same length; 0 if unknown or below `MIN_SUPPORT`. Absent if no orders were counted.
   */
  support?: Uint16Array;
  /** `shop`: made from the shop's links and orders, smoothed by category. Default: counted from its logs. */
  origin?: 'shop';
}

/**
 * Smallest number of orders that a table reveals. The file is public: a count of one or two would reveal the orders of
 * individual shoppers.
 */
export const MIN_SUPPORT = 3;
/** Largest number of orders that a table stores; it also stands for larger numbers. */
export const MAX_SUPPORT = 0xffff;

/** The same table with the items in another order. @param order every row of the table once, in the new order */
export function pickCooccurrence(table: CooccurrenceTable, order: readonly number[]): CooccurrenceTable {
  const placeOf = new Uint32Array(table.count);
  for (const [place, row] of order.entries()) placeOf[row] = place;
  const offsets = new Uint32Array(table.count + 1);
  const rows = new Uint32Array(table.rows.length);
  const lifts = new Float32Array(table.lifts.length);
  const support = table.support && new Uint16Array(table.support.length);
  for (const [place, row] of order.entries()) {
    const [from, to] = [table.offsets[row], table.offsets[row + 1]];
    const at = offsets[place];
    rows.set(
      table.rows.subarray(from, to).map((other) => placeOf[other]),
      at,
    );
    lifts.set(table.lifts.subarray(from, to), at);
    if (table.support) support?.set(table.support.subarray(from, to), at);
    offsets[place + 1] = at + to - from;
  }
  return { ...table, offsets, rows, lifts, ...(support ? { support } : {}) };
}

/** Quantisation steps of a stored lift. */
const STEPS = 255;
const HEADER = 3 * 4;

/**
 * Writes a table, little-endian: uint32 count, uint32 number of entries, float32 largest lift; uint32 entries of
 * every item; uint32 rows, but uint16 in a catalogue of up to 65,536 items; uint8 lifts as shares of the largest; with
 * support, uint16 of each entry. The manifest states whether the table has support.
 */
export function encodeCooccurrence({
  count,
  offsets,
  rows,
  lifts,
  support,
}: CooccurrenceTable): Uint8Array<ArrayBuffer> {
  const wide = rowWidth(count);
  const largest = lifts.reduce((max, lift) => Math.max(max, lift), 0);
  const bytes = new Uint8Array(HEADER + 4 * count + rows.length * (wide + (support ? 3 : 1)));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, count, true);
  view.setUint32(4, rows.length, true);
  view.setFloat32(8, largest, true);
  for (let item = 0; item < count; item++) view.setUint32(HEADER + 4 * item, offsets[item + 1] - offsets[item], true);
  const from = HEADER + 4 * count;
  for (const [at, row] of rows.entries()) {
    if (wide === 2) view.setUint16(from + 2 * at, row, true);
    else view.setUint32(from + 4 * at, row, true);
  }
  const strengths = from + rows.length * wide;
  for (const [at, lift] of lifts.entries()) bytes[strengths + at] = Math.max(1, Math.round((STEPS * lift) / largest));
  const counts = strengths + rows.length;
  for (const [at, orders] of support?.entries() ?? []) view.setUint16(counts + 2 * at, orders, true);
  return bytes;
}

/**
 * Reads the output of `encodeCooccurrence`.
 * @param supported whether the table has support, according to the manifest
 * @throws SidestreamError `bundle/invalid` when it is not such a table, or belongs to another catalogue
 */
export function decodeCooccurrence(bytes: ArrayBuffer, count: number, supported = false): CooccurrenceTable {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER || view.getUint32(0, true) !== count) throw invalid('it is for other items');
  const total = view.getUint32(4, true);
  const largest = view.getFloat32(8, true);
  const wide = rowWidth(count);
  if (bytes.byteLength !== HEADER + 4 * count + total * (wide + (supported ? 3 : 1)))
    throw invalid('its length is wrong');
  const offsets = new Uint32Array(count + 1);
  for (let item = 0; item < count; item++) offsets[item + 1] = offsets[item] + view.getUint32(HEADER + 4 * item, true);
  const from = HEADER + 4 * count;
  const rows = Uint32Array.from({ length: total }, (_, at) =>
    wide === 2 ? view.getUint16(from + 2 * at, true) : view.getUint32(from + 4 * at, true),
  );
  // The sums have 32 bits: counts that overflow must not pass for valid ones.
  const falling = offsets.some((offset, item) => item > 0 && offset < offsets[item - 1]);
  const possible = largest >= 0 && largest < Number.POSITIVE_INFINITY;
  if (offsets[count] !== total || falling || !possible || rows.some((row) => row >= count)) {
    throw invalid('its numbers are out of range');
  }
  const strengths = from + total * wide;
  const lifts = Float32Array.from(new Uint8Array(bytes, strengths, total), (step) => (step * largest) / STEPS);
  if (!supported) return { count, offsets, rows, lifts };
  const support = Uint16Array.from({ length: total }, (_, at) => view.getUint16(strengths + total + 2 * at, true));
  if (support.some((orders) => orders > 0 && orders < MIN_SUPPORT)) throw invalid('its support is out of range');
  return { count, offsets, rows, lifts, support };
}

const rowWidth = (count: number): 2 | 4 => (count <= 65_536 ? 2 : 4);

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The co-occurrence table cannot be read: ${what}. Train again with \`sidestream train\`, or build again with --links or --orders.`,
  );
