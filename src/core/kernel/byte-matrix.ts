/**
 * Rows of 8-bit integers, as bundles store them. Each has one or several parts of equal width, such as text and picture,
 * each with its own scale: a value is integer times scale.
 */
export interface ByteRows {
  readonly count: number;
  /** [count, width] */
  readonly values: Int8Array;
  /** [count, parts] */
  readonly scales: Float32Array;
}

/** A vector that rows are multiplied with, as integers. */
export interface ByteQuery {
  /** [width]; so small that no sum leaves 32 bits, see `byteQuery` */
  readonly values: Int16Array;
  /** [parts] */
  readonly scales: Float32Array;
}

/** Largest magnitude of a 16-bit integer whose negative also fits. */
const MAX_INT16 = 32_767;
/** Largest magnitude of an integer in a row, and of one made by rounding. */
const MAX_ROW_INTEGER = 128;
const MAX_ROUNDED_INTEGER = 127;

/**
 * A vector as a query. Each part is rounded to integers of 15 bits, or of fewer if it is so long that sums would overflow 32
 * bits: at up to 512 columns, a product with a row of length 1 changes by less than 4e-4 of the largest value.
 * @param vector [width]; non-finite values count as 0
 */
export function byteQuery(vector: Float32Array, parts: number): ByteQuery {
  const own = vector.length / parts;
  const most = Math.min(MAX_INT16, Math.floor((2 ** 31 - 1) / (MAX_ROW_INTEGER * own)));
  const values = new Int16Array(vector.length);
  const scales = new Float32Array(parts);
  for (let part = 0; part < parts; part++) scales[part] = round(vector, part * own, own, most, values);
  return { values, scales };
}

/**
 * Rows as integers: if they were made from integers up to 127, those integers, up to a common factor.
 * @param values [count, width]
 */
export function roundedRows(values: Float32Array, width: number, parts: number): ByteRows {
  const own = width / parts;
  const count = values.length / width;
  const integers = new Int8Array(values.length);
  const scales = new Float32Array(count * parts);
  for (let part = 0; part < scales.length; part++)
    scales[part] = round(values, part * own, own, mostOf(values, part * own, own), integers);
  return { count, values: integers, scales };
}

/** Tolerance for the quotient of two 32-bit floats made from integers to count as an integer. */
const QUOTIENT_TOLERANCE = 1e-3;

/** The magnitude of the largest integer that some values were made from; the largest possible if no such integer exists. */
function mostOf(from: Float32Array, start: number, length: number): number {
  let largest = 0;
  for (let at = start; at < start + length; at++) largest = Math.max(largest, Math.abs(from[at]));
  // Features are made with the largest possible integer, so the first candidate nearly always fits.
  for (let most = MAX_ROUNDED_INTEGER; most > 0; most--) {
    let at = start;
    while (at < start + length && isNearlyWhole((from[at] / largest) * most)) at++;
    if (at === start + length) return most;
  }
  return MAX_ROUNDED_INTEGER;
}

const isNearlyWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < QUOTIENT_TOLERANCE;

/** Rounds some values to integers of magnitude `most` or less. @returns their scale, 0 if all are 0 */
function round(from: Float32Array, start: number, length: number, most: number, to: Int8Array | Int16Array): number {
  let largest = 0;
  for (let at = start; at < start + length; at++) {
    const size = Math.abs(from[at]);
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  const scale = Math.fround(largest / most);
  // Values so small that their scale underflows 32 bits become 0.
  if (scale === 0) return 0;
  for (let at = start; at < start + length; at++) {
    const rounded = Math.round(from[at] / scale);
    // Needed for non-finite values, and if rounding of the scale exceeds the range.
    to[at] = Math.abs(rounded) <= most ? rounded : Number.isFinite(rounded) ? Math.sign(rounded) * most : 0;
  }
  return scale;
}
