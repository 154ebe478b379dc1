import { matMul, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { ContentVectors } from '../catalog';
import { LONGEST_HISTORY, recencyWeights } from '../ranking';
import type { RankCase } from '../training';
import type { OfflineHistory } from './offline-history';

/**
 * The terms of the pooled protocol's scores, one value per item:
 * - `model`: score of the trained model, a cosine over its temperature or the dot product of the paper
 * - `embedding`: similarity to the recency-weighted history in the model's embedding
 * - `recent`, `session`: content similarity to the recency-weighted history, and to the last 3 choices
 * - `cooccurrence`: co-occurrence with the last choices, against chance
 * - `popularity`: log(1 + choices), those of each older window counting half as much
 * - `choices`: log(1 + choices) of all windows alike
 * - `coldStart`: 1 for items without a choice so far
 */
const OFFLINE_TERMS = [
  'model',
  'embedding',
  'recent',
  'session',
  'cooccurrence',
  'popularity',
  'choices',
  'coldStart',
] as const;
export type OfflineTerm = (typeof OFFLINE_TERMS)[number];

/** Weight of each term that a score has. */
export type OfflineWeights = Partial<Record<OfflineTerm, number>>;

/** Values of terms, [count] each. */
export type OfflineValues = Partial<Record<OfflineTerm, Float32Array>>;

/** Vectors of all items, row by row. */
export type ItemVectors = Pick<ContentVectors, 'count' | 'width' | 'values'>;

/** Terms that are the same for every user. */
export const itemTerms = (past: OfflineHistory): OfflineValues => ({
  popularity: past.recent.map((value) => Math.log1p(value)),
  choices: past.choices.map((value) => Math.log1p(value)),
  coldStart: past.choices.map((value) => (value === 0 ? 1 : 0)),
});

/** Terms of content, for each case. */
export async function contentTerms(content: ItemVectors, cases: readonly RankCase[]): Promise<OfflineValues[]> {
  const recent = await recentSimilarity(content, cases, LONGEST_HISTORY);
  const session = await recentSimilarity(content, cases, 3);
  return cases.map((_, index) => ({ recent: recent[index], session: session[index] }));
}

/**
 * Similarity of every item to the mean of each history's last `longest` items, newer ones counting more (half-life 20
 * choices), brought to unit length.
 * @param vectors unit rows
 * @returns for each case [count]
 */
export async function recentSimilarity(
  vectors: ItemVectors,
  cases: readonly RankCase[],
  longest = LONGEST_HISTORY,
): Promise<Float32Array[]> {
  const { count, width, values } = vectors;
  const queries = new Float32Array(cases.length * width);
  for (const [index, { history }] of cases.entries()) {
    const rows = history.subarray(-longest);
    const weights = recencyWeights(new Float32Array(rows.length).fill(1));
    const query = queries.subarray(index * width, (index + 1) * width);
    for (const [n, row] of rows.entries()) {
      for (let d = 0; d < width; d++) query[d] += weights[n] * values[row * width + d];
    }
    const length = Math.hypot(...query) || 1;
    for (let d = 0; d < width; d++) query[d] /= length;
  }
  const product = tidy(() =>
    matMul(tensor2d(queries, [cases.length, width]), transpose(tensor2d(values, [count, width]))),
  );
  const all = Float32Array.from(await product.data());
  product.dispose();
  return rowsOf(all, count);
}

/** The rows of a matrix of `width` columns, not copied. */
export const rowsOf = (matrix: Float32Array, width: number): Float32Array[] =>
  Array.from({ length: matrix.length / width }, (_, row) => matrix.subarray(row * width, (row + 1) * width));

/** Weighted sum of the terms, [count]. A term without values counts 0. */
export function offlineScore(values: OfflineValues, weights: OfflineWeights, count: number): Float32Array {
  const score = new Float32Array(count);
  for (const name of OFFLINE_TERMS) {
    const weight = weights[name];
    const term = values[name];
    if (!weight || !term) continue;
    for (let row = 0; row < count; row++) score[row] += weight * term[row];
  }
  return score;
}
