// Products of a matrix of 32-bit floats, in AssemblyScript. Its rows, the queries, the weights and the results are in the
// memory of the module, at byte addresses. Rows are padded to a multiple of 4 columns, and their number to a multiple of 4;
// queries and lists of weights come in pairs. The matrix is larger than the caches of the processor, so both functions read
// it once, block by block, for all queries.

/** Number of rows that are multiplied with every query before the next rows are read: about 130 kB at 512 columns. */
const BLOCK: usize = 64;

/**
 * out[q][row] = sum over d of rows[row][d] * queries[q][d].
 * @param rows [count, width]
 * @param queries [queryCount, width]
 * @param out [queryCount, count]
 */
export function products(rows: usize, count: usize, width: usize, queries: usize, queryCount: usize, out: usize): void {
  for (let from: usize = 0; from < count; from += BLOCK) {
    const to = min(count, from + BLOCK);
    for (let query: usize = 0; query < queryCount; query += 2) {
      for (let row = from; row < to; row += 4) {
        fourProducts(
          rows + row * width * 4,
          width * 4,
          queries + query * width * 4,
          out + (query * count + row) * 4,
          count * 4,
        );
      }
    }
  }
}

/**
 * out[k][d] += sum over rows of weights[k][row] * rows[row][d].
 * @param rows [count, width]
 * @param weights [listCount, count]
 * @param out [listCount, width]
 */
export function weightedSums(
  rows: usize,
  count: usize,
  width: usize,
  weights: usize,
  listCount: usize,
  out: usize,
): void {
  for (let from: usize = 0; from < count; from += BLOCK) {
    const to = min(count, from + BLOCK);
    for (let list: usize = 0; list < listCount; list += 2) {
      for (let row = from; row < to; row += 4) {
        addFourRows(
          rows + row * width * 4,
          width * 4,
          weights + (list * count + row) * 4,
          count * 4,
          out + list * width * 4,
        );
      }
    }
  }
}

/** Four rows with two queries: eight sums that do not wait for each other. */
function fourProducts(row: usize, rowBytes: usize, query: usize, out: usize, outBytes: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  const end = query + rowBytes;
  let at = row;
  for (let p = query; p < end; p += 16) {
    const q0 = v128.load(p);
    const q1 = v128.load(p + rowBytes);
    const x0 = v128.load(at);
    const x1 = v128.load(at + rowBytes);
    const x2 = v128.load(at + 2 * rowBytes);
    const x3 = v128.load(at + 3 * rowBytes);
    a0 = f32x4.add(a0, f32x4.mul(x0, q0));
    a1 = f32x4.add(a1, f32x4.mul(x1, q0));
    a2 = f32x4.add(a2, f32x4.mul(x2, q0));
    a3 = f32x4.add(a3, f32x4.mul(x3, q0));
    b0 = f32x4.add(b0, f32x4.mul(x0, q1));
    b1 = f32x4.add(b1, f32x4.mul(x1, q1));
    b2 = f32x4.add(b2, f32x4.mul(x2, q1));
    b3 = f32x4.add(b3, f32x4.mul(x3, q1));
    at += 16;
  }
  v128.store(out, sumsOf(a0, a1, a2, a3));
  v128.store(out + outBytes, sumsOf(b0, b1, b2, b3));
}

/** The sum over the lanes of each of four vectors. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const ab = f32x4.add(ab0, ab1);
  const cd = f32x4.add(cd0, cd1);
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Adds four rows to two lists of sums: each sum is read and written once for all four. */
function addFourRows(row: usize, rowBytes: usize, p: usize, listBytes: usize, sums: usize): void {
  const q = p + listBytes;
  const others = sums + rowBytes;
  const p0 = v128.load32_splat(p);
  const p1 = v128.load32_splat(p, 4);
  const p2 = v128.load32_splat(p, 8);
  const p3 = v128.load32_splat(p, 12);
  const q0 = v128.load32_splat(q);
  const q1 = v128.load32_splat(q, 4);
  const q2 = v128.load32_splat(q, 8);
  const q3 = v128.load32_splat(q, 12);
  for (let d: usize = 0; d < rowBytes; d += 16) {
    const at = row + d;
    const x0 = v128.load(at);
    const x1 = v128.load(at + rowBytes);
    const x2 = v128.load(at + 2 * rowBytes);
    const x3 = v128.load(at + 3 * rowBytes);
    const a = f32x4.add(
      f32x4.add(f32x4.mul(x0, p0), f32x4.mul(x1, p1)),
      f32x4.add(f32x4.mul(x2, p2), f32x4.mul(x3, p3)),
    );
    const b = f32x4.add(
      f32x4.add(f32x4.mul(x0, q0), f32x4.mul(x1, q1)),
      f32x4.add(f32x4.mul(x2, q2), f32x4.mul(x3, q3)),
    );
    v128.store(sums + d, f32x4.add(v128.load(sums + d), a));
    v128.store(others + d, f32x4.add(v128.load(others + d), b));
  }
}

/**
 * Adds other scores to scores; their number is a multiple of 4.
 * @returns the largest sum that is a number
 */
export function highest(scores: usize, count: usize, added: usize): f32 {
  let most = f32x4.splat(-Infinity);
  const end = scores + count * 4;
  for (let at = scores; at < end; at += 16, added += 16) {
    const sum = f32x4.add(v128.load(at), v128.load(added));
    v128.store(at, sum);
    most = f32x4.pmax(most, sum);
  }
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

/**
 * Replaces each score by its share: e^(score - most) over their sum, with a relative error below 4e-6; 0 where e^(score - most) is
 * below e^-64.
 * @param most the largest of them
 * @returns the sum; NaN if a score is NaN
 */
export function softmax(scores: usize, count: usize, most: f32): f64 {
  const from = f32x4.splat(most);
  const least = f32x4.splat(-64);
  /** A number to which this is added is rounded, and its last bits are the whole number. */
  const rounder = f32x4.splat(12582912);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = scores + count * 4;
  for (let at = scores; at < end; at += 16) {
    const given = f32x4.sub(v128.load(at), from);
    const x = f32x4.pmax(given, least);
    // e^x = 2^n e^z, |z| up to log(2) / 2. The first part of log(2) has few digits, which makes n times it exact.
    const whole = f32x4.add(f32x4.mul(x, f32x4.splat(Mathf.LOG2E)), rounder);
    const n = f32x4.sub(whole, rounder);
    const z = f32x4.add(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(2.1219444e-4)));
    let p = f32x4.splat(1.98756915e-4);
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.3981999507e-3));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(8.3334519073e-3));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(4.1665795894e-2));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.6666665459e-1));
    p = f32x4.add(f32x4.mul(p, z), f32x4.splat(5.0000001201e-1));
    p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, z), z), z), f32x4.splat(1));
    const power = i32x4.add(i32x4.shl(whole, 23), i32x4.splat(0x3f800000));
    const value = v128.andnot(f32x4.mul(p, power), f32x4.lt(given, least));
    v128.store(at, value);
    low = f64x2.add(low, f64x2.promote_low_f32x4(value));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 2, 3)));
  }
  const sums = f64x2.add(low, high);
  const total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  const factor = f32x4.splat(<f32>(1 / total));
  for (let at = scores; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
  return total;
}
