import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { Weight, Weights } from '../../packages/shop/training/model/weights';
import { checkLayer, type Ladder, type Layer, mapLayers } from './state-dict';

/** Per ladder and layer, the share of activation of the backbone and each expert, backbone first; sums to 1. */
export type Utilization = Record<Ladder, number[][]>;

/**
 * Adds up the activations of a window's forward passes. Its `record` is the `onActivation` of any of them; `collect`
 * reads the tensors.
 */
export class UtilizationMeter {
  readonly #sums: Utilization = { text: [], image: [] };
  #pending: { ladder: Ladder; layer: number; activation: Tensor1D }[] = [];

  /** The `onActivation` of a forward pass. */
  readonly record = (ladder: Ladder, layer: number, activation: Tensor1D): void => {
    this.#pending.push({ ladder, layer, activation });
  };

  /** Adds the activations of the forward passes and frees their tensors. */
  async collect(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    for (const { ladder, layer, activation } of pending) {
      const values = await activation.data();
      activation.dispose();
      this.#add(ladder, layer, Array.from(values));
    }
  }

  /** Frees the tensors that were not collected, without adding them. */
  discard(): void {
    for (const { activation } of this.#pending) activation.dispose();
    this.#pending = [];
  }

  /** The shares so far; empty if nothing was collected. */
  get shares(): Utilization {
    return { text: this.#sums.text.map(normalize), image: this.#sums.image.map(normalize) };
  }

  #add(ladder: Ladder, layer: number, values: number[]): void {
    const sums = this.#sums[ladder];
    sums[layer] ??= [];
    for (const [j, value] of values.entries()) sums[layer][j] = (sums[layer][j] ?? 0) + value;
  }
}

/** Scales to a sum of 1; equal shares if nothing was active. */
export function normalize(values: number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (total > 0 ? value / total : 1 / values.length));
}

/** The expert that each layer lost; null if it lost none. */
export type Pruned = Record<Ladder, (number | null)[]>;

/**
 * XSMoE's rule (arXiv 2508.05993): the least used expert is removed if its share among the experts, without the backbone, is
 * below tau; else null. At least one expert stays.
 * @param shares of backbone and experts, backbone first
 */
export function expertToPrune(shares: number[], tau: number): number | null {
  const experts = normalize(shares.slice(1));
  if (experts.length < 2) return null;
  const least = experts.indexOf(Math.min(...experts));
  return experts[least] < tau ? least : null;
}

/**
 * Removes at most one expert per layer, with its router row. Does not change the given weights.
 * @param utilization of the window that ends; layers that it lacks stay unchanged
 * @throws SidestreamError `model/bad-shape` when the shapes of a layer's parts do not match
 */
export function prune(weights: Weights, utilization: Utilization, tau: number): { weights: Weights; pruned: Pruned } {
  const pruned: Pruned = { text: [], image: [] };
  const rest = mapLayers(weights, (layer, ladder, index) => {
    const shares = utilization[ladder][index];
    const gone = shares?.length === layer.experts.length + 1 ? expertToPrune(shares, tau) : null;
    pruned[ladder].push(gone);
    return gone === null ? layer : withoutExpert(layer, gone);
  });
  return { weights: rest, pruned };
}

function withoutExpert(layer: Layer<Weight>, gone: number): Layer<Weight> {
  checkLayer(layer);
  const { weight, bias } = layer.router;
  return {
    experts: layer.experts.filter((_, index) => index !== gone),
    router: { weight: withoutRow(weight, gone + 1), ...(bias && { bias: withoutRow(bias, gone + 1) }) },
  };
}

/** The matrix or vector without one of its rows. */
function withoutRow({ shape: [rows, ...rest], values }: Weight, gone: number): Weight {
  const width = values.length / rows;
  const kept = values.filter((_, index) => Math.floor(index / width) !== gone);
  return { shape: [rows - 1, ...rest], values: kept };
}

/**
 * XSMoE's rule (arXiv 2508.05993): the new expert is the mean of the existing ones; old router rows are kept.
 * @param layer not changed
 * @param routerRow [D] the new expert's row of the router
 * @throws SidestreamError `model/bad-shape` when the shapes of the layer's parts do not match
 */
export function expandByMean(layer: Layer<Weight>, routerRow: Float32Array): Layer<Weight> {
  checkLayer(layer);
  const { experts, router } = layer;
  return {
    experts: [...experts, { down: average(experts.map(({ down }) => down)), up: average(experts.map(({ up }) => up)) }],
    router: {
      weight: withRow(router.weight, routerRow),
      ...(router.bias && { bias: withRow(router.bias, [0]) }),
    },
  };
}

/** The matrix or vector with one more row. */
function withRow({ shape: [rows, ...rest], values: old }: Weight, row: ArrayLike<number>): Weight {
  const values = new Float32Array(old.length + row.length);
  values.set(old);
  values.set(row, old.length);
  return { shape: [rows + 1, ...rest], values };
}

function average(weights: Weight[]): Weight {
  const values = new Float32Array(weights[0].values.length);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (const weight of weights) sum += weight.values[i];
    values[i] = sum / weights.length;
  }
  return { shape: [...weights[0].shape], values };
}
