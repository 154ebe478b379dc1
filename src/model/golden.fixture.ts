import { gather, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { ItemTaps } from './network';
import type { Utilization } from './utilization';
import type { Weight, Weights } from './weights';

type Nested = number | Nested[];
type StoredWeights = Record<string, Nested>;

export interface GoldenPhase {
  initial: StoredWeights;
  trainable: string[];
  steps: {
    itemIds: number[][];
    mask: number[][];
    itemEmbeddings: number[][];
    loss: number;
    gradients?: StoredWeights;
  }[];
  afterSteps: StoredWeights;
  afterPrune: StoredWeights;
  afterExpand: StoredWeights;
  utilization: Utilization;
  expertCounts: Record<'before' | 'afterPrune', Record<keyof Utilization, number[]>>;
  eval: {
    itemIds: number[][];
    mask: number[][];
    catalogEmbeddings: number[][];
    userVectors: number[][];
    scores: number[][];
  };
}

export interface Golden {
  config: {
    hiddenDim: number;
    embeddingDim: number;
    bottleneckDim: number;
    maxSeqLen: number;
    heads: number;
    blocks: number;
    tapLayers: number;
    learningRate: number;
    pruneThreshold: number;
    layerNormEps: number;
    adam: { beta1: number; beta2: number; eps: number };
  };
  features: Record<'image' | 'text', number[][][]>;
  popularity: number[];
  phases: GoldenPhase[];
}

export const flatten = (nested: Nested): number[] => (typeof nested === 'number' ? [nested] : nested.flatMap(flatten));

const shapeOf = (nested: Nested): number[] =>
  typeof nested === 'number' ? [] : [nested.length, ...shapeOf(nested[0])];

export const toWeights = (stored: StoredWeights): Weights =>
  Object.fromEntries(
    Object.entries(stored).map(([name, nested]): [string, Weight] => [
      name,
      { shape: shapeOf(nested), values: Float32Array.from(flatten(nested)) },
    ]),
  );

/** Taps of items, in the given order. */
export function tapsOf(features: Golden['features'], ids: number[]): ItemTaps {
  const take = (modality: 'image' | 'text'): Tensor2D[] =>
    features[modality][0].map((_, tap) =>
      tidy(() => gather(tensor2d(features[modality].map((item) => item[tap])), ids)),
    );
  return { text: take('text'), image: take('image') };
}

/** Largest difference, relative to the largest expected number. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(actual[i] - expected[i]));
  }
  return error / Math.max(scale, 1e-12);
}
