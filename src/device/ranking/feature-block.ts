import type { ContentVectors } from '../../core/catalog';
import type { CategoryIndex } from './terms/category-preference';

/**
 * Some features of every item, standardised: (value - center) * scale per column, which over the catalogue have mean 0 and
 * rows of mean square length `weight`^2. The values may belong to another owner: do not change them.
 */
export interface FeatureBlock {
  /** Subject and width: coefficients fit only a block of the same name. */
  name: string;
  width: number;
  /** [count * width] */
  values: Float32Array;
  /** [width] */
  center: Float32Array;
  /** [width] */
  scale: Float32Array;
}

/** Weight of a block of catalogue attributes beside content. */
const ATTRIBUTE_WEIGHT = 0.5;
/** Share of the mean variance that is added to a column's own variance, to keep noisy columns small. */
const SMOOTHING = 1;
/** Columns of the category block: the most frequent categories. */
const MAX_CATEGORIES = 64;

/** Standardises the columns of a block. @param subject of its name @param values [count * width], kept */
function featureBlock(subject: string, width: number, values: Float32Array, weight = ATTRIBUTE_WEIGHT): FeatureBlock {
  const count = values.length / width;
  const center = new Float32Array(width);
  const variance = new Float64Array(width);
  for (let row = 0; row < values.length; row += width) {
    for (let d = 0; d < width; d++) center[d] += values[row + d] / count;
  }
  for (let row = 0; row < values.length; row += width) {
    for (let d = 0; d < width; d++) variance[d] += (values[row + d] - center[d]) ** 2 / count;
  }
  return { name: `${subject} ${width}`, width, values, center, scale: columnScales(variance, weight) };
}

/** Factors by which columns of these variances have rows of mean square length `weight`^2. */
export function columnScales(variance: Float64Array, weight: number): Float32Array {
  const mean = variance.reduce((sum, value) => sum + value, 0) / variance.length;
  const damped = variance.map((value) => value + SMOOTHING * mean);
  const length = variance.reduce((sum, value, column) => sum + value / damped[column], 0);
  return Float32Array.from(damped, (value) => (mean > 0 ? weight / Math.sqrt(value * length) : 0));
}

/** Radial basis functions over the range of a numeric attribute, -3 to 3 standard deviations. */
const NUMBER_RBFS = 17;
const SPACING = 6 / (NUMBER_RBFS - 1);

/** The radial basis functions of a numeric attribute; zeros for items without it. */
export function numberBlock({ name, values }: { name: string; values: Float32Array }): FeatureBlock {
  const rbf = new Float32Array(values.length * NUMBER_RBFS);
  for (const [row, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    for (let n = 0; n < NUMBER_RBFS; n++) {
      const distance = (value + 3 - n * SPACING) / (SPACING * 0.8);
      rbf[row * NUMBER_RBFS + n] = Math.exp(-(distance ** 2) / 2);
    }
  }
  return featureBlock(name, NUMBER_RBFS, rbf);
}

/** Radial basis functions over the order of the feed. */
const ORDER_RBFS = 24;

/** The radial basis functions of the places of the items in the shop's feed, whichever are loaded. */
export function orderBlock({ places, shopCount }: { places: Float32Array; shopCount: number }): FeatureBlock {
  const rbf = new Float32Array(places.length * ORDER_RBFS);
  for (const [row, place] of places.entries()) {
    for (let n = 0; n < ORDER_RBFS; n++) {
      rbf[row * ORDER_RBFS + n] = Math.exp(-(((place * ORDER_RBFS) / shopCount - n) ** 2) / 2);
    }
  }
  // Stored profiles call the catalog order `place`.
  return featureBlock('place', ORDER_RBFS, rbf);
}

/** The content vectors: the first half of the columns is text, the second half the picture. */
export const contentBlock = ({ content: { width, values } }: { content: ContentVectors }): FeatureBlock =>
  featureBlock('content', width, values, 1);

/**
 * Whether an item is in each of the 64 most frequent categories, including broader ones; null if all items are in the same.
 */
export function categoryBlock({
  categories,
  content,
}: {
  categories: CategoryIndex;
  content: ContentVectors;
}): FeatureBlock | null {
  const { baseRate, ofItem, names } = categories;
  const ids = [...baseRate.keys()]
    .filter((id) => baseRate[id] < 1)
    .sort((a, b) => baseRate[b] - baseRate[a] || a - b)
    .slice(0, MAX_CATEGORIES);
  if (ids.length === 0) return null;
  const columnOf = new Map(ids.map((id, column) => [id, column]));
  const values = new Float32Array(content.count * ids.length);
  for (const [row, own] of ofItem.entries()) {
    for (const id of own) {
      const column = columnOf.get(id);
      if (column !== undefined) values[row * ids.length + column] = 1;
    }
  }
  const name = `categories ${ids.map((id) => names[id]).join('|')}`;
  return featureBlock(name, ids.length, values);
}
