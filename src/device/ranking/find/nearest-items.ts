import { type FeatureTable, rowsPerItem } from '../../../core/catalog';

/** A query that an encoder has read: the content tap of its modality, projected like the items'. */
export interface QueryVector {
  modality: 'text' | 'image';
  /** [dim], of any length */
  values: Float32Array;
}

/**
 * How near each item is to a query in the encoder's space, as a share of the nearest item's cosine; 0 for items that point elsewhere,
 * or have no features.
 * @param tap of the modality, by which items are compared
 * @returns [items]
 */
export function nearestItems(table: FeatureTable, { modality, values: query }: QueryVector, tap: number): Float32Array {
  const { count, dim, taps, values, scales } = table;
  const perItem = rowsPerItem(table);
  const offset = (modality === 'text' ? 0 : taps.text) + tap;
  const cosines = new Float32Array(count);
  let highest = 0;
  for (let item = 0; item < count; item++) {
    const row = item * perItem + offset;
    if (scales[row] === 0) continue;
    let [product, square] = [0, 0];
    for (let d = 0, at = row * dim; d < dim; d++, at++) {
      product += query[d] * values[at];
      square += values[at] * values[at];
    }
    // The scale of a row cancels out, and so does the query's length.
    if (product > 0) cosines[item] = product / Math.sqrt(square);
    highest = Math.max(highest, cosines[item]);
  }
  return highest > 0 ? cosines.map((cosine) => cosine / highest) : cosines;
}
