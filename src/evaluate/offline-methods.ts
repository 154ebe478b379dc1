import { baseConfig } from '../base-model';
import type { FeatureTable, Modality } from '../catalog';
import { type ContentBlend, contentVectors, rowsPerItem } from '../catalog';
import type { OfflineMethod } from './offline';
import { type ModelPlan, WindowModel } from './offline-model';
import type { OfflineWeights } from './offline-terms';

export interface OfflineMethodsRequest {
  /** Features of the catalogue. */
  table: FeatureTable;
  /** How its items are compared by content. */
  blend: ContentBlend;
  seed: number;
  /** Epochs of a window at most. Default 10. */
  epochs?: number;
}

/**
 * Where the weights of `sidestream` start: about the middle of what suits the first four windows' last choices of
 * MovieLens. So only later windows are a fair report of this method.
 */
const START: OfflineWeights = {
  model: 0.4,
  embedding: 0.8,
  recent: 0.5,
  session: 0,
  cooccurrence: 2.9,
  popularity: 1,
  coldStart: 0,
};
/** As the `sidestream` recipe is trained: log popularity is added to the cosine. */
const WITH_POPULARITY: OfflineWeights = { model: 1, popularity: 1 };

/** Names of the methods, in the order of the table. */
export const OFFLINE_METHODS = [
  'popularity',
  'recency-popularity',
  'content-knn',
  'companions',
  'xsmoe-paper',
  'static',
  'full-finetune',
  'no-prune',
  'text-only',
  'image-only',
  'sidestream',
] as const;
export type OfflineMethodName = (typeof OFFLINE_METHODS)[number];

/**
 * The methods of the pooled protocol.
 * - `popularity`: choices of all past windows; `recency-popularity`: each older window counts half
 * - `content-knn`: content similarity to the recency-weighted history
 * - `companions`: co-occurrence with the last choices, and popularity; the strongest baseline without a model
 * - `xsmoe-paper`: the published recipe: dot product, expansion, pruning and freezing by its rules, no other terms
 * - `sidestream`: the recipe of this package window after window (function-preserving expansion up to 4 experts, relative
 *   pruning, older experts frozen), with all terms by fitted weights
 * - the same but for one thing: `static` (one expert, always trained), `full-finetune` (nothing frozen), `no-prune` (an
 *   expert more in every window), `text-only` and `image-only` (the other modality's features are zeros)
 */
export function offlineMethods(request: OfflineMethodsRequest): Record<OfflineMethodName, OfflineMethod> {
  const { table, blend, seed, epochs = 10 } = request;
  const content = contentVectors(table, blend);
  const sidestream = {
    config: baseConfig('sidestream'),
    table,
    growth: 'grow',
    freeze: true,
    epochs,
    earlyStopping: true,
    seed,
  } as const;
  const plain = (name: string, weights: OfflineWeights, fitted = false): OfflineMethod => ({
    name,
    weights,
    fitted,
    content,
  });
  const full = (name: string, plan: Partial<ModelPlan> = {}, vectors = content): OfflineMethod => ({
    name,
    weights: START,
    fitted: true,
    content: vectors,
    model: new WindowModel({ ...sidestream, ...plan }),
    alone: WITH_POPULARITY,
  });
  const only = (name: string, missing: Modality): OfflineMethod => {
    const part = without(table, missing);
    return full(name, { table: part }, contentVectors(part, blend));
  };
  return {
    popularity: plain('popularity', { choices: 1 }),
    'recency-popularity': plain('recency-popularity', { popularity: 1 }),
    'content-knn': plain('content-knn', { recent: 1 }),
    companions: plain('companions', { cooccurrence: 3, popularity: 1 }, true),
    'xsmoe-paper': {
      ...plain('xsmoe-paper', { model: 1 }),
      // It starts so slowly that early stopping would end it before it learned anything.
      model: new WindowModel({ ...sidestream, config: baseConfig('paper'), epochs: 3 * epochs, earlyStopping: false }),
      alone: { model: 1 },
    },
    static: full('static', { growth: 'stay', freeze: false }),
    'full-finetune': full('full-finetune', { freeze: false }),
    'no-prune': full('no-prune', { growth: 'keep-all' }),
    'text-only': only('text-only', 'image'),
    'image-only': only('image-only', 'text'),
    sidestream: full('sidestream'),
  };
}

/** The same features, those of one modality zero. */
export function without(table: FeatureTable, modality: Modality): FeatureTable {
  const perItem = rowsPerItem(table);
  const scales = table.scales.slice();
  const [first, rows] = modality === 'text' ? [0, table.taps.text] : [table.taps.text, table.taps.image];
  for (let item = 0; item < table.count; item++) {
    scales.fill(0, item * perItem + first, item * perItem + first + rows);
  }
  return { ...table, scales };
}
