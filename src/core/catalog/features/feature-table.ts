import { isScale, listReader, littleEndian, quantizedRows, quantizeRow } from '../../common/bytes';
import { invalidBundle } from '../bundle/bundle-file';
import type { Manifest } from '../bundle/manifest-schema';

/**
 * The features of a list of items: for each item, text taps then image taps, each a row of D int8 values with one
 * scale. Row r of item i of modality m starts at `((i * rowsPerItem) + offset(m) + r) * dim`; value = int8 * scale.
 * A missing modality (no picture, no text) has scale 0 in all its rows.
 */
export interface FeatureTable {
  count: number;
  /** Width D. */
  dim: number;
  /** Taps per modality, K+1. */
  taps: { text: number; image: number };
  /** [count * (taps.text + taps.image) * dim] */
  values: Int8Array;
  /** [count * (taps.text + taps.image)] */
  scales: Float32Array;
}

export const rowsPerItem = (table: Pick<FeatureTable, 'taps'>): number => table.taps.text + table.taps.image;

const rowAt = (table: FeatureTable, modality: 'text' | 'image', tap: number, item: number): number =>
  item * rowsPerItem(table) + (modality === 'text' ? 0 : table.taps.text) + tap;

/** A tap of one item: its scale, [1], and its values, [dim]. Both are parts of the table. */
export function tapPart(table: FeatureTable, modality: 'text' | 'image', tap: number, item: number) {
  const at = rowAt(table, modality, tap, item);
  const { dim, values, scales } = table;
  return { scale: scales.subarray(at, at + 1), values: values.subarray(at * dim, (at + 1) * dim) };
}

/** A tap of one item, [dim]. */
export function tapOf(...place: Parameters<typeof tapPart>): Float32Array {
  const { scale, values } = tapPart(...place);
  return Float32Array.from(values, (value) => value * scale[0]);
}

/** Replaces a tap of one item. @param row [dim] */
export function setTap(table: FeatureTable, modality: 'text' | 'image', tap: number, item: number, row: Float32Array) {
  const { scale, values } = tapPart(table, modality, tap, item);
  scale[0] = quantizeRow(row, values, 0);
}

/** Steps of the values in a bundle: pages compare whole rows, for which few steps suffice, and which compress to half. */
const BUNDLE_STEPS = 15;

/** The same features in the precision of a bundle. */
export function bundleFeatures(table: FeatureTable): FeatureTable {
  const { dim, values, scales } = table;
  const rows = Float32Array.from(values, (value, at) => value * scales[Math.floor(at / dim)]);
  return { ...table, ...quantizedRows(rows, dim, BUNDLE_STEPS) };
}

/**
 * The items at these rows, copied.
 * @param rows any order, repeats allowed
 * @param taps indices of the taps to keep, in their order; default all
 */
export function pickRows(
  table: FeatureTable,
  rows: ArrayLike<number>,
  taps: { text: readonly number[]; image: readonly number[] } = {
    text: [...Array(table.taps.text).keys()],
    image: [...Array(table.taps.image).keys()],
  },
): FeatureTable {
  const { dim } = table;
  const perItem = rowsPerItem(table);
  const wanted = [...taps.text, ...taps.image.map((tap) => table.taps.text + tap)];
  const picked = createTable({ dim, taps: { text: taps.text.length, image: taps.image.length } }, rows.length);
  for (let n = 0, to = 0; n < rows.length; n++) {
    for (let k = 0; k < wanted.length; k++, to++) {
      const from = rows[n] * perItem + wanted[k];
      picked.scales[to] = table.scales[from];
      picked.values.set(table.values.subarray(from * dim, (from + 1) * dim), to * dim);
    }
  }
  return picked;
}

/** Copies the rows of an item of a table to an item of another one of the same shape. */
export function copyItem(from: FeatureTable, item: number, to: FeatureTable, at: number): void {
  const rows = rowsPerItem(from);
  const width = rows * from.dim;
  to.values.set(from.values.subarray(item * width, (item + 1) * width), at * width);
  to.scales.set(from.scales.subarray(item * rows, (item + 1) * rows), at * rows);
}

/** Concatenates tables, which must agree in D and taps. A single table is returned without copying. */
export function concatTables(tables: readonly FeatureTable[]): FeatureTable {
  if (tables.length === 1) return tables[0];
  const size = (of: 'values' | 'scales' | null): number =>
    tables.reduce((sum, table) => sum + (of ? table[of].length : table.count), 0);
  const values = new Int8Array(size('values'));
  const scales = new Float32Array(size('scales'));
  let count = 0;
  for (const table of tables) {
    values.set(table.values, count * rowsPerItem(table) * table.dim);
    scales.set(table.scales, count * rowsPerItem(table));
    count += table.count;
  }
  return { ...tables[0], count, values, scales };
}

/** The rows of each item of a table. */
export type FeatureShape = Pick<FeatureTable, 'dim' | 'taps'>;

/** The features of a bundle: the tap of each modality by which items are compared. */
export const featureShape = ({ dim }: Pick<Manifest, 'dim'>): FeatureShape => ({ dim, taps: { text: 1, image: 1 } });

/** The rest of the pictures' taps, which only a search by photo reads. */
export const photoShape = ({ dim, modalities: { image } }: Pick<Manifest, 'dim' | 'modalities'>): FeatureShape => ({
  dim,
  taps: { text: 0, image: image.taps.length - 1 },
});

/** Indices of the taps of the pictures that a bundle's features lack. */
export const photoTaps = ({
  taps,
  contentTap,
}: Pick<Manifest['modalities']['image'], 'taps' | 'contentTap'>): number[] =>
  [...taps.keys()].filter((tap) => tap !== contentTap);

/** Writes a table, little-endian: float32 scales, item by item, text taps then image taps; then int8 values in the same order. */
export const encodeFeatureRows = ({ scales, values }: FeatureTable): Uint8Array<ArrayBuffer> =>
  littleEndian(scales, values);

/**
 * Reads the output of `encodeFeatureRows`.
 * @param file name of the file, for the message
 * @throws SidestreamError `bundle/invalid` when its length is wrong, or a scale is negative, not finite or too large
 */
export function decodeFeatureRows(bytes: ArrayBuffer, file: string, shape: FeatureShape, count: number): FeatureTable {
  const rows = count * rowsPerItem(shape);
  if (bytes.byteLength !== rows * (4 + shape.dim))
    throw invalidBundle(file, `does not have the features of ${count} items`);
  const scales = listReader(bytes).floats(rows);
  const bad = scales.findIndex((scale) => !isScale(scale));
  if (bad >= 0) throw invalidBundle(file, `row ${bad} has a scale of ${scales[bad]}`);
  return { count, dim: shape.dim, taps: { ...shape.taps }, values: new Int8Array(bytes, 4 * rows), scales };
}

/** A table for `count` items in which every row is missing (scale 0). */
export function createTable(shape: FeatureShape, count: number): FeatureTable {
  const rows = count * rowsPerItem(shape);
  return {
    count,
    dim: shape.dim,
    taps: { ...shape.taps },
    values: new Int8Array(rows * shape.dim),
    scales: new Float32Array(rows),
  };
}

/** How items of a table are compared by content: tap and weight of each modality. */
export interface ContentBlend {
  /** Index of the tap, and the weight of its cosine, 0 to 1. */
  text: { tap: number; weight: number };
  image: { tap: number; weight: number };
}

/** How the items of a bundle are compared, whose features have only the content taps. */
export const contentBlend = ({ modalities: { text, image } }: Pick<Manifest, 'modalities'>): ContentBlend => ({
  text: { tap: 0, weight: text.contentWeight },
  image: { tap: 0, weight: image.contentWeight },
});

/** Unit content vectors of a catalogue: text content tap ++ image content tap. */
export interface ContentVectors {
  count: number;
  /** 2D */
  width: number;
  /** [count * width], rows of length 1 (or 0 for an item without features). */
  values: Float32Array;
}

/** Scales the row that starts at `start` to `length`; a zero row stays zero. */
export function scaleRow(values: Float32Array, start: number, width: number, length = 1): void {
  let sum = 0;
  for (let d = start; d < start + width; d++) sum += values[d] * values[d];
  if (sum === 0) return;
  const scale = length / Math.sqrt(sum);
  for (let d = start; d < start + width; d++) values[d] *= scale;
}

/**
 * Content vectors from one tap of each modality, each scaled to length sqrt(weight), which makes the dot product of two
 * items the weighted mean of their cosines; an item with one modality is compared only by that one.
 */
export function contentVectors(table: FeatureTable, blend: ContentBlend): ContentVectors {
  const { count, dim, values: stored, scales } = table;
  const width = 2 * dim;
  const values = new Float32Array(count * width);
  for (let item = 0; item < count; item++) {
    for (const [part, modality] of (['text', 'image'] as const).entries()) {
      const { tap, weight } = blend[modality];
      const from = rowAt(table, modality, tap, item);
      const to = item * width + part * dim;
      for (let d = 0; d < dim; d++) values[to + d] = stored[from * dim + d] * scales[from];
      scaleRow(values, to, dim, Math.sqrt(weight));
    }
    scaleRow(values, item * width, width);
  }
  return { count, width, values };
}
