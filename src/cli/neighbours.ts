import type { FeatureTable, Manifest, Modality } from '../catalog';
import { contentVectors as blended, type ContentBlend, type ContentVectors, contentBlend } from '../ranking';

/** What two items are compared by. */
export type Basis = Modality | 'both';
export const BASES: readonly Basis[] = ['text', 'image', 'both'];

/** Unit vectors of items; `has[i]` is false where an item has nothing to compare by (no picture, no text). */
export interface Vectors extends ContentVectors {
  has: boolean[];
}

/** What content vectors are made from: an open bundle, for instance. */
export interface VectorSource {
  features: FeatureTable;
  manifest: Pick<Manifest, 'modalities'>;
}

/** The content vectors of a bundle: the content tap of one modality, or both as the bundle blends them. */
export function contentVectors({ features, manifest }: VectorSource, basis: Basis): Vectors {
  const blend = contentBlend(manifest);
  if (basis === 'both') return vectorsOf(features, blend);
  const weights = { text: 0, image: 0, [basis]: 1 };
  return vectorsOf(features, {
    text: { ...blend.text, weight: weights.text },
    image: { ...blend.image, weight: weights.image },
  });
}

/** Content vectors by a blend of one's own. */
export function vectorsOf(features: FeatureTable, blend: ContentBlend): Vectors {
  const vectors = blended(features, blend);
  const { count, width, values } = vectors;
  const has = Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width).some((x) => x !== 0));
  return { ...vectors, has };
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
