import { exactEigenpairs } from '../../common/eigen';
import { type ContentBlend, type ContentVectors, contentVectors, type FeatureTable, pickRows } from './feature-table';

/** Axes of the base vectors: the leading eigenvectors of the content vectors' second moment. */
export interface PrincipalAxes {
  /** Length of a base vector, at most `width`. */
  dims: number;
  /** Length of a content vector, 2D. */
  width: number;
  /** [dims * width], rows of length 1. */
  values: Float32Array;
}

/** Maximum number of rows used; an even selection gives the same axes as more rows, in a fraction of the time. */
const MAX_ROWS = 8192;
/** Number of items whose content vectors are in memory at a time. */
const CHUNK = 4096;

/**
 * The axes that preserve most of the dot products of these items' content vectors. Not centred, because the dot product of
 * two base vectors must approximate the cosine of the items. Each axis's largest component is positive, which makes the axes
 * deterministic.
 * @param dims number of axes; fewer if content vectors are shorter
 */
export function principalAxes(table: FeatureTable, blend: ContentBlend, dims: number): PrincipalAxes {
  const width = 2 * table.dim;
  const moment = new Float64Array(width * width);
  const step = Math.max(1, Math.ceil(table.count / MAX_ROWS));
  for (let row = 0; row < table.count; row += step) {
    const { values } = contentVectors(pickRows(table, [row]), blend);
    for (let i = 0; i < width; i++) {
      for (let j = 0; values[i] !== 0 && j <= i; j++) moment[i * width + j] += values[i] * values[j];
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) moment[j * width + i] = moment[i * width + j];
  const kept = Math.min(dims, width);
  return { dims: kept, width, values: Float32Array.from(exactEigenpairs(moment, width, kept).vectors) };
}

/** Base vectors of content vectors. @returns [count * dims] */
function baseVectors({ dims, width, values: axes }: PrincipalAxes, content: ContentVectors): Float32Array {
  const out = new Float32Array(content.count * dims);
  for (let row = 0; row < content.count; row++) {
    for (let axis = 0; axis < dims; axis++) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += content.values[row * width + d] * axes[axis * width + d];
      out[row * dims + axis] = sum;
    }
  }
  return out;
}

/**
 * Base vectors of a whole table, computed in chunks to avoid holding all content vectors in memory.
 * @param onProgress called with the number of rows processed
 * @returns [count * dims]
 */
export function tableBaseVectors(
  axes: PrincipalAxes,
  table: FeatureTable,
  blend: ContentBlend,
  onProgress?: (rows: number) => void,
): Float32Array {
  const out = new Float32Array(table.count * axes.dims);
  for (let start = 0; start < table.count; start += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, table.count - start) }, (_, n) => start + n);
    const part = pickRows(table, rows);
    out.set(baseVectors(axes, contentVectors(part, blend)), start * axes.dims);
    onProgress?.(start + part.count);
  }
  return out;
}
