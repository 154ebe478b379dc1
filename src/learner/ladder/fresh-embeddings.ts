import { dequantize, type FeatureTable } from '../../catalog';
import type { Ladder } from '../../model';

/**
 * Embeddings by fresh experts, each layer mixes the next tap into its input.
 * @param gates the backbone's gate in every layer, see `freshGates`
 * @param weights as in `unitEmbeddings`
 */
export function freshEmbeddings(
  table: FeatureTable,
  rows: ArrayLike<number>,
  gates: Record<Ladder, number[]>,
  weights: Record<Ladder, number>,
): Float32Array {
  const { dim } = table;
  const result = new Float32Array(rows.length * dim * 2);
  for (const [half, ladder] of (['image', 'text'] as const).entries()) {
    const taps = table.taps[ladder];
    const values = dequantize(table, ladder, rows);
    for (let n = 0; n < rows.length; n++) {
      const row = result.subarray((n * 2 + half) * dim, (n * 2 + half + 1) * dim);
      for (let d = 0; d < dim; d++) {
        const start = n * taps * dim + d;
        row[d] = gates[ladder].reduce(
          (x, gate, layer) => gate * values[start + (layer + 1) * dim] + (1 - gate) * x,
          values[start],
        );
      }
      stretch(row, Math.sqrt(weights[ladder]));
    }
  }
  for (let start = 0; start < result.length; start += dim * 2) stretch(result.subarray(start, start + dim * 2), 1);
  return result;
}

/** Brings a row to a length; a row of zeros stays zeros. */
function stretch(row: Float32Array, length: number): void {
  let squares = 0;
  for (const x of row) squares += x * x;
  if (squares === 0) return;
  const factor = length / Math.sqrt(squares);
  for (let d = 0; d < row.length; d++) row[d] *= factor;
}
