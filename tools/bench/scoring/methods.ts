import { type ByteMatrix, createByteMatrix } from '../../../src/core/kernel';
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

/** Our scan: every row, as int8 with a scale for text and one for picture, on vector instructions. */
export const byteScan: Method = {
  name: 'int8 scan',
  async build({ count, width, values }) {
    const matrix = byteMatrix(count, width, 2);
    matrix.fillRounded(values);
    return {
      search: (query) => topRows(matrix.products([query])[0], TOP),
      widen: never,
      // Rows, two scales each, and the results of up to eight queries.
      bytes: () => count * (width + 2 * 4 + 8 * 4),
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

/** @throws Error if vector instructions are not available */
export function byteMatrix(count: number, width: number, parts: number): ByteMatrix {
  const matrix = createByteMatrix(count, width, parts);
  if (!matrix) throw new Error('the kernel cannot run here');
  return matrix;
}
