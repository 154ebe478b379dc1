import type { Tensor1D } from '@tensorflow/tfjs-core';
import { LADDERS, type Ladder } from './names';

/** Per ladder and layer, the share of activation of the backbone and each expert, backbone first; sums to 1. */
export type Utilization = Record<Ladder, number[][]>;

/**
 * Adds up the activations of a window's forward passes. Its `tally` may be given to any forward pass; the tensors are
 * read by `collect`.
 */
export class UtilizationMeter {
  #sums: Utilization = { text: [], image: [] };
  #pending: { ladder: Ladder; layer: number; activation: Tensor1D }[] = [];

  /** To be passed to a forward pass. */
  readonly tally = (ladder: Ladder, layer: number, activation: Tensor1D): void => {
    this.#pending.push({ ladder, layer, activation });
  };

  /** Reads what the forward passes left and frees it. */
  async collect(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    for (const { ladder, layer, activation } of pending) {
      const values = await activation.data();
      activation.dispose();
      const sums = this.#sums[ladder];
      sums[layer] ??= [];
      for (const [j, value] of values.entries()) sums[layer][j] = (sums[layer][j] ?? 0) + value;
    }
  }

  /** Frees what was not collected without counting it. */
  discard(): void {
    for (const { activation } of this.#pending) activation.dispose();
    this.#pending = [];
  }

  /** Forgets everything: a new window. */
  reset(): void {
    this.discard();
    this.#sums = { text: [], image: [] };
  }

  /** True when nothing was collected since the last reset. */
  get empty(): boolean {
    return LADDERS.every((ladder) => this.#sums[ladder].length === 0);
  }

  /** The shares so far; no layers when nothing was collected. */
  get shares(): Utilization {
    return { text: this.#sums.text.map(normalize), image: this.#sums.image.map(normalize) };
  }
}

/** Scales to sum 1; equal shares when nothing was active. */
export function normalize(values: number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (total > 0 ? value / total : 1 / values.length));
}
