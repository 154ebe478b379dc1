import { exactEigenpairs } from '../../common/eigen';
import { hash32 } from '../../common/hash';
import { rowProducts } from '../../common/row-products';
import { categoryCounts, categoryPrefixes } from '../catalog-statistics';
import { type ContentVectors, scaleRow } from '../features/feature-table';
import type { Item } from '../item';
import type { SideModel } from '../side-model/side-model';
import type { Space } from './shard-plan';

/** Content vectors of the items at some rows. */
export type ContentOf = (rows: readonly number[]) => ContentVectors;

/** Number of principal axes of the content by which items without a side model are grouped. */
const CONTENT_DIMS = 32;

/**
 * The vectors by which items are grouped: with a side model its vectors and biases, by which the page ranks, else content and categories.
 */
export function spaceOf(
  items: readonly Item[],
  contentOf: ContentOf,
  model: SideModel | null,
  onProgress: (rows: number) => void,
): Space {
  if (!model) return contentSpace(items, contentOf, onProgress);
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
function contentSpace(items: readonly Item[], contentOf: ContentOf, onProgress: (rows: number) => void): Space {
  const content = principalContent(items.length, contentOf, onProgress);
  const counts = new Map(categoryCounts(items.map(({ category }) => category)));
  const dims = content.dims + CATEGORY_DIMS;
  const values = new Float32Array(items.length * dims);
  for (const [row, { category }] of items.entries()) {
    const at = row * dims;
    values.set(content.values.subarray(row * content.dims, (row + 1) * content.dims), at);
    for (const name of categoryPrefixes(category)) {
      const rarity = Math.log(items.length / (counts.get(name) ?? 1));
      const signs = hash32(name);
      for (let d = 0; d < CATEGORY_DIMS; d++) values[at + content.dims + d] += (signs >>> d) & 1 ? rarity : -rarity;
    }
    scaleRow(values, at + content.dims, CATEGORY_DIMS);
  }
  scaleVariance({ dims, values }, 0, content.dims, 1);
  scaleVariance({ dims, values }, content.dims, dims, CATEGORY_VARIANCE);
  return { dims, values };
}

/** Maximum number of items whose axes are computed; an even selection gives the same as more items, in a fraction of the time. */
const MAX_ROWS = 8192;
/** Number of items whose content vectors are in memory at a time. */
const CHUNK = 4096;

/**
 * Content vectors along the axes that preserve most of their dot products: the leading eigenvectors of their second moment, not
 * centred, because the dot product of two vectors must approximate the cosine of the items.
 */
function principalContent(count: number, contentOf: ContentOf, onProgress: (rows: number) => void): Space {
  const { width } = contentOf([0]);
  const dims = Math.min(CONTENT_DIMS, width);
  const moment = new Float64Array(width * width);
  for (let row = 0, step = Math.max(1, Math.ceil(count / MAX_ROWS)); row < count; row += step) {
    const { values } = contentOf([row]);
    for (let i = 0; i < width; i++)
      for (let j = 0; values[i] !== 0 && j < width; j++) moment[i * width + j] += values[i] * values[j];
  }
  const axes = { count: dims, length: width, values: exactEigenpairs(moment, width, dims).vectors };
  const values = new Float32Array(count * dims);
  for (let start = 0; start < count; start += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, count - start) }, (_, n) => start + n);
    const content = { count: rows.length, length: width, values: new Float64Array(contentOf(rows).values) };
    values.set(rowProducts(content, axes), start * dims);
    onProgress(start + rows.length);
  }
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
