import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { Ladder } from './layer';

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
