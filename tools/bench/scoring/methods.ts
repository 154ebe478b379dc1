import { createMatrix, type Matrix } from '../../../src/core/kernel';
import { topRows } from '../../../src/device/ranking';
import { TOP, type VectorSet } from './vectors';

export interface Index {
  /** Rows of the ten nearest, best first. */
  search(query: Float32Array): number[] | Promise<number[]>;
  /** Makes it search more thoroughly. @returns false if it cannot, otherwise the change, in words */
  widen(): Promise<string | false>;
  /** Bytes in memory, including the vectors. */
  bytes(): number;
  free?(): void;
}

export interface Method {
  name: string;
  build(vectors: VectorSet): Promise<Index>;
}

/** For a method without such a setting. */
export const never = async (): Promise<false> => false;

/** Our scan: every row, on vector instructions. */
export const kernelScan: Method = {
  name: 'kernel scan',
  async build(vectors) {
    const matrix = kernelMatrix(vectors);
    return {
      search: (query) => topRows(matrix.products([query])[0], TOP),
      widen: never,
      // Rows, and the results of up to eight queries.
      bytes: () => 4 * vectors.count * (vectors.width + 8),
    };
  },
};

/** The obvious implementation: a loop over 32-bit floats. */
export const floatScan: Method = {
  name: 'Float32Array scan',
  build: async ({ count, width, values }) => ({
    search(query) {
      const out = new Float32Array(count);
      for (let row = 0, at = 0; row < count; row++) {
        let sum = 0;
        for (let d = 0; d < width; d++, at++) sum += values[at] * query[d];
        out[row] = sum;
      }
      return topRows(out, TOP);
    },
    widen: never,
    bytes: () => values.byteLength,
  }),
};

/** The vectors in the memory of the kernel, which must be loaded. */
export function kernelMatrix({ count, width, values }: VectorSet): Matrix {
  const matrix = createMatrix(count, width);
  for (let row = 0; row < count; row++) matrix.row(row).set(values.subarray(row * width, (row + 1) * width));
  return matrix;
}
