/** Values of each row that are multiplied before the next ones: so much of all rows stays close to the processor. */
const PANEL = 512;
/** Rows of `a` and of `b` that are multiplied side by side, so that every value read serves several products. */
const [HIGH, WIDE] = [4, 2];

/**
 * Dot products of every row of `a` with every row of `b`, that is a * b^T. Where `a` and `b` are one array, half of them
 * are computed and the others copied.
 * @param a [aCount, length]
 * @param b [bCount, length]
 * @returns [aCount, bCount]
 */
export function rowProducts(
  a: Float64Array,
  b: Float64Array,
  aCount: number,
  bCount: number,
  length: number,
): Float64Array {
  const out = new Float64Array(aCount * bCount);
  const block = new Float64Array(HIGH * WIDE);
  const symmetric = a === b;
  for (let from = 0; from < length; from += PANEL) {
    const to = Math.min(length, from + PANEL);
    for (let i = 0; i < aCount; i += HIGH) {
      const high = Math.min(HIGH, aCount - i);
      for (let j = symmetric ? i : 0; j < bCount; j += WIDE) {
        const wide = Math.min(WIDE, bCount - j);
        multiplyBlock(block, a, b, { i, j, high, wide, length, from, to });
        for (let h = 0; h < high; h++) {
          for (let w = 0; w < wide; w++) out[(i + h) * bCount + j + w] += block[h * WIDE + w];
        }
      }
    }
  }
  if (symmetric) {
    for (let i = 0; i < aCount; i++) for (let j = 0; j < i; j++) out[i * bCount + j] = out[j * bCount + i];
  }
  return out;
}

/** Which rows are multiplied: `high` from row `i` on with `wide` from row `j` on, their values `from` to `to`. */
interface Block {
  i: number;
  j: number;
  high: number;
  wide: number;
  length: number;
  from: number;
  to: number;
}

/** @param out [4, 2]; what is beyond the block's rows is of no use */
function multiplyBlock(out: Float64Array, a: Float64Array, b: Float64Array, block: Block): void {
  const { i, j, high, wide, length, from, to } = block;
  const a0 = i * length;
  const a1 = high > 1 ? a0 + length : a0;
  const a2 = high > 2 ? a1 + length : a0;
  const a3 = high > 3 ? a2 + length : a0;
  const b0 = j * length;
  const b1 = wide > 1 ? b0 + length : b0;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  // Destructuring here would take three times as long.
  for (let d = from; d < to; d++) {
    const x = b[b0 + d];
    const y = b[b1 + d];
    const p = a[a0 + d];
    const q = a[a1 + d];
    const r = a[a2 + d];
    const s = a[a3 + d];
    s0 += p * x;
    s1 += p * y;
    s2 += q * x;
    s3 += q * y;
    s4 += r * x;
    s5 += r * y;
    s6 += s * x;
    s7 += s * y;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
  out[4] = s4;
  out[5] = s5;
  out[6] = s6;
  out[7] = s7;
}
