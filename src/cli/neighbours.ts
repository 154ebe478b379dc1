import { dequantize, type FeatureTable, type Manifest, type Modality } from '../catalog';

/** What two items are compared by. */
export type Basis = Modality | 'both';
export const BASES: readonly Basis[] = ['text', 'image', 'both'];

/** Unit vectors of items; `has[i]` is false where an item has nothing to compare by (no picture, no text). */
export interface Vectors {
  width: number;
  /** [items, width] */
  values: Float32Array;
  has: boolean[];
}

/** What content vectors are made from: an open bundle, for instance. */
export interface VectorSource {
  features: FeatureTable;
  manifest: Pick<Manifest, 'modalities'>;
}

/**
 * The content vectors of a bundle: the content tap of one modality at length 1; for `both` the two after one another,
 * each at length 1, scaled to length 1 together.
 */
export function contentVectors(bundle: VectorSource, basis: Basis): Vectors {
  if (basis === 'both') {
    const [text, image] = [contentVectors(bundle, 'text'), contentVectors(bundle, 'image')];
    const width = text.width + image.width;
    const values = new Float32Array(text.has.length * width);
    for (let i = 0; i < text.has.length; i++) {
      values.set(text.values.subarray(i * text.width, (i + 1) * text.width), i * width);
      values.set(image.values.subarray(i * image.width, (i + 1) * image.width), i * width + text.width);
    }
    return { width, values, has: normalise(values, width) };
  }
  const { features, manifest } = bundle;
  const taps = features.taps[basis];
  const tap = manifest.modalities[basis].contentTap;
  const all = dequantize(
    features,
    basis,
    Array.from({ length: features.count }, (_, i) => i),
  );
  const width = features.dim;
  const values = new Float32Array(features.count * width);
  for (let i = 0; i < features.count; i++) {
    const from = (i * taps + tap) * width;
    values.set(all.subarray(from, from + width), i * width);
  }
  return { width, values, has: normalise(values, width) };
}

function normalise(values: Float32Array, width: number): boolean[] {
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = values.subarray(i * width, (i + 1) * width);
    const length = Math.hypot(...row);
    if (length > 0) for (let d = 0; d < width; d++) row[d] /= length;
    return length > 0;
  });
}

export interface Neighbour {
  index: number;
  /** Cosine, -1 to 1. */
  similarity: number;
}

/** The `k` items nearest to item `index` by cosine, nearest first; equal ones in catalogue order. */
export function nearest({ values, width, has }: Vectors, index: number, k: number): Neighbour[] {
  const best: Neighbour[] = [];
  if (!has[index]) return best;
  for (let other = 0; other < has.length; other++) {
    if (other === index || !has[other]) continue;
    let similarity = 0;
    for (let d = 0; d < width; d++) similarity += values[index * width + d] * values[other * width + d];
    if (best.length === k && similarity <= best[k - 1].similarity) continue;
    const place = best.findIndex((neighbour) => similarity > neighbour.similarity);
    best.splice(place === -1 ? best.length : place, 0, { index: other, similarity });
    if (best.length > k) best.pop();
  }
  return best;
}

/**
 * Share of the `k` nearest neighbours that have the same category, averaged over the items that have a category and
 * something to compare by. NaN when there is no such item.
 */
export function categoryPrecision(vectors: Vectors, categories: readonly string[], k: number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < categories.length; i++) {
    if (!vectors.has[i] || categories[i] === '') continue;
    const neighbours = nearest(vectors, i, k);
    sum += neighbours.filter((neighbour) => categories[neighbour.index] === categories[i]).length / k;
    count++;
  }
  return sum / count;
}
