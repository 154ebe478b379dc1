import { type ContentVectors, contentBlend, contentVectors } from '../../../src/core/catalog';
import { createMatrix } from '../../../src/core/kernel';
import { topRows } from '../../../src/device/ranking';
import { syntheticContent } from '../catalogs';

/** Number of results of a query. */
export const TOP = 10;

/** Unit vectors that all methods search, and the queries. */
export interface VectorSet {
  count: number;
  width: number;
  /** [count, width], rows of length 1. */
  values: Float32Array;
  /** Unit vectors, like the profile of a shopper's latest views: the mean of three nearby items. */
  queries: Float32Array[];
  /** Of each query, the rows of the ten largest dot products, computed in 32-bit floats. */
  truth: number[][];
}

/** A synthetic catalogue whose items are about topics: content vectors of 128 + 128 dimensions. */
export async function vectorsOf(count: number, queries: number): Promise<VectorSet> {
  const { features, encoders } = await syntheticContent(count);
  return vectorSet(contentVectors(features, contentBlend({ modalities: encoders })), queries);
}

function vectorSet(vectors: ContentVectors, wanted: number): VectorSet {
  const { count, width, values } = vectors;
  const matrix = createMatrix(count, width);
  for (let row = 0; row < count; row++) matrix.row(row).set(values.subarray(row * width, (row + 1) * width));
  const seeds = Array.from({ length: wanted }, (_, n) => Math.floor((n + 0.5) * 0.618 * count) % count);
  const rowOf = (row: number): Float32Array => values.subarray(row * width, (row + 1) * width);
  const queries = matrix.products(seeds.map(rowOf)).map((similar, n) => {
    const near = topRows(similar, 40);
    const rows = [seeds[n], near[13], near[29]].map(rowOf);
    return unit(rows[0].map((value, d) => value + rows[1][d] + rows[2][d]));
  });
  const truth = matrix.products(queries).map((similar) => topRows(similar, TOP));
  return { count, width, values, queries, truth };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Share of the true results that were found, over all queries. */
export function recallOf(found: readonly (readonly number[])[], truth: readonly (readonly number[])[]): number {
  const hits = found.map((rows, n) => truth[n].filter((row) => rows.includes(row)).length);
  return hits.reduce((sum, hit) => sum + hit, 0) / (TOP * found.length);
}
