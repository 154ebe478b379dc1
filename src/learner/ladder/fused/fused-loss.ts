import { type NetworkKernel, type Operand, type Place, padded } from '../../../kernel/network';
import type { Ladder } from '../../../model';
import { EXCLUDED, type LadderBatch, TEMPERATURE } from '../ladder-batch';
import { type FusedNetwork, gradientOf, type NetworkPass, outputOf } from './fused-network';

/** Halves of an item embedding, in order. */
const HALVES = ['image', 'text'] as const satisfies Ladder[];

/** Unit rows of some items: `unitEmbeddings` of ladder-network.ts in the memory of a kernel. */
export class FusedEmbedding {
  readonly #kernel: NetworkKernel;
  readonly #pass: NetworkPass;
  readonly #columns: number;
  readonly #factors: Record<Ladder, number>;
  readonly #halves: Operand;
  readonly #inverses: Record<Ladder | 'whole', Place>;
  /** [N, 2D] unit rows, each half with padding. */
  readonly items: Operand;

  /** @param weights share of each modality in the cosine of two items that have both */
  constructor(
    kernel: NetworkKernel,
    { columns }: FusedNetwork,
    pass: NetworkPass,
    { text, image }: Record<Ladder, number>,
  ) {
    const { rows } = pass;
    this.#kernel = kernel;
    this.#pass = pass;
    this.#columns = columns;
    this.#factors = { text: Math.sqrt(text), image: Math.sqrt(image) };
    const wide = (): Operand => ({ at: kernel.allocate(rows * 2 * columns), stride: 2 * columns });
    const narrow = (): Place => kernel.allocate(rows);
    this.#halves = wide();
    this.items = wide();
    this.#inverses = { text: narrow(), image: narrow(), whole: narrow() };
  }

  /** Computes `items` from the outputs of the ladders. */
  forward(): void {
    const { rows } = this.#pass;
    for (const [half, ladder] of HALVES.entries()) {
      const [from, to] = [this.#output(outputOf(this.#pass, ladder)), this.#half(this.#halves, half)];
      this.#kernel.unitRows(from, to, this.#inverses[ladder], this.#factors[ladder], rows, this.#columns);
    }
    this.#kernel.unitRows(this.#halves, this.items, this.#inverses.whole, 1, rows, 2 * this.#columns);
  }

  /** Computes the gradients by the outputs of the ladders. @param d gradient by `items`, [N, 2D]; it is overwritten */
  backward(d: Operand): void {
    const { rows } = this.#pass;
    this.#kernel.unitRowsGradient(this.#halves, this.#inverses.whole, 1, d, d, rows, 2 * this.#columns);
    for (const [half, ladder] of HALVES.entries()) {
      this.#kernel.unitRowsGradient(
        this.#output(outputOf(this.#pass, ladder)),
        this.#inverses[ladder],
        this.#factors[ladder],
        this.#half(d, half),
        this.#output(gradientOf(this.#pass, ladder)),
        rows,
        this.#columns,
      );
    }
  }

  /** Writes the items without their padding. @param out [count, 2D] */
  read(out: Float32Array, dim: number): void {
    for (let row = 0; row < this.#pass.count; row++) {
      for (const half of HALVES.keys()) {
        const from = this.items.at + (row * 2 + half) * this.#columns;
        out.set(this.#kernel.view(from, dim), (row * 2 + half) * dim);
      }
    }
  }

  #output(at: Place): Operand {
    return { at, stride: this.#columns };
  }

  #half({ at, stride }: Operand, half: number): Operand {
    return { at: at + half * this.#columns, stride };
  }
}

/**
 * `nextItemLoss` of ladder-network.ts in the memory of a kernel, with P the matrix of preferences and E the items: loss =
 * cross-entropy of unit(P E) E^T / temperature + offset. With l the gradient by the products q E^T, q = unit(P E), its
 * gradient by E is l^T q + P^T (unit'(l E)).
 */
export class FusedLoss {
  readonly #kernel: NetworkKernel;
  readonly #embedding: FusedEmbedding;
  readonly #targets: number;
  readonly #rows: number;
  readonly #width: number;
  readonly #given: Record<'preference' | 'keep' | 'offset' | 'label' | 'share', Place>;
  readonly #sums: Operand;
  readonly #units: Operand;
  readonly #inverses: Place;
  /** [2D, N] */
  readonly #itemColumns: Operand;
  /** [T, N] */
  readonly #logits: Operand;
  readonly #dUnits: Operand;
  readonly #dItems: Operand;

  constructor(
    kernel: NetworkKernel,
    network: FusedNetwork,
    pass: NetworkPass,
    embedding: FusedEmbedding,
    batch: LadderBatch,
  ) {
    const targets = padded(batch.targets);
    const { rows } = pass;
    const width = 2 * network.columns;
    this.#kernel = kernel;
    this.#embedding = embedding;
    this.#targets = targets;
    this.#rows = rows;
    this.#width = width;
    const matrix = (values: Float32Array, fill = 0, scale = 1): Place => {
      const place = kernel.allocate(targets * rows);
      const view = kernel.view(place, targets * rows).fill(fill);
      for (let t = 0; t < batch.targets; t++) {
        for (let n = 0; n < pass.count; n++) view[t * rows + n] = values[t * pass.count + n] * scale;
      }
      return place;
    };
    const share = kernel.allocate(targets);
    kernel.view(share, batch.targets).set(batch.share);
    this.#given = {
      preference: matrix(batch.preference),
      keep: matrix(batch.keep, 0, 1 / TEMPERATURE),
      // Columns of padding count as little as those of other targets.
      offset: matrix(batch.offset, EXCLUDED),
      label: matrix(batch.label),
      share,
    };
    const operand = (count: number, stride: number): Operand => ({ at: kernel.allocate(count * stride), stride });
    this.#sums = operand(targets, width);
    this.#units = operand(targets, width);
    this.#inverses = kernel.allocate(targets);
    this.#itemColumns = operand(width, rows);
    this.#logits = operand(targets, rows);
    this.#dUnits = operand(targets, width);
    this.#dItems = operand(rows, width);
  }

  /** Computes the loss of the items, and what `backward` needs. */
  forward(): number {
    const kernel = this.#kernel;
    const { items } = this.#embedding;
    const [rows, columns] = [this.#targets, this.#width];
    const preference = { at: this.#given.preference, stride: this.#rows };
    kernel.product(preference, items, this.#sums, { rows, inner: this.#rows, columns });
    kernel.unitRows(this.#sums, this.#units, this.#inverses, 1, rows, columns);
    kernel.transpose(items, this.#itemColumns, this.#rows, columns);
    kernel.product(this.#units, this.#itemColumns, this.#logits, { rows, inner: columns, columns: this.#rows });
    return kernel.crossEntropy(this.#logits.at, this.#given, rows, this.#rows);
  }

  /** Computes the gradients by the outputs of the ladders. */
  backward(): void {
    const kernel = this.#kernel;
    const { items } = this.#embedding;
    const [targets, rows, columns] = [this.#targets, this.#rows, this.#width];
    const preference = { at: this.#given.preference, stride: rows, transposed: true };
    const logits = { ...this.#logits, transposed: true };
    const size = { rows, inner: targets, columns };
    kernel.product(this.#logits, items, this.#dUnits, { rows: targets, inner: rows, columns });
    kernel.unitRowsGradient(this.#sums, this.#inverses, 1, this.#dUnits, this.#dUnits, targets, columns);
    kernel.product(logits, this.#units, this.#dItems, size);
    kernel.product(preference, this.#dUnits, this.#dItems, size, true);
    this.#embedding.backward(this.#dItems);
  }
}
