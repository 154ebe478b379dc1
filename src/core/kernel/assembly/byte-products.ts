// Products of rows of 8-bit integers with queries of 16-bit ones, in AssemblyScript. A row has one part or several of equal
// width, each with a scale: a value is integer times scale, in rows and queries alike. Everything is in the memory of the
// module, at byte addresses. Parts are padded to a multiple of 16 columns, and the number of rows to a multiple of 4.
// Integers are summed in 32 bits: the caller keeps queries small enough to prevent overflow. The rows are larger than the
// caches of the processor, so they are read once, block by block, for all queries.

/** Number of rows that are multiplied with every query before the next rows are read: 16 kB at 256 columns. */
const BLOCK: usize = 64;

/**
 * out[q][row] = sum over parts p of scales[p][row] * queryScales[q][p] * sum over d in p of rows[row][d] * queries[q][d].
 * @param rows int8 [count, parts * width]
 * @param scales float32 [parts, stride], of which the first `count` of each part are read
 * @param width columns of a part
 * @param queries int16 [queryCount, parts * width]
 * @param queryScales float32 [queryCount, parts]
 * @param out float32 [queryCount, stride]
 */
export function products(
  rows: usize,
  scales: usize,
  count: usize,
  stride: usize,
  parts: usize,
  width: usize,
  queries: usize,
  queryScales: usize,
  queryCount: usize,
  out: usize,
): void {
  const rowBytes = parts * width;
  for (let from: usize = 0; from < count; from += BLOCK) {
    const to = min(count, from + BLOCK);
    let query: usize = 0;
    for (; query + 1 < queryCount; query += 2) {
      const q = queries + query * rowBytes * 2;
      const s = queryScales + query * parts * 4;
      for (let row = from; row < to; row += 4) {
        fourRowsTwoQueries(
          rows + row * rowBytes,
          rowBytes,
          width,
          scales + row * 4,
          stride * 4,
          q,
          s,
          parts,
          out + (query * stride + row) * 4,
        );
      }
    }
    if (query < queryCount) {
      const q = queries + query * rowBytes * 2;
      const s = queryScales + query * parts * 4;
      for (let row = from; row < to; row += 4) {
        fourRows(
          rows + row * rowBytes,
          rowBytes,
          width,
          scales + row * 4,
          stride * 4,
          q,
          s,
          parts,
          out + (query * stride + row) * 4,
        );
      }
    }
  }
}

/** Four rows with two queries: eight sums that do not wait for each other. */
function fourRowsTwoQueries(
  row: usize,
  rowBytes: usize,
  width: usize,
  scales: usize,
  strideBytes: usize,
  query: usize,
  queryScales: usize,
  parts: usize,
  out: usize,
): void {
  const queryBytes = rowBytes * 2;
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (let part: usize = 0; part < parts; part++) {
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    let b2 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
    const end = row + width;
    for (; row < end; row += 8) {
      const p = v128.load(query);
      const q = v128.load(query + queryBytes);
      const x0 = v128.load8x8_s(row);
      const x1 = v128.load8x8_s(row + rowBytes);
      const x2 = v128.load8x8_s(row + 2 * rowBytes);
      const x3 = v128.load8x8_s(row + 3 * rowBytes);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x0, p));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x1, p));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(x2, p));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(x3, p));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x0, q));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x1, q));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(x2, q));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(x3, q));
      query += 16;
    }
    const own = v128.load(scales);
    a = f32x4.add(a, scaled(own, v128.load32_splat(queryScales), sumsOf(a0, a1, a2, a3)));
    b = f32x4.add(b, scaled(own, v128.load32_splat(queryScales + parts * 4), sumsOf(b0, b1, b2, b3)));
    scales += strideBytes;
    queryScales += 4;
  }
  v128.store(out, a);
  v128.store(out + strideBytes, b);
}

/** Four rows with the last of an odd number of queries. */
function fourRows(
  row: usize,
  rowBytes: usize,
  width: usize,
  scales: usize,
  strideBytes: usize,
  query: usize,
  queryScales: usize,
  parts: usize,
  out: usize,
): void {
  let a = f32x4.splat(0);
  for (let part: usize = 0; part < parts; part++) {
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    const end = row + width;
    for (; row < end; row += 8) {
      const p = v128.load(query);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load8x8_s(row), p));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load8x8_s(row + rowBytes), p));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v128.load8x8_s(row + 2 * rowBytes), p));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v128.load8x8_s(row + 3 * rowBytes), p));
      query += 16;
    }
    a = f32x4.add(a, scaled(v128.load(scales), v128.load32_splat(queryScales), sumsOf(a0, a1, a2, a3)));
    scales += strideBytes;
    queryScales += 4;
  }
  v128.store(out, a);
}

/** The sum over the lanes of each of four vectors. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const ab = i32x4.add(ab0, ab1);
  const cd = i32x4.add(cd0, cd1);
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** In 32-bit floats: the product of both scales, then its product with the sum. */
function scaled(scales: v128, queryScale: v128, sums: v128): v128 {
  return f32x4.mul(f32x4.mul(scales, queryScale), f32x4.convert_i32x4_s(sums));
}
