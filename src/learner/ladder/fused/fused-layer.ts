import { type NetworkKernel, type Operand, type Place, padded } from '../../../kernel/network';
import type { Layer, Weight } from '../../../model';

/** What of a layer learns; everything before it is frozen. */
export interface LearningPart {
  /** Index of the first expert that learns; the number of experts where none does. */
  expert: number;
  /** First row of the router that learns, backbone first; the number of rows where none does. */
  row: number;
}

/** Weights that learn, and what Adam keeps of them: so many floats at each place. */
export interface LearningBlock {
  floats: number;
  value: Place;
  gradient: Place;
  m: Place;
  v: Place;
}

/** What one pass through a layer computes of N items, N padded. */
export interface LayerPass {
  rows: number;
  /** The input carries no gradient and stays the same, so the outputs of frozen experts do too. */
  constant: boolean;
  /** First expert that the next forward pass computes. */
  from: number;
  /** [N, n + 1] */
  gates: Place;
  /** [N, sum of H]: GELU(down x) of all experts; after `backward` times the gate. */
  hidden: Place;
  /** [N, sum of H]: derivative of GELU at the same. */
  slope: Place;
  /** [N, D] of each expert: x + up(hidden). */
  outputs: Place[];
  /** [N, D] */
  out: Place;
  /** [N, D]: gradient of the loss by `out`, filled by the caller of `backward`. */
  dOut: Place;
  /** [N, n + 1]: gradient by the logits of the router. */
  dLogits: Place;
  /** [N, sum of H]: gradient by down x. */
  dInner: Place;
}

/** A gate of padding: exp of it is 0. */
const CLOSED = -1e30;

/**
 * One mixture layer in the memory of a kernel: out = g_0 tap + sum_j g_j e_j, with the experts e_j = x + U_j h_j, h_j =
 * GELU(D_j x), and the gates g = softmax(R x + b). Its gradients, from d = dL/dout:
 *
 * - by the gates a_j = d . c_j with the candidates c = (tap, e_1, ...), hence by the logits l_j = g_j (a_j - sum_k g_k a_k);
 *   by R the sum over items of l x^T, by b that of l;
 * - by U_j the sum over items of d (g_j h_j)^T; by the input of GELU z_j = g_j (U_j^T d) * GELU'(D_j x); by D_j the sum over
 *   items of z_j x^T;
 * - by x: (1 - g_0) d + sum_j D_j^T z_j + R^T l.
 *
 * Products over all experts are one product, with their inner widths side by side. A matrix that is multiplied from both sides is
 * held twice, the second time transposed, so that every product reads rows.
 */
export class FusedLayer {
  readonly #kernel: NetworkKernel;
  readonly #learning: LearningPart;
  readonly #dim: number;
  readonly #columns: number;
  /** Inner width of each expert, and where it begins in `hidden`; the last entry is the end. */
  readonly #widths: number[];
  readonly #starts: number[];
  /** Rows of the router, and with padding. */
  readonly #gates: number;
  readonly #gateColumns: number;
  readonly #hasBias: boolean;
  /** [sum of H, D], [D, sum of H] */
  readonly #down: Place;
  readonly #downColumns: Place;
  /** [sum of H, D]: of each expert up transposed; and [D, sum of H]. */
  readonly #upColumns: Place;
  readonly #up: Place;
  /** [n + 1, D], [D, n + 1], [n + 1] */
  readonly #router: Place;
  readonly #routerColumns: Place;
  readonly #bias: Place;
  /** The newest experts' down and up, the newest rows of the router, the bias. Empty parts are left out. */
  readonly #blocks: Record<'down' | 'up' | 'router' | 'bias', LearningBlock>;
  /** Gradients of all rows of the router. */
  readonly #routerGradient: Place;

  constructor(kernel: NetworkKernel, layer: Layer<Weight>, learning: LearningPart) {
    const { experts, router } = layer;
    this.#kernel = kernel;
    this.#learning = learning;
    this.#dim = router.weight.shape[1];
    this.#columns = padded(this.#dim);
    this.#widths = experts.map(({ down }) => down.shape[0]);
    this.#starts = [0];
    for (const width of this.#widths) this.#starts.push(this.#starts[this.#starts.length - 1] + padded(width));
    this.#gates = experts.length + 1;
    this.#gateColumns = padded(this.#gates);
    this.#hasBias = router.bias !== undefined;
    const inner = this.#inner;
    const columns = this.#columns;
    this.#down = kernel.allocate(inner * columns);
    this.#downColumns = kernel.allocate(inner * columns);
    this.#upColumns = kernel.allocate(inner * columns);
    this.#up = kernel.allocate(inner * columns);
    this.#router = kernel.allocate(this.#gateColumns * columns);
    this.#routerColumns = kernel.allocate(this.#gateColumns * columns);
    this.#bias = kernel.allocate(this.#gateColumns);
    const start = this.#starts[learning.expert];
    const block = (value: Place, floats: number): LearningBlock => ({
      ...{ floats, value, gradient: kernel.allocate(floats), m: kernel.allocate(floats), v: kernel.allocate(floats) },
    });
    this.#blocks = {
      down: block(this.#down + start * columns, (inner - start) * columns),
      up: block(this.#upColumns + start * columns, (inner - start) * columns),
      router: block(this.#router + learning.row * columns, (this.#gates - learning.row) * columns),
      bias: block(this.#bias, this.#hasBias && learning.row < this.#gates ? this.#gateColumns : 0),
    };
    this.#routerGradient = kernel.allocate(this.#gateColumns * columns);
    this.load(layer, 0);
  }

  /** Width D with padding. */
  get columns(): number {
    return this.#columns;
  }

  get blocks(): LearningBlock[] {
    return Object.values(this.#blocks).filter(({ floats }) => floats > 0);
  }

  /** Takes over the weights of the experts from `first` on, and the router. */
  load({ experts, router }: Layer<Weight>, first: number = this.#learning.expert): void {
    const kernel = this.#kernel;
    const [dim, columns] = [this.#dim, this.#columns];
    for (const [j, { down, up }] of experts.entries()) {
      if (j < first) continue;
      for (let h = 0; h < this.#widths[j]; h++) {
        const row = (this.#starts[j] + h) * columns;
        kernel.view(this.#down + row, dim).set(down.values.subarray(h * dim, (h + 1) * dim));
        const upRow = kernel.view(this.#upColumns + row, dim);
        for (let d = 0; d < dim; d++) upRow[d] = up.values[d * this.#widths[j] + h];
      }
    }
    for (let row = 0; row < this.#gates; row++) {
      const values = router.weight.values.subarray(row * dim, (row + 1) * dim);
      kernel.view(this.#router + row * columns, dim).set(values);
    }
    const bias = kernel.view(this.#bias, this.#gateColumns).fill(CLOSED);
    bias.set(router.bias?.values ?? new Float32Array(this.#gates));
    this.#transpose(this.#starts[first]);
  }

  /** Call it when weights that learn have changed. */
  updated(): void {
    this.#transpose(this.#starts[this.#learning.expert]);
  }

  /** The weights, or their gradients: where those are frozen, zeros. */
  read(what: 'value' | 'gradient'): Layer<Weight> {
    const gradient = what === 'gradient';
    const { down, up, bias } = this.#blocks;
    const before = this.#starts[this.#learning.expert] * this.#columns;
    // A block begins at the first expert that learns.
    const downs = gradient ? down.gradient - before : this.#down;
    const ups = gradient ? up.gradient - before : this.#upColumns;
    const experts = this.#widths.map((width, j) => {
      const matrix = (from: Place): Float32Array =>
        gradient && j < this.#learning.expert
          ? new Float32Array(width * this.#dim)
          : this.#rows(from + this.#starts[j] * this.#columns, width);
      return {
        down: { shape: [width, this.#dim], values: matrix(downs) },
        up: { shape: [this.#dim, width], values: transposed(matrix(ups), width, this.#dim) },
      };
    });
    const routerRows = this.#rows(gradient ? this.#routerGradient : this.#router, this.#gates);
    const biases = this.#kernel.view(gradient ? bias.gradient : this.#bias, this.#gates).slice();
    if (gradient) routerRows.fill(0, 0, this.#learning.row * this.#dim);
    return {
      experts,
      router: {
        weight: { shape: [this.#gates, this.#dim], values: routerRows },
        ...(this.#hasBias && { bias: { shape: [this.#gates], values: biases } }),
      },
    };
  }

  /**
   * Space for a pass.
   * @param rows items, padded
   * @param constant the input carries no gradient and stays the same
   * @param learns false for a pass without `backward`
   */
  pass(rows: number, constant: boolean, learns: boolean): LayerPass {
    const kernel = this.#kernel;
    const wide = (count = 1): Place => kernel.allocate(rows * this.#columns * count);
    const inner = (): Place => kernel.allocate(rows * this.#inner);
    return {
      ...{ rows, constant, from: 0, gates: kernel.allocate(rows * this.#gateColumns) },
      ...{ hidden: inner(), slope: inner(), outputs: this.#widths.map(() => wide()), out: wide() },
      dOut: learns ? wide() : 0,
      dLogits: learns ? kernel.allocate(rows * this.#gateColumns) : 0,
      dInner: learns ? inner() : 0,
    };
  }

  /**
   * Computes `out`.
   * @param x input [N, D]
   * @param tap the backbone [N, D]
   * @returns [n + 1]: sum over items of the L2 norm of gate * candidate, backbone first
   */
  forward(pass: LayerPass, x: Place, tap: Place): number[] {
    const kernel = this.#kernel;
    const { rows, from, hidden, outputs, gates, out } = pass;
    const [columns, inner] = [this.#columns, this.#inner];
    const first = this.#starts[from];
    const own = hidden + first;
    kernel.product(
      { at: x, stride: columns },
      { at: this.#downColumns + first, stride: inner },
      { at: own, stride: inner },
      { rows, inner: columns, columns: inner - first },
    );
    kernel.gelu(own, pass.slope + first, inner, rows, inner - first);
    for (let j = from; j < this.#widths.length; j++) {
      kernel.copy(x, outputs[j], rows * columns);
      kernel.product(
        { at: hidden + this.#starts[j], stride: inner },
        { at: this.#upColumns + this.#starts[j] * columns, stride: columns },
        { at: outputs[j], stride: columns },
        { rows, inner: padded(this.#widths[j]), columns },
        true,
      );
    }
    if (pass.constant) pass.from = this.#learning.expert;
    kernel.product(
      { at: x, stride: columns },
      { at: this.#routerColumns, stride: this.#gateColumns },
      { at: gates, stride: this.#gateColumns },
      { rows, inner: columns, columns: this.#gateColumns },
    );
    kernel.softmax(gates, this.#bias, rows, this.#gateColumns);
    kernel.view(out, rows * columns).fill(0);
    return [tap, ...outputs].map((candidate, j) =>
      kernel.addScaledRows(out, candidate, gates + j, this.#gateColumns, 1, rows, columns),
    );
  }

  /**
   * Computes the gradients of the weights that learn from `dOut`.
   * @param x as in `forward`
   * @param dx where the gradient by the input goes, [N, D]; null where it is not wanted
   */
  backward(pass: LayerPass, x: Place, tap: Place, dx: Place | null): void {
    const kernel = this.#kernel;
    const { rows, hidden, slope, outputs, gates, dOut, dLogits, dInner } = pass;
    const [columns, inner, gateColumns] = [this.#columns, this.#inner, this.#gateColumns];
    const d: Operand = { at: dOut, stride: columns };
    const input: Operand = { at: x, stride: columns };

    for (const [j, candidate] of [tap, ...outputs].entries()) {
      kernel.rowDots(dOut, candidate, dLogits + j, gateColumns, rows, columns);
    }
    kernel.softmaxGradient(gates, dLogits, rows, gateColumns);
    this.#routerGradients(pass, input);

    const learns = this.#learning.expert;
    const first = this.#starts[dx === null ? learns : 0];
    if (first < inner) {
      const size = { rows, inner: columns, columns: inner - first };
      kernel.product(d, { at: this.#up + first, stride: inner }, { at: dInner + first, stride: inner }, size);
      kernel.multiply(dInner + first, slope + first, inner, rows, inner - first);
    }
    for (const [j, start] of this.#starts.slice(0, -1).entries()) {
      const width = this.#starts[j + 1] - start;
      const gate = gates + j + 1;
      if (start >= first) kernel.scaleRows({ at: dInner + start, stride: inner }, gate, gateColumns, rows, width);
      if (j >= learns) kernel.scaleRows({ at: hidden + start, stride: inner }, gate, gateColumns, rows, width);
    }
    const own = this.#starts[learns];
    if (own < inner) {
      const size = { rows: inner - own, inner: rows, columns };
      const { down, up } = this.#blocks;
      const left = (place: Place): Operand => ({ at: place + own, stride: inner, transposed: true });
      kernel.product(left(hidden), d, { at: up.gradient, stride: columns }, size);
      kernel.product(left(dInner), input, { at: down.gradient, stride: columns }, size);
    }
    if (dx === null) return;
    const to: Operand = { at: dx, stride: columns };
    kernel.copy(dOut, dx, rows * columns);
    kernel.addScaledRows(dx, dOut, gates, gateColumns, -1, rows, columns);
    const down: Operand = { at: this.#down, stride: columns };
    kernel.product({ at: dInner, stride: inner }, down, to, { rows, inner, columns }, true);
    const router: Operand = { at: this.#router, stride: columns };
    kernel.product({ at: dLogits, stride: gateColumns }, router, to, { rows, inner: gateColumns, columns }, true);
  }

  /** Floats of `hidden` for each item. */
  get #inner(): number {
    return this.#starts[this.#starts.length - 1];
  }

  #routerGradients({ rows, dLogits }: LayerPass, input: Operand): void {
    const { router, bias } = this.#blocks;
    if (router.floats === 0) return;
    const kernel = this.#kernel;
    const [columns, gateColumns] = [this.#columns, this.#gateColumns];
    const left = { at: dLogits, stride: gateColumns, transposed: true };
    const all = this.#routerGradient;
    kernel.product(left, input, { at: all, stride: columns }, { rows: gateColumns, inner: rows, columns });
    kernel.copy(all + this.#learning.row * columns, router.gradient, router.floats);
    if (bias.floats === 0) return;
    kernel.sumRows(dLogits, bias.gradient, rows, gateColumns);
    kernel.view(bias.gradient, this.#learning.row).fill(0);
  }

  /** Renews the second forms: those of the experts from an inner column on, and of the router. */
  #transpose(start: number): void {
    const kernel = this.#kernel;
    const [columns, inner, gateColumns] = [this.#columns, this.#inner, this.#gateColumns];
    if (start < inner) {
      const move = (from: Place, to: Place): void =>
        kernel.transpose(
          { at: from + start * columns, stride: columns },
          { at: to + start, stride: inner },
          inner - start,
          columns,
        );
      move(this.#down, this.#downColumns);
      move(this.#upColumns, this.#up);
    }
    const router = { at: this.#routerColumns, stride: gateColumns };
    kernel.transpose({ at: this.#router, stride: columns }, router, gateColumns, columns);
  }

  /** A matrix of D columns without its padding. */
  #rows(from: Place, count: number): Float32Array {
    const values = new Float32Array(count * this.#dim);
    for (let row = 0; row < count; row++) {
      values.set(this.#kernel.view(from + row * this.#columns, this.#dim), row * this.#dim);
    }
    return values;
  }
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column];
  }
  return result;
}
