// The numeric work of a side network, in AssemblyScript: products of small matrices, gates, GELU, unit rows, the next-item loss and
// Adam. Matrices of 32-bit floats lie in the memory of the module, at addresses in bytes; strides are counted in floats. All
// sizes are padded with zeros to multiples of 4, and no function writes anything but zeros there. network/network-kernel.ts has
// the formulas.

/** exp() is 0 below it: the result would not be a normal number. */
const LEAST_EXPONENT: f32 = -87.3;

/** Columns of a that are multiplied at a time: a panel of b stays in the nearest cache. */
const DEPTH: usize = 1024;
/** Floats of a panel of b, eight columns wide. */
const PANEL: usize = 8 * DEPTH;
/** Floats of a block of a transposed left side. */
const BLOCK: usize = 32768;

/**
 * c [rows, columns] = a [rows, inner] times b [inner, columns], on top of what is there where `add`.
 * @param transposed a is [inner, rows]
 * @param scratch space for PANEL and BLOCK
 */
export function product(
  a: usize,
  aRow: usize,
  transposed: bool,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  rows: usize,
  inner: usize,
  columns: usize,
  add: bool,
  scratch: usize,
): void {
  for (let from: usize = 0; from < inner; from += DEPTH) {
    const depth = min(DEPTH, inner - from);
    const most = transposed ? (BLOCK / depth) & ~3 : rows;
    for (let row: usize = 0; row < rows; row += most) {
      const count = min(most, rows - row);
      let block = a + ((row * aRow + from) << 2);
      let blockRow = aRow;
      if (transposed) {
        block = scratch + (PANEL << 2);
        blockRow = depth;
        transpose(a + ((from * aRow + row) << 2), aRow, block, depth, depth, count);
      }
      const right = b + ((from * bRow) << 2);
      const to = c + ((row * cRow) << 2);
      blockProduct(block, blockRow, right, bRow, to, cRow, count, depth, columns, add || from > 0, scratch);
    }
  }
}

function blockProduct(
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  rows: usize,
  inner: usize,
  columns: usize,
  add: bool,
  panel: usize,
): void {
  const whole = columns & ~7;
  for (let column: usize = 0; column < whole; column += 8) {
    let from = b + (column << 2);
    // The rows of b lie far apart, often in the same few lines of the cache; in the panel they lie side by side.
    for (let at = panel; at < panel + (inner << 5); at += 32) {
      v128.store(at, v128.load(from));
      v128.store(at, v128.load(from, 16), 16);
      from += bRow << 2;
    }
    for (let row: usize = 0; row < rows; row += 4) {
      fourByEight(a + ((row * aRow) << 2), aRow << 2, panel, c + ((row * cRow + column) << 2), cRow << 2, inner, add);
    }
  }
  if (whole === columns) return;
  for (let row: usize = 0; row < rows; row += 4) {
    const to = c + ((row * cRow + whole) << 2);
    fourByFour(a + ((row * aRow) << 2), aRow << 2, b + (whole << 2), bRow << 2, to, cRow << 2, inner, add);
  }
}

/** Four rows by eight columns of a product: eight sums of four lanes stay in registers. Strides in bytes. */
function fourByEight(a: usize, aRow: usize, panel: usize, c: usize, cRow: usize, inner: usize, add: bool): void {
  const zero = f32x4.splat(0);
  const c1 = c + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  let s00 = add ? v128.load(c) : zero;
  let s01 = add ? v128.load(c, 16) : zero;
  let s10 = add ? v128.load(c1) : zero;
  let s11 = add ? v128.load(c1, 16) : zero;
  let s20 = add ? v128.load(c2) : zero;
  let s21 = add ? v128.load(c2, 16) : zero;
  let s30 = add ? v128.load(c3) : zero;
  let s31 = add ? v128.load(c3, 16) : zero;
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  const end = panel + (inner << 5);
  while (panel < end) {
    let x = v128.load(panel);
    let y = v128.load(panel, 16);
    let f = v128.load32_splat(a);
    s00 = f32x4.add(s00, f32x4.mul(f, x));
    s01 = f32x4.add(s01, f32x4.mul(f, y));
    f = v128.load32_splat(a1);
    s10 = f32x4.add(s10, f32x4.mul(f, x));
    s11 = f32x4.add(s11, f32x4.mul(f, y));
    f = v128.load32_splat(a2);
    s20 = f32x4.add(s20, f32x4.mul(f, x));
    s21 = f32x4.add(s21, f32x4.mul(f, y));
    f = v128.load32_splat(a3);
    s30 = f32x4.add(s30, f32x4.mul(f, x));
    s31 = f32x4.add(s31, f32x4.mul(f, y));
    x = v128.load(panel, 32);
    y = v128.load(panel, 48);
    f = v128.load32_splat(a, 4);
    s00 = f32x4.add(s00, f32x4.mul(f, x));
    s01 = f32x4.add(s01, f32x4.mul(f, y));
    f = v128.load32_splat(a1, 4);
    s10 = f32x4.add(s10, f32x4.mul(f, x));
    s11 = f32x4.add(s11, f32x4.mul(f, y));
    f = v128.load32_splat(a2, 4);
    s20 = f32x4.add(s20, f32x4.mul(f, x));
    s21 = f32x4.add(s21, f32x4.mul(f, y));
    f = v128.load32_splat(a3, 4);
    s30 = f32x4.add(s30, f32x4.mul(f, x));
    s31 = f32x4.add(s31, f32x4.mul(f, y));
    x = v128.load(panel, 64);
    y = v128.load(panel, 80);
    f = v128.load32_splat(a, 8);
    s00 = f32x4.add(s00, f32x4.mul(f, x));
    s01 = f32x4.add(s01, f32x4.mul(f, y));
    f = v128.load32_splat(a1, 8);
    s10 = f32x4.add(s10, f32x4.mul(f, x));
    s11 = f32x4.add(s11, f32x4.mul(f, y));
    f = v128.load32_splat(a2, 8);
    s20 = f32x4.add(s20, f32x4.mul(f, x));
    s21 = f32x4.add(s21, f32x4.mul(f, y));
    f = v128.load32_splat(a3, 8);
    s30 = f32x4.add(s30, f32x4.mul(f, x));
    s31 = f32x4.add(s31, f32x4.mul(f, y));
    x = v128.load(panel, 96);
    y = v128.load(panel, 112);
    f = v128.load32_splat(a, 12);
    s00 = f32x4.add(s00, f32x4.mul(f, x));
    s01 = f32x4.add(s01, f32x4.mul(f, y));
    f = v128.load32_splat(a1, 12);
    s10 = f32x4.add(s10, f32x4.mul(f, x));
    s11 = f32x4.add(s11, f32x4.mul(f, y));
    f = v128.load32_splat(a2, 12);
    s20 = f32x4.add(s20, f32x4.mul(f, x));
    s21 = f32x4.add(s21, f32x4.mul(f, y));
    f = v128.load32_splat(a3, 12);
    s30 = f32x4.add(s30, f32x4.mul(f, x));
    s31 = f32x4.add(s31, f32x4.mul(f, y));
    a += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    panel += 128;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** Four rows by the last four columns. */
function fourByFour(
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  inner: usize,
  add: bool,
): void {
  const zero = f32x4.splat(0);
  const c1 = c + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  let s0 = add ? v128.load(c) : zero;
  let s1 = add ? v128.load(c1) : zero;
  let s2 = add ? v128.load(c2) : zero;
  let s3 = add ? v128.load(c3) : zero;
  for (let k: usize = 0; k < inner; k++) {
    const x = v128.load(b);
    s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(a), x));
    s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(a + aRow), x));
    s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(a + 2 * aRow), x));
    s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(a + 3 * aRow), x));
    a += 4;
    b += bRow;
  }
  v128.store(c, s0);
  v128.store(c1, s1);
  v128.store(c2, s2);
  v128.store(c3, s3);
}

/** to [columns, rows] = from [rows, columns] transposed. */
export function transpose(from: usize, fromRow: usize, to: usize, toRow: usize, rows: usize, columns: usize): void {
  const fromBytes = fromRow << 2;
  const toBytes = toRow << 2;
  for (let row: usize = 0; row < rows; row += 4) {
    for (let column: usize = 0; column < columns; column += 4) {
      const at = from + row * fromBytes + (column << 2);
      const a = v128.load(at);
      const b = v128.load(at + fromBytes);
      const c = v128.load(at + 2 * fromBytes);
      const d = v128.load(at + 3 * fromBytes);
      const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const out = to + column * toBytes + (row << 2);
      v128.store(out, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
      v128.store(out + toBytes, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
      v128.store(out + 2 * toBytes, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
      v128.store(out + 3 * toBytes, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
    }
  }
}

/** x = GELU(x), slope = its derivative there; both [rows, columns] in rows of `stride`. */
export function gelu(x: usize, slope: usize, stride: usize, rows: usize, columns: usize): void {
  const one = f32x4.splat(1);
  for (let row: usize = 0; row < rows; row++) {
    const from = (row * stride) << 2;
    for (let at = from; at < from + (columns << 2); at += 16) {
      const z = v128.load(x + at);
      const bell = exp(f32x4.mul(f32x4.mul(z, z), f32x4.splat(-0.5)));
      // Abramowitz and Stegun 7.1.26: the error of erf is below 1.5e-7.
      const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.abs(z), f32x4.splat(0.3275911 * Mathf.SQRT1_2))));
      let sum = f32x4.add(f32x4.splat(-1.453152027), f32x4.mul(t, f32x4.splat(1.061405429)));
      sum = f32x4.add(f32x4.splat(1.421413741), f32x4.mul(t, sum));
      sum = f32x4.add(f32x4.splat(-0.284496736), f32x4.mul(t, sum));
      sum = f32x4.add(f32x4.splat(0.254829592), f32x4.mul(t, sum));
      const tail = f32x4.mul(f32x4.mul(f32x4.splat(0.5), f32x4.mul(t, sum)), bell);
      const cdf = v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(z, f32x4.splat(0)));
      v128.store(x + at, f32x4.mul(z, cdf));
      v128.store(slope + at, f32x4.add(cdf, f32x4.mul(f32x4.mul(z, bell), f32x4.splat(0.3989422804014327))));
    }
  }
}

/** x = softmax(x + bias) in every row of `columns`. */
export function softmax(x: usize, bias: usize, rows: usize, columns: usize): void {
  const bytes = columns << 2;
  for (let row: usize = 0; row < rows; row++) {
    let top = f32x4.splat(-Infinity);
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = f32x4.add(v128.load(x + at), v128.load(bias + at));
      v128.store(x + at, value);
      top = f32x4.max(top, value);
    }
    const most = f32x4.splat(largest(top));
    let total = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = exp(f32x4.sub(v128.load(x + at), most));
      v128.store(x + at, value);
      total = f32x4.add(total, value);
    }
    const share = f32x4.splat(1 / sum(total));
    for (let at: usize = 0; at < bytes; at += 16) v128.store(x + at, f32x4.mul(v128.load(x + at), share));
    x += bytes;
  }
}

/** d = gates * (d - sum(gates * d)) in every row of `columns`. */
export function softmaxGradient(gates: usize, d: usize, rows: usize, columns: usize): void {
  const bytes = columns << 2;
  for (let row: usize = 0; row < rows; row++) {
    let total = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      total = f32x4.add(total, f32x4.mul(v128.load(gates + at), v128.load(d + at)));
    }
    const mean = f32x4.splat(sum(total));
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(d + at, f32x4.mul(v128.load(gates + at), f32x4.sub(v128.load(d + at), mean)));
    }
    gates += bytes;
    d += bytes;
  }
}

/**
 * out [rows, columns] += scale * factor of the row * x.
 * @returns sum over rows of factor * L2 norm of x
 */
export function addScaledRows(
  out: usize,
  x: usize,
  factors: usize,
  factorStride: usize,
  scale: f32,
  rows: usize,
  columns: usize,
): f64 {
  let norms: f64 = 0;
  const bytes = columns << 2;
  for (let row: usize = 0; row < rows; row++) {
    const own = load<f32>(factors + ((row * factorStride) << 2));
    const factor = f32x4.splat(own * scale);
    let squares = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = v128.load(x + at);
      squares = f32x4.add(squares, f32x4.mul(value, value));
      v128.store(out + at, f32x4.add(v128.load(out + at), f32x4.mul(factor, value)));
    }
    norms += own * sqrt<f32>(sum(squares));
    out += bytes;
    x += bytes;
  }
  return norms;
}

/** x [rows, columns], in rows of `stride`, times the factor of the row. */
export function scaleRows(
  x: usize,
  stride: usize,
  factors: usize,
  factorStride: usize,
  rows: usize,
  columns: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    const factor = v128.load32_splat(factors + ((row * factorStride) << 2));
    const from = x + ((row * stride) << 2);
    for (let at = from; at < from + (columns << 2); at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
  }
}

/** x = x * y, both [rows, columns] in rows of `stride`. */
export function multiply(x: usize, y: usize, stride: usize, rows: usize, columns: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const from = (row * stride) << 2;
    for (let at = from; at < from + (columns << 2); at += 16) {
      v128.store(x + at, f32x4.mul(v128.load(x + at), v128.load(y + at)));
    }
  }
}

/** Dot product of each row of a with the same row of b, into every `outStride`-th float of out. */
export function rowDots(a: usize, b: usize, out: usize, outStride: usize, rows: usize, columns: usize): void {
  const bytes = columns << 2;
  for (let row: usize = 0; row < rows; row++) {
    store<f32>(out + ((row * outStride) << 2), dot(a, b, bytes));
    a += bytes;
    b += bytes;
  }
}

/** out [columns] = sum of the rows of x. */
export function sumRows(x: usize, out: usize, rows: usize, columns: usize): void {
  for (let at: usize = 0; at < columns << 2; at += 16) {
    let total = f32x4.splat(0);
    for (let row: usize = 0; row < rows; row++) total = f32x4.add(total, v128.load(x + at + ((row * columns) << 2)));
    v128.store(out + at, total);
  }
}

/** out = factor * x / norm of the row; inverses [rows] = 1 / norm. Rows of x and out at strides of their own. */
export function unitRows(
  x: usize,
  xRow: usize,
  out: usize,
  outRow: usize,
  inverses: usize,
  factor: f32,
  rows: usize,
  columns: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    const from = x + ((row * xRow) << 2);
    const to = out + ((row * outRow) << 2);
    const bytes = columns << 2;
    // The floor is that of unitRows() in src/model/differentiable.ts.
    const inverse: f32 = 1 / sqrt<f32>(dot(from, from, bytes) + 1e-24);
    store<f32>(inverses + (row << 2), inverse);
    const scale = f32x4.splat(factor * inverse);
    for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, f32x4.mul(v128.load(from + at), scale));
  }
}

/** dx = factor * inverse * (dy - x * inverse * sum(dy * x * inverse)); dy and dx may be the same. */
export function unitRowsGradient(
  x: usize,
  xRow: usize,
  inverses: usize,
  factor: f32,
  dy: usize,
  dyRow: usize,
  dx: usize,
  dxRow: usize,
  rows: usize,
  columns: usize,
): void {
  const bytes = columns << 2;
  for (let row: usize = 0; row < rows; row++) {
    const from = x + ((row * xRow) << 2);
    const given = dy + ((row * dyRow) << 2);
    const to = dx + ((row * dxRow) << 2);
    const inverse = load<f32>(inverses + (row << 2));
    const along = f32x4.splat(dot(from, given, bytes) * inverse * inverse);
    const scale = f32x4.splat(factor * inverse);
    for (let at: usize = 0; at < bytes; at += 16) {
      const across = f32x4.sub(v128.load(given + at), f32x4.mul(v128.load(from + at), along));
      v128.store(to + at, f32x4.mul(scale, across));
    }
  }
}

/**
 * Cross-entropy of the logits x * keep + offset, and its gradient in the place of x.
 * @param share [rows] weight of each row
 * @param label [rows, columns] the row's weight in the column of its target
 * @returns sum over rows of share * log-sum-exp, less the sum of label * logit
 */
export function crossEntropy(
  x: usize,
  keep: usize,
  offset: usize,
  label: usize,
  share: usize,
  rows: usize,
  columns: usize,
): f64 {
  let loss: f64 = 0;
  const bytes = columns << 2;
  for (let row: usize = 0; row < rows; row++) {
    let top = f32x4.splat(-Infinity);
    let labelled = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const logit = f32x4.add(f32x4.mul(v128.load(x + at), v128.load(keep + at)), v128.load(offset + at));
      v128.store(x + at, logit);
      top = f32x4.max(top, logit);
      labelled = f32x4.add(labelled, f32x4.mul(logit, v128.load(label + at)));
    }
    const most = largest(top);
    const highest = f32x4.splat(most);
    let total = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = exp(f32x4.sub(v128.load(x + at), highest));
      v128.store(x + at, value);
      total = f32x4.add(total, value);
    }
    const weight = load<f32>(share + (row << 2));
    const whole = sum(total);
    loss += <f64>weight * (Math.log(whole) + most) - sum(labelled);
    const scale = f32x4.splat(weight / whole);
    for (let at: usize = 0; at < bytes; at += 16) {
      const slope = f32x4.sub(f32x4.mul(v128.load(x + at), scale), v128.load(label + at));
      v128.store(x + at, f32x4.mul(slope, v128.load(keep + at)));
    }
    x += bytes;
    keep += bytes;
    offset += bytes;
    label += bytes;
  }
  return loss;
}

export function sumOfSquares(x: usize, count: usize): f64 {
  return dot(x, x, count << 2);
}

/** One step of Adam. @param first 1 - beta1 to the power of the number of steps, with this one; second the same of beta2 */
export function adam(
  x: usize,
  gradient: usize,
  m: usize,
  v: usize,
  count: usize,
  scale: f32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  first: f32,
  second: f32,
): void {
  for (let at: usize = 0; at < count << 2; at += 16) {
    const d = f32x4.mul(v128.load(gradient + at), f32x4.splat(scale));
    const mean = f32x4.add(f32x4.mul(v128.load(m + at), f32x4.splat(beta1)), f32x4.mul(d, f32x4.splat(1 - beta1)));
    const square = f32x4.add(
      f32x4.mul(v128.load(v + at), f32x4.splat(beta2)),
      f32x4.mul(f32x4.mul(d, d), f32x4.splat(1 - beta2)),
    );
    v128.store(m + at, mean);
    v128.store(v + at, square);
    const size = f32x4.add(f32x4.sqrt(f32x4.div(square, f32x4.splat(second))), f32x4.splat(epsilon));
    const move = f32x4.mul(f32x4.div(f32x4.div(mean, f32x4.splat(first)), size), f32x4.splat(-rate));
    v128.store(x + at, f32x4.add(move, v128.load(x + at)));
  }
}

function dot(a: usize, b: usize, bytes: usize): f32 {
  let total = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    total = f32x4.add(total, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
  return sum(total);
}

function sum(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

function largest(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** e to the power of each lane, for lanes up to 88; the polynomial is that of Cephes, with a relative error of about 1e-7. */
function exp(x: v128): v128 {
  const bounded = f32x4.max(x, f32x4.splat(LEAST_EXPONENT));
  const power = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(Mathf.LOG2E)));
  let rest = f32x4.sub(bounded, f32x4.mul(power, f32x4.splat(0.693359375)));
  rest = f32x4.sub(rest, f32x4.mul(power, f32x4.splat(-2.1219444e-4)));
  let value = f32x4.add(f32x4.mul(rest, f32x4.splat(1.98756915e-4)), f32x4.splat(1.3981999507e-3));
  value = f32x4.add(f32x4.mul(rest, value), f32x4.splat(8.3334519073e-3));
  value = f32x4.add(f32x4.mul(rest, value), f32x4.splat(4.1665795894e-2));
  value = f32x4.add(f32x4.mul(rest, value), f32x4.splat(1.6666665459e-1));
  value = f32x4.add(f32x4.mul(rest, value), f32x4.splat(5.0000001201e-1));
  value = f32x4.add(f32x4.mul(f32x4.mul(rest, rest), value), f32x4.add(rest, f32x4.splat(1)));
  // 2 to the power, by the exponent's bits.
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(power), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(value, scale), f32x4.lt(x, f32x4.splat(LEAST_EXPONENT)));
}
