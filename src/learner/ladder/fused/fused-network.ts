import { type NetworkKernel, type Place, padded } from '../../../kernel/network';
import { LADDERS, type Ladder, ladderEntries, layersOf, type Utilization, type Weights } from '../../../model';
import { FusedLayer, type LayerPass, type LearningBlock, type LearningPart } from './fused-layer';

/** What learns of every layer. */
export type Learning = Record<Ladder, LearningPart[]>;

/** The newest expert of every layer and its row of the router. */
export function newestLearning(weights: Weights): Learning {
  const parts = (ladder: Ladder): LearningPart[] =>
    layersOf(weights, ladder).map(({ experts }) => ({ expert: experts.length - 1, row: experts.length }));
  return { text: parts('text'), image: parts('image') };
}

/** What one pass through both ladders computes of some items. */
export interface NetworkPass {
  /** Items, and with padding. */
  count: number;
  rows: number;
  /** Per ladder K+1 places of [N, D]. */
  taps: Record<Ladder, Place[]>;
  layers: Record<Ladder, LayerPass[]>;
}

/**
 * Both ladders in the memory of a kernel, forward and backward: what `ladderOutputs` of src/model/network.ts and the gradients
 * of tfjs compute, without a graph. Taps carry no gradient.
 */
export class FusedNetwork {
  readonly #kernel: NetworkKernel;
  readonly #ladders: Record<Ladder, FusedLayer[]>;
  /** Width D. */
  readonly dim: number;
  readonly columns: number;

  /** @param weights at least both ladders, with a layer in each */
  constructor(kernel: NetworkKernel, weights: Weights, learning: Learning) {
    this.#kernel = kernel;
    const make = (ladder: Ladder): FusedLayer[] =>
      layersOf(weights, ladder).map((layer, index) => new FusedLayer(kernel, layer, learning[ladder][index]));
    this.#ladders = { text: make('text'), image: make('image') };
    this.dim = layersOf(weights, 'text')[0].router.weight.shape[1];
    this.columns = padded(this.dim);
  }

  /** All weights that learn. */
  get blocks(): LearningBlock[] {
    return LADDERS.flatMap((ladder) => this.#ladders[ladder].flatMap(({ blocks }) => blocks));
  }

  /** Takes over the weights that learn. */
  load(weights: Weights): void {
    for (const ladder of LADDERS) {
      for (const [index, layer] of layersOf(weights, ladder).entries()) this.#ladders[ladder][index].load(layer);
    }
  }

  /** Call it when weights that learn have changed. */
  updated(): void {
    for (const ladder of LADDERS) for (const layer of this.#ladders[ladder]) layer.updated();
  }

  /** The weights of the ladders, or the gradients that `backward` left; those of frozen weights are zeros. */
  read(what: 'value' | 'gradient'): Weights {
    const layers = (ladder: Ladder) => this.#ladders[ladder].map((layer) => layer.read(what));
    return ladderEntries({ text: layers('text'), image: layers('image') });
  }

  /**
   * Space for a pass over the items with these taps, until the kernel releases it.
   * @param taps per ladder [count, K+1, D]
   * @param learns false for a pass without `backward`
   */
  pass(taps: Record<Ladder, Float32Array>, count: number, learns: boolean): NetworkPass {
    const rows = padded(count);
    const layers = (ladder: Ladder): LayerPass[] =>
      this.#ladders[ladder].map((layer, index) => layer.pass(rows, index === 0, learns));
    const [text, image] = [this.#taps('text', taps.text, count, rows), this.#taps('image', taps.image, count, rows)];
    return { count, rows, taps: { text, image }, layers: { text: layers('text'), image: layers('image') } };
  }

  /**
   * Computes the outputs of both ladders; see `outputOf`.
   * @returns per ladder and layer the mean over items of the L2 norm of gate * candidate, backbone first
   */
  forward(pass: NetworkPass): Utilization {
    const run = (ladder: Ladder): number[][] =>
      pass.layers[ladder].map((own, index) => {
        const sums = this.#ladders[ladder][index].forward(
          own,
          inputOf(pass, ladder, index),
          pass.taps[ladder][index + 1],
        );
        return sums.map((sum) => sum / pass.count);
      });
    return { text: run('text'), image: run('image') };
  }

  /** Computes the gradients of the weights that learn from those at `gradientOf`. */
  backward(pass: NetworkPass): void {
    for (const ladder of LADDERS) {
      const layers = pass.layers[ladder];
      for (let index = layers.length - 1; index >= 0; index--) {
        const dx = index > 0 ? layers[index - 1].dOut : null;
        const tap = pass.taps[ladder][index + 1];
        this.#ladders[ladder][index].backward(layers[index], inputOf(pass, ladder, index), tap, dx);
      }
    }
  }

  #taps(ladder: Ladder, values: Float32Array, count: number, rows: number): Place[] {
    const { dim, columns } = this;
    const taps = this.#ladders[ladder].length + 1;
    return Array.from({ length: taps }, (_, tap) => {
      const place = this.#kernel.allocate(rows * columns);
      const view = this.#kernel.view(place, rows * columns);
      for (let row = 0; row < count; row++) {
        const from = (row * taps + tap) * dim;
        view.set(values.subarray(from, from + dim), row * columns);
      }
      return place;
    });
  }
}

/** Output of a ladder, [N, D]. */
export const outputOf = (pass: NetworkPass, ladder: Ladder): Place => pass.layers[ladder].at(-1)?.out ?? 0;

/** Where the gradient of the loss by the output of a ladder is expected, [N, D]. */
export const gradientOf = (pass: NetworkPass, ladder: Ladder): Place => pass.layers[ladder].at(-1)?.dOut ?? 0;

const inputOf = (pass: NetworkPass, ladder: Ladder, layer: number): Place =>
  layer === 0 ? pass.taps[ladder][0] : pass.layers[ladder][layer - 1].out;
