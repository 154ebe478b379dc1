// Products of a matrix of 32-bit floats, in AssemblyScript. Its rows, the queries, the weights and the results lie in the memory of
// the module, at addresses in bytes. Rows are padded to a multiple of 4 columns, and there are a multiple of 4 of them; queries and
// lists of weights come in pairs. The matrix is larger than the caches of the processor, so both functions read it once, block
// by block, for all queries.

/** Rows that are multiplied with every query before the next ones are read: about 130 kB at 512 columns. */
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

/** Four rows to two lists of sums: each sum is read and written once for all of them. */
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
