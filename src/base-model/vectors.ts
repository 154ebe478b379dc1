import { matMul, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { FeatureTable } from '../catalog';
import { lastPositions, type Parameters } from '../model';
import type { BaseConfig } from './config';
import { disposeTaps, disposeView, historyView, itemRows, tapsOf, userRows } from './network';

/** Items, or sequences, in one forward pass: bounds its memory. */
const CHUNK = 512;

/**
 * Embeddings of a catalogue.
 * @returns [count, E]; unit rows, except by the recipe `paper`
 */
export async function itemVectors(
  parameters: Parameters,
  config: BaseConfig,
  table: FeatureTable,
): Promise<Float32Array> {
  const width = config.embeddingDim;
  const result = new Float32Array(table.count * width);
  for (let start = 0; start < table.count; start += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, table.count - start) }, (_, n) => start + n);
    const taps = tapsOf(table, rows);
    const vectors = itemRows(parameters, config, taps);
    disposeTaps(taps);
    result.set(await vectors.data(), start * width);
    vectors.dispose();
  }
  return result;
}

/**
 * One vector for each history, from its last L items.
 * @param items [count, E] of `itemVectors`
 * @param histories catalogue rows, oldest first
 * @returns [histories.length, E]; for an empty history the model's vector without any item
 */
export async function userVectors(
  parameters: Parameters,
  config: BaseConfig,
  items: Float32Array,
  histories: readonly Int32Array[],
): Promise<Float32Array> {
  const { embeddingDim: width, maxSeqLen: length } = config;
  const result = new Float32Array(histories.length * width);
  for (let start = 0; start < histories.length; start += CHUNK) {
    const part = histories.slice(start, start + CHUNK);
    const mask = new Float32Array(part.length * length);
    const sequence = new Float32Array(part.length * length * width);
    for (const [index, history] of part.entries()) {
      const last = history.subarray(-length);
      const first = (index + 1) * length - last.length;
      for (let position = 0; position < last.length; position++) {
        mask[first + position] = 1;
        const from = last[position] * width;
        sequence.set(items.subarray(from, from + width), (first + position) * width);
      }
    }
    const view = historyView(mask, length);
    const input = tensor2d(sequence, [part.length * length, width]);
    const vectors = tidy(() => lastPositions(userRows(parameters, config, input, view), length));
    input.dispose();
    disposeView(view);
    result.set(await vectors.data(), start * width);
    vectors.dispose();
  }
  return result;
}

/**
 * Scores of every item for some users, without popularity: cosine / temperature, or the dot product by the recipe
 * `paper`.
 * @param users [N, E]
 * @param items [count, E]
 * @returns [N, count]
 */
export async function vectorScores(
  { recipe, embeddingDim: width, temperature }: BaseConfig,
  users: Float32Array,
  items: Float32Array,
): Promise<Float32Array> {
  const scale = recipe === 'paper' ? 1 : 1 / temperature;
  const scores = tidy(() => {
    const scaled = users.map((value) => value * scale);
    const columns = transpose(tensor2d(items, [items.length / width, width]));
    return matMul(tensor2d(scaled, [users.length / width, width]), columns);
  });
  const values = Float32Array.from(await scores.data());
  scores.dispose();
  return values;
}
