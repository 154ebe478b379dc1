import type { Tensor1D } from '@tensorflow/tfjs-core';
import { LADDERS, type Ladder } from './layer';

/** Per ladder and layer, the share of activation of the backbone and each expert, backbone first; sums to 1. */
export type Utilization = Record<Ladder, number[][]>;

/**
 * Adds up the activations of a window's forward passes. Its `record` is the `onActivation` of any of them; `collect`
 * reads the tensors.
 */
export class UtilizationMeter {
  #sums: Utilization;
  #pending: { ladder: Ladder; layer: number; activation: Tensor1D }[] = [];

  /** @param sums of an earlier meter of the same window */
  constructor(sums: Utilization = { text: [], image: [] }) {
    this.#sums = copy(sums);
  }

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

  /** Adds all activations of another meter, collected or not. */
  async absorb(other: UtilizationMeter): Promise<void> {
    this.#pending.push(...other.#pending);
    other.#pending = [];
    for (const ladder of LADDERS) this.#addAll(ladder, other.#sums[ladder]);
    await this.collect();
  }

  /** Frees the tensors that were not collected, without adding them. */
  discard(): void {
    for (const { activation } of this.#pending) activation.dispose();
    this.#pending = [];
  }

  /** Starts a new window at 0. */
  reset(): void {
    this.discard();
    this.#sums = { text: [], image: [] };
  }

  /** True when nothing was collected since the last reset. */
  get empty(): boolean {
    return LADDERS.every((ladder) => this.#sums[ladder].length === 0);
  }

  /** Summed activations, for a later meter. */
  get sums(): Utilization {
    return copy(this.#sums);
  }

  /** The shares so far; no layers when nothing was collected. */
  get shares(): Utilization {
    return { text: this.#sums.text.map(normalize), image: this.#sums.image.map(normalize) };
  }

  #addAll(ladder: Ladder, layers: number[][]): void {
    for (const [layer, values] of layers.entries()) this.#add(ladder, layer, values);
  }

  #add(ladder: Ladder, layer: number, values: number[]): void {
    const sums = this.#sums[ladder];
    sums[layer] ??= [];
    for (const [j, value] of values.entries()) sums[layer][j] = (sums[layer][j] ?? 0) + value;
  }
}

const copy = ({ text, image }: Utilization): Utilization => ({
  text: text.map((layer) => [...layer]),
  image: image.map((layer) => [...layer]),
});

/** Scales to sum 1; equal shares when nothing was active. */
export function normalize(values: number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (total > 0 ? value / total : 1 / values.length));
}
