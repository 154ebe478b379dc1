import { hash32 } from '../../common/hash';
import { categoryCounts, categoryPrefixes } from '../catalog-statistics';
import { principalAxes, tableBaseVectors } from '../features/base-vectors';
import { type ContentBlend, type FeatureTable, scaleRow } from '../features/feature-table';
import type { Item } from '../item';
import type { SideModel } from '../side-model/side-model';
import type { Space } from './shard-plan';

/** Number of principal axes of the content by which items without a side model are grouped. */
const CONTENT_DIMS = 32;

/**
 * The vectors by which items are grouped: with a side model its vectors and biases, by which the page ranks, else content and categories.
 */
export function spaceOf(
  items: readonly Item[],
  features: FeatureTable,
  blend: ContentBlend,
  model: SideModel | null,
  onProgress: (rows: number) => void,
): Space {
  if (!model) return contentSpace(items, features, blend, onProgress);
  const { width, vectors, biases, states } = model;
  const dims = width + 1;
  const gain = Float32Array.from({ length: width }, (_, d) =>
    Math.sqrt(states.reduce((sum, state) => sum + state.gain[d] ** 2, 0) / states.length),
  );
  const values = new Float32Array(biases.length * dims);
  for (const [row, bias] of biases.entries()) {
    for (let d = 0; d < width; d++) values[row * dims + d] = gain[d] * vectors[row * width + d];
    values[row * dims + width] = bias;
  }
  // The bias counts as much as the whole vector: the items that a new shopper is shown lie together.
  scaleVariance({ dims, values }, 0, width, 1);
  scaleVariance({ dims, values }, width, dims, 1);
  return { dims, values };
}

/** Share of the categories in the variance by which items without a side model are grouped, relative to the content's. */
const CATEGORY_VARIANCE = 2;
/** Length of the vectors of categories. */
const CATEGORY_DIMS = 32;

/**
 * Content and categories: shoppers who choose an item look at its category, whatever its words. The vector of an item's categories is the sum
 * of one random vector for each of them, broader ones included, weighed by rarity.
 */
function contentSpace(
  items: readonly Item[],
  features: FeatureTable,
  blend: ContentBlend,
  onProgress: (rows: number) => void,
): Space {
  const axes = principalAxes(features, blend, CONTENT_DIMS);
  const content = tableBaseVectors(axes, features, blend, onProgress);
  const counts = new Map(categoryCounts(items.map(({ category }) => category)));
  const dims = axes.dims + CATEGORY_DIMS;
  const values = new Float32Array(items.length * dims);
  for (const [row, { category }] of items.entries()) {
    const at = row * dims;
    values.set(content.subarray(row * axes.dims, (row + 1) * axes.dims), at);
    for (const name of categoryPrefixes(category)) {
      const rarity = Math.log(items.length / (counts.get(name) ?? 1));
      const signs = hash32(name);
      for (let d = 0; d < CATEGORY_DIMS; d++) values[at + axes.dims + d] += (signs >>> d) & 1 ? rarity : -rarity;
    }
    scaleRow(values, at + axes.dims, CATEGORY_DIMS);
  }
  scaleVariance({ dims, values }, 0, axes.dims, 1);
  scaleVariance({ dims, values }, axes.dims, dims, CATEGORY_VARIANCE);
  return { dims, values };
}

/** Scales some dimensions so that their variances add up to a number. */
function scaleVariance({ dims, values }: Space, from: number, to: number, variance: number): void {
  const count = Math.max(1, values.length / dims);
  let whole = 0;
  for (let d = from; d < to; d++) {
    let [sum, squares] = [0, 0];
    for (let at = d; at < values.length; at += dims) {
      sum += values[at];
      squares += values[at] ** 2;
    }
    whole += squares / count - (sum / count) ** 2;
  }
  const factor = whole > 0 ? Math.sqrt(variance / whole) : 0;
  for (let d = from; d < to; d++) for (let at = d; at < values.length; at += dims) values[at] *= factor;
}
