/** Place of a matrix or vector of 32-bit floats in the memory of a kernel: the index of its first float. */
export type Place = number;

/**
 * The numeric work of a side network, on matrices in a memory of its own: with vector instructions where the browser lets
 * WebAssembly run, and in JavaScript elsewhere. Both add up in another order: results differ by rounding.
 *
 * Matrices are row-major. All sizes are counted with their padding, to multiples of `LANES`, which holds zeros and keeps
 * them. A stride is the floats between two rows, by default as many as there are columns.
 */
export interface NetworkKernel {
  /** Whether it runs in WebAssembly. */
  readonly vectors: boolean;
  /** Space for so many floats, all zeros. */
  allocate(floats: number): Place;
  /** What `release` needs to free everything that is allocated from now on. */
  mark(): number;
  release(mark: number): void;
  /** The floats there; valid until the next `allocate`. */
  view(place: Place, floats: number): Float32Array;
  copy(from: Place, to: Place, floats: number): void;
  /** c [rows, columns] = a [rows, inner] b [inner, columns], or c + a b where `add`. */
  product(a: Operand, b: Operand, c: Operand, size: ProductSize, add?: boolean): void;
  /** to [columns, rows] = from [rows, columns] transposed. */
  transpose(from: Operand, to: Operand, rows: number, columns: number): void;
  /**
   * x = GELU(x) = x Phi(x), and slope = its derivative Phi(x) + x phi(x), with the normal distribution Phi by erf (error below
   * 1.5e-7) and its density phi. @param stride of both
   */
  gelu(x: Place, slope: Place, stride: number, rows: number, columns: number): void;
  /** x = softmax(x + bias) in each row. */
  softmax(x: Place, bias: Place, rows: number, columns: number): void;
  /** d = g (d - sum(g d)) in each row of gates g. */
  softmaxGradient(gates: Place, d: Place, rows: number, columns: number): void;
  /**
   * out += scale * factor of the row * x.
   * @param factors one for each row, at every `factorStride`-th float
   * @returns sum over rows of factor * L2 norm of the row of x
   */
  addScaledRows(
    out: Place,
    x: Place,
    factors: Place,
    factorStride: number,
    scale: number,
    rows: number,
    columns: number,
  ): number;
  /** x = factor of the row * x. */
  scaleRows(x: Operand, factors: Place, factorStride: number, rows: number, columns: number): void;
  /** x = x y, element by element. @param stride of both */
  multiply(x: Place, y: Place, stride: number, rows: number, columns: number): void;
  /** Dot products of each row of a with the same row of b, into every `outStride`-th float of out. */
  rowDots(a: Place, b: Place, out: Place, outStride: number, rows: number, columns: number): void;
  /** out [columns] = sum of the rows of x. */
  sumRows(x: Place, out: Place, rows: number, columns: number): void;
  /** out = factor x / |x| in each row, zeros for zeros; inverses [rows] = 1 / |x|. */
  unitRows(x: Operand, out: Operand, inverses: Place, factor: number, rows: number, columns: number): void;
  /** dx = factor (dy - x sum(dy x) / |x|^2) / |x| in each row; dx may be dy. */
  unitRowsGradient(
    x: Operand,
    inverses: Place,
    factor: number,
    dy: Operand,
    dx: Operand,
    rows: number,
    columns: number,
  ): void;
  /**
   * Loss of logits l = x keep + offset: sum over rows of share * log sum exp(l), less the sum of label * l. In the place of x
   * its gradient: (share * softmax(l) - label) keep.
   * @param given [rows, columns] each, share [rows]
   */
  crossEntropy(x: Place, given: CrossEntropyInput, rows: number, columns: number): number;
  sumOfSquares(x: Place, floats: number): number;
  /** One step of Adam on `floats` weights at x, with moments m and v; everything is rounded to 32 bits as in tfjs. */
  adam(x: Place, gradient: Place, m: Place, v: Place, floats: number, step: AdamStep): void;
}

/** A matrix in a larger one. */
export interface Operand {
  at: Place;
  /** Floats between two rows. */
  stride: number;
  /** Of the left side of a product: it is [inner, rows], and its transpose is meant. */
  transposed?: boolean;
}

export interface ProductSize {
  rows: number;
  inner: number;
  columns: number;
}

export type CrossEntropyInput = Record<'keep' | 'offset' | 'label' | 'share', Place>;

export interface AdamStep {
  /** Factor of the gradient. */
  scale: number;
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** 1 - beta1 to the power of the number of steps, with this one. */
  correction1: number;
  correction2: number;
}

/** Sizes are padded to multiples of it. */
export const LANES = 4;

export const padded = (count: number): number => Math.ceil(count / LANES) * LANES;
