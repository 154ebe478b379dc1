import {
  contentVectors as blended,
  type ContentBlend,
  type ContentVectors,
  contentBlend,
  type FeatureTable,
  type Manifest,
  type Modality,
} from '../../../src/core/catalog';
import { evenly } from '../../../src/core/common/evenly';
import type { JoinedText } from '../../../src/core/encoders';
import { createMatrix, loadKernel } from '../../../src/core/kernel';

/** Modality in which two items are compared. */
export type Basis = Modality | 'both';
export const BASES: readonly Basis[] = ['text', 'image', 'both'];

/** Unit vectors of items; `has[i]` is false for an item without features (no picture, no text). */
export interface Vectors extends ContentVectors {
  has: boolean[];
}

/** The content vectors of a bundle: the content tap of one modality, or both as the bundle blends them. */
export function basisVectors(
  { features, manifest }: { features: FeatureTable; manifest: Pick<Manifest, 'modalities'> },
  basis: Basis,
): Vectors {
  const blend = contentBlend(manifest);
  if (basis === 'both') return vectorsOf(features, blend);
  const weights = { text: 0, image: 0, [basis]: 1 };
  const { width, values, ...vectors } = vectorsOf(features, {
    text: { ...blend.text, weight: weights.text },
    image: { ...blend.image, weight: weights.image },
  });
  // The columns of the other modality stay zero.
  const { dim } = features;
  const from = basis === 'text' ? 0 : dim;
  const own = new Float32Array(vectors.count * dim);
  for (let n = 0; n < vectors.count; n++) own.set(values.subarray(n * width + from, n * width + from + dim), n * dim);
  return { ...vectors, width: dim, values: own };
}

export function vectorsOf(features: FeatureTable, blend: ContentBlend): Vectors {
  const vectors = blended(features, blend);
  const { count, width, values } = vectors;
  const has = Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width).some((x) => x !== 0));
  return { ...vectors, has };
}

export interface Neighbor {
  index: number;
  /** Cosine, -1 to 1. */
  similarity: number;
}

/** The `k` items nearest to item `index` by cosine, nearest first; ties are in catalogue order. */
export function nearest({ values, width, has }: Vectors, index: number, k: number): Neighbor[] {
  const best: Neighbor[] = [];
  if (!has[index]) return best;
  for (let other = 0; other < has.length; other++) {
    if (other === index || !has[other]) continue;
    let similarity = 0;
    for (let d = 0; d < width; d++) similarity += values[index * width + d] * values[other * width + d];
    insert(best, { index: other, similarity }, k);
  }
  return best;
}

/** Maximum number of judged items; a larger catalogue is sampled evenly. */
const MAX_JUDGED = 4096;
/** Tile sizes: number of items compared at a time, and number of judged items at a time. */
const TILE = 4096;
const BLOCK = 64;

/** The items that `categoryPrecision` judges: they have a category and features to compare. */
export function judgedItems({ has }: Pick<Vectors, 'has'>, categories: readonly string[]): number[] {
  const all = categories.flatMap((category, item) => (has[item] && category !== '' ? [item] : []));
  return evenly(all, MAX_JUDGED);
}

/**
 * Share of the `k` nearest neighbours that have the same category, averaged over the items that have a category and features to
 * compare, or over an even selection of 4,096 of them. NaN if there is no such item.
 * @param advance called with the number of items judged since the last call, which may be a fraction
 */
export async function categoryPrecision(
  vectors: Vectors,
  categories: readonly string[],
  k: number,
  advance?: (items: number) => void,
): Promise<number> {
  await loadKernel();
  const { values, width, has } = vectors;
  const vectorOf = (item: number): Float32Array => values.subarray(item * width, (item + 1) * width);
  const judged = judgedItems(vectors, categories);
  const others = has.flatMap((there, item) => (there ? [item] : []));
  const best = judged.map((): Neighbor[] => []);
  // One buffer for all tiles; the part that the shorter last tile does not fill is never read.
  const matrix = createMatrix(Math.min(TILE, others.length), width);
  for (let first = 0; first < others.length; first += TILE) {
    const tile = others.slice(first, first + TILE);
    for (const [m, item] of tile.entries()) matrix.row(m).set(vectorOf(item));
    for (let start = 0; start < judged.length; start += BLOCK) {
      const block = judged.slice(start, start + BLOCK);
      const products = matrix.products(block.map(vectorOf));
      for (const [n, similarities] of products.entries()) {
        const near = best[start + n];
        // Most candidates are below the lowest of the nearest, so their position need not be searched.
        let least = near.length < k ? Number.NEGATIVE_INFINITY : near[k - 1].similarity;
        for (let m = 0; m < tile.length; m++) {
          const similarity = similarities[m];
          if (similarity <= least || tile[m] === block[n]) continue;
          insert(near, { index: tile[m], similarity }, k);
          if (near.length === k) least = near[k - 1].similarity;
        }
      }
      advance?.((block.length * tile.length) / others.length);
    }
  }
  let sum = 0;
  for (const [n, item] of judged.entries()) {
    sum += best[n].filter(({ index }) => categories[index] === categories[item]).length / k;
  }
  return sum / judged.length;
}

/** Inserts a neighbour into the `k` nearest, sorted by similarity; after neighbours of equal similarity. */
function insert(best: Neighbor[], neighbor: Neighbor, k: number): void {
  if (best.length === k && neighbor.similarity <= best[k - 1].similarity) return;
  const place = best.findIndex(({ similarity }) => neighbor.similarity > similarity);
  best.splice(place === -1 ? best.length : place, 0, neighbor);
  if (best.length > k) best.pop();
}

/** Weights tried; the middle one wins ties. */
export const TEXT_WEIGHTS = [0.5, 0.35, 0.65, 0.2, 0.8];
/** Number of nearest items by which content is judged. */
const NEAREST = 5;

/** P@5 by category of a tap of the texts. */
export const textPrecision = (features: FeatureTable, tap: number, categories: readonly string[]): Promise<number> =>
  categoryPrecision(
    vectorsOf(features, { text: { tap, weight: 1 }, image: { tap: 0, weight: 0 } }),
    categories,
    NEAREST,
  );

/** Gain in P@5 below which the even blend is kept: a smaller gain is noise at these sizes. */
const NOTICEABLE = 0.01;

/**
 * Tunes the weight of text against the picture in content similarity. Shops differ: photographs on white distinguish
 * products that drawings do not. The weight whose 5 nearest neighbours agree most in category wins; 0.5 without categories.
 */
export async function tunedTextWeight(
  features: FeatureTable,
  taps: { text: number; image: number },
  categories: readonly string[],
  advance?: (weights: number) => void,
): Promise<{ textWeight: number; precision: number }> {
  let best = { textWeight: TEXT_WEIGHTS[0], precision: Number.NEGATIVE_INFINITY };
  for (const textWeight of TEXT_WEIGHTS) {
    const blend = { text: { tap: taps.text, weight: textWeight }, image: { tap: taps.image, weight: 1 - textWeight } };
    const precision = await categoryPrecision(vectorsOf(features, blend), categories, NEAREST);
    const margin = best.textWeight === TEXT_WEIGHTS[0] ? NOTICEABLE : 0;
    // NaN, where no item has a category, only replaces the initial value.
    if (best.precision === Number.NEGATIVE_INFINITY || precision > best.precision + margin)
      best = { textWeight, precision };
    advance?.(1);
  }
  return best;
}

/** How far above chance the 5 nearest items must agree in category, 0 to 1, for the content to suffice on its own. */
const CLEAR = 0.5;
/** Minimum number of products with a category for that judgement. */
const MIN_JUDGED = 20;
/** Weight of the category where content says everything, which is the pages' default, and where it says nothing. */
const [MIN_WEIGHT, MAX_WEIGHT] = [0.1, 4];

/**
 * How much lists of similar items lean on the category: the more, the less the content tells categories apart.
 * @returns undefined for the default of the pages
 */
export function similarWeights(categories: readonly string[], precision: number): Manifest['similar'] {
  const { chance, most, count } = agreement(categories);
  const clear = (precision - chance) / (most - chance);
  // Items in several categories have facets, such as genres, and sharing one says little.
  const facets = categories.filter((category) => category.includes('|')).length > count / 2;
  if (facets || count < MIN_JUDGED || !(clear < CLEAR)) return undefined;
  return {
    category: Number((MIN_WEIGHT + (MAX_WEIGHT - MIN_WEIGHT) * (1 - (Math.max(0, clear) / CLEAR) ** 2)).toFixed(2)),
  };
}

/** How often the nearest items agree in category by chance, and at most: a category may have fewer than 5 other products. */
function agreement(categories: readonly string[]): { chance: number; most: number; count: number } {
  const sizes = new Map<string, number>();
  for (const category of categories) if (category !== '') sizes.set(category, (sizes.get(category) ?? 0) + 1);
  const sum = (of: (size: number) => number): number => [...sizes.values()].reduce((all, size) => all + of(size), 0);
  const count = sum((size) => size);
  return {
    chance: sum((size) => size * (size - 1)) / (count * (count - 1)),
    most: sum((size) => (size * Math.min(NEAREST, size - 1)) / NEAREST) / count,
    count,
  };
}

export function contentNotes(joined: JoinedText | null, similar: Manifest['similar'], precision: number): string[] {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const by =
    joined &&
    (joined.share === 0
      ? 'Texts are compared by their words.'
      : `Texts are compared by the text encoder (${percent(joined.share)}) and by their words (${percent(1 - joined.share)}), which together tell the categories apart better than the encoder alone.`);
  const lean =
    similar &&
    `Of the 5 products nearest in content, ${percent(precision)} have the same category, so lists of similar products lean on the category (weight ${similar.category}).`;
  return [by, lean].filter((line) => typeof line === 'string');
}
