import { type ByteMatrix, createByteMatrix } from '../../../src/core/kernel';
import { baseProfile, Retrieval, topRows } from '../../../src/device/ranking';
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

/** Number of candidates whose complete vectors are compared. */
const CANDIDATES = 200;
const PROBES = [4, 8, 16, 32, 64, 128, 192, 384];

/** Our retrieval of a catalogue in clusters, by base vectors; its candidates are compared by their complete vectors. */
export const clustered: Method = {
  name: 'clustered retrieval',
  async build({ width, values, clustered: set }) {
    if (!set) throw new Error('these vectors are in no clusters');
    const { clusters, starts } = set;
    const [directory, axes] = [await clusters.directory(), await clusters.axes()];
    // Everything stays in memory, so that only the search is measured.
    const retrieval = new Retrieval(directory, (cluster) => clusters.vectors(cluster), Number.POSITIVE_INFINITY);
    const weights = { recent: 1, session: 0, nearestHistory: 0 };
    const none = new Float32Array(width);
    let level = 0;
    const search = async (query: Float32Array): Promise<number[]> => {
      const profile = baseProfile({ width, recent: query, session: none, past: [] }, axes);
      const options = { probes: PROBES[level], limit: CANDIDATES };
      const found = await retrieval.candidates(profile, weights, options);
      const rows = found.map(({ cluster, row }) => starts[cluster] + row);
      const scores = Float32Array.from(rows, (row) => {
        let sum = 0;
        for (let d = 0, at = row * width; d < width; d++, at++) sum += values[at] * query[d];
        return sum;
      });
      return topRows(scores, TOP).map((n) => rows[n]);
    };
    return {
      search,
      async widen() {
        if (level + 1 >= PROBES.length || PROBES[level] >= directory.clusters) return false;
        level++;
        return `${PROBES[level]} of ${directory.clusters} clusters`;
      },
      bytes: () => retrieval.bytes + directory.centroids.values.byteLength,
    };
  },
};

/** @throws Error if vector instructions are not available */
export function byteMatrix(count: number, width: number, parts: number): ByteMatrix {
  const matrix = createByteMatrix(count, width, parts);
  if (!matrix) throw new Error('the kernel cannot run here');
  return matrix;
}
