import { type FeatureTable, rowsPerItem } from '../../../core/catalog';
import { deviation } from '../rules/apply-rules';

/** A query, encoded and projected like the items. */
export interface QueryVector {
  modality: 'text' | 'image';
  /** For a text, the tap by which items are compared, [dim]; for a picture, all taps, [taps * dim]. */
  values: Float32Array;
  /** For a text: texts without meaning, by the same tap, [dim] each. They tell which items are near by chance. */
  noise?: readonly Float32Array[] | undefined;
}

/** The place, among the nearest items, of the one whose cosine tells whether a text means anything in this shop. */
const TELLING = 5;

/**
 * How near the text of each item is to a query: how far its cosine exceeds the floor, as a share of the nearest item's excess. It is 0 for
 * items that are no nearer than to texts without meaning, and for all if the query itself has none here: its fifth nearest item is no
 * nearer than those of such texts.
 * @param query [dim]
 * @param tap by which items are compared
 * @param floor of the cosine, from `noiseFloor`
 * @returns [items]
 */
export function nearestToText(table: FeatureTable, query: Float32Array, tap: number, floor: number): Float32Array {
  const near = cosines(table, tap, query, null);
  return telling(near) < floor ? near.fill(0) : relative(near.map((cosine) => Math.max(0, cosine - floor)));
}

/**
 * The cosine from which an item is nearer to a query than to texts without meaning: the mean over such texts of the cosine of the fifth
 * nearest item, and one standard deviation.
 * @param noise vectors of texts without meaning, [dim] each; none: 0
 */
export function noiseFloor(table: FeatureTable, noise: readonly Float32Array[], tap: number): number {
  if (noise.length === 0) return 0;
  const values = Float32Array.from(noise, (vector) => telling(cosines(table, tap, vector, null)));
  return values.reduce((sum, value) => sum + value, 0) / values.length + deviation(values);
}

/** The cosine of the fifth nearest item, or of the last one of fewer. */
function telling(near: Float32Array): number {
  const highest = near.slice(0, TELLING).sort();
  for (let item = TELLING; item < near.length; item++) {
    if (near[item] <= highest[0]) continue;
    highest[0] = near[item];
    highest.sort();
  }
  return highest[0] ?? 0;
}

/**
 * Exponent of the deviations by which the axes of a picture's taps are divided. Axes that vary widely in the catalogue tell
 * what kind of product a picture shows; the others tell products of one kind apart. With altered pictures of 100 products (cropped,
 * turned, darkened, compressed), 94 find their own product first; without this, and with only one tap, 69 do.
 */
const WHITENING = 0.75;

/**
 * How near the picture of each item is to a photo, by the mean cosine of all taps that are known of it, as a share of the
 * nearest item's; 0 for items that point elsewhere, or have no picture.
 * @param table has the content tap of the pictures
 * @param photos has the other taps of the first items; null if they are unknown
 * @param query [taps * dim]
 * @param contentTap place of the content tap among the taps of the query
 * @returns [items]
 */
export function nearestToPicture(
  table: FeatureTable,
  photos: FeatureTable | null,
  query: Float32Array,
  contentTap: number,
): Float32Array {
  const { dim, taps } = table;
  const near = (of: FeatureTable, row: number, tap: number): Float32Array => {
    const weights = deviations(of, row).map((deviation) => deviation ** -WHITENING);
    return cosines(of, row, query.subarray(tap * dim, (tap + 1) * dim), weights);
  };
  const sums = near(table, taps.text, contentTap);
  if (!photos) return relative(sums);
  const others = Array.from({ length: photos.taps.image }, (_, n) => near(photos, n, n < contentTap ? n : n + 1));
  for (let item = 0; item < photos.count; item++) {
    sums[item] = others.reduce((sum, cosine) => sum + cosine[item], sums[item]) / (1 + others.length);
  }
  return relative(sums);
}

/** The items' values relative to the highest one; 0 where they are not above 0. */
function relative(values: Float32Array): Float32Array {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  return values.map((value) => (value > 0 ? value / highest : 0));
}

/**
 * Cosines of a query with one row of every item; 0 for an item without it.
 * @param weights of the axes; null: all are 1
 */
function cosines(table: FeatureTable, offset: number, query: Float32Array, weights: Float32Array | null): Float32Array {
  const { count, dim, values, scales } = table;
  const perItem = rowsPerItem(table);
  const squares = Float32Array.from({ length: dim }, (_, d) => (weights?.[d] ?? 1) ** 2);
  const weighted = query.map((value, d) => value * squares[d]);
  const length = Math.sqrt(query.reduce((sum, value, d) => sum + value * weighted[d], 0)) || 1;
  const out = new Float32Array(count);
  for (let item = 0; item < count; item++) {
    const row = item * perItem + offset;
    if (scales[row] === 0) continue;
    let [product, square] = [0, 0];
    for (let d = 0, at = row * dim; d < dim; d++, at++) {
      product += weighted[d] * values[at];
      square += squares[d] * values[at] * values[at];
    }
    // The scale of a row cancels out.
    if (square > 0) out[item] = product / (Math.sqrt(square) * length);
  }
  return out;
}

/** Root mean square of each axis of a row over the items that have it, [dim]; 1 for an axis without values. */
function deviations(table: FeatureTable, offset: number): Float32Array {
  const { count, dim, values, scales } = table;
  const perItem = rowsPerItem(table);
  const sums = new Float64Array(dim);
  let items = 0;
  for (let item = 0; item < count; item++) {
    const row = item * perItem + offset;
    if (scales[row] === 0) continue;
    items++;
    for (let d = 0, at = row * dim; d < dim; d++, at++) sums[d] += (values[at] * scales[row]) ** 2;
  }
  return Float32Array.from(sums, (sum) => (sum > 0 ? Math.sqrt(sum / items) : 1));
}
