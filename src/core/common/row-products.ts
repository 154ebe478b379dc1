/** Number of values of each row that are multiplied at a time: this part of all rows fits into the processor's cache. */
const PANEL = 512;

/** [count, length], row after row. */
export interface Rows {
  count: number;
  length: number;
  values: Float64Array;
}

/**
 * Dot products of every row of `a` with every row of `b`, that is a * b^T. If `a` and `b` are the same object, half of the
 * products are computed and the other half copied.
 * @param a rows as long as the rows of `b`
 * @returns [a.count, b.count]
 */
export function rowProducts(a: Rows, b: Rows): Float64Array {
  const out = new Float64Array(a.count * b.count);
  for (let from = 0; from < a.length; from += PANEL) {
    for (let i = 0; i < a.count; i += 4) addRows(out, a, b, i, from);
  }
  if (a === b) {
    for (let i = 0; i < a.count; i++) for (let j = 0; j < i; j++) out[i * a.count + j] = out[j * a.count + i];
  }
  return out;
}

/**
 * Adds the products of up to four rows of `a`, from row `i` on, with the rows of `b`, two at a time: every value read
 * serves several products, and eight sums do not wait for each other.
 */
function addRows(out: Float64Array, a: Rows, b: Rows, i: number, from: number): void {
  const { length, values: x } = a;
  const { count, values: y } = b;
  const end = Math.min(PANEL, length - from);
  // With fewer than four rows, the last row fills the missing places.
  const last = a.count - 1;
  const a0 = i * length + from;
  const a1 = Math.min(i + 1, last) * length + from;
  const a2 = Math.min(i + 2, last) * length + from;
  const a3 = Math.min(i + 3, last) * length + from;
  for (let j = a === b ? i : 0; j < count; j += 2) {
    const b0 = j * length + from;
    const b1 = Math.min(j + 1, count - 1) * length + from;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    // Destructuring here would take three times as long.
    for (let d = 0; d < end; d++) {
      const p = y[b0 + d];
      const q = y[b1 + d];
      const x0 = x[a0 + d];
      const x1 = x[a1 + d];
      const x2 = x[a2 + d];
      const x3 = x[a3 + d];
      s0 += x0 * p;
      s1 += x0 * q;
      s2 += x1 * p;
      s3 += x1 * q;
      s4 += x2 * p;
      s5 += x2 * q;
      s6 += x3 * p;
      s7 += x3 * q;
    }
    const pair = j + 1 < count;
    const at = i * count + j;
    out[at] += s0;
    if (pair) out[at + 1] += s1;
    if (i < last) out[at + count] += s2;
    if (i < last && pair) out[at + count + 1] += s3;
    if (i + 1 < last) out[at + 2 * count] += s4;
    if (i + 1 < last && pair) out[at + 2 * count + 1] += s5;
    if (i + 2 < last) out[at + 3 * count] += s6;
    if (i + 2 < last && pair) out[at + 3 * count + 1] += s7;
  }
}
