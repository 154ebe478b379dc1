/** Base vectors of a catalogue, the space of the clustering. */
export interface ClusterSpace {
  dims: number;
  /** [count * dims] */
  values: Float32Array;
}

export interface ClusterSizes {
  /** Target number of items in a cluster. */
  target: number;
  /** Maximum number of items in a cluster. */
  most: number;
}

/** Parts that a group is split into at a time; bounds the work per item, whatever the number of clusters. */
const BRANCHES = 16;
/** Rows per part on which the centres are computed. */
const SAMPLE = 128;
const ROUNDS = 8;

/**
 * Groups rows by hierarchical k-means: a group that is too large is split into up to 16 parts, and those again, until all
 * have `most` rows or fewer. The work grows with rows * log(rows). Centres start at evenly spaced rows of the given order,
 * so the same input gives the same clusters.
 * @param rows rows to group; their order decides ties
 * @returns rows of every cluster, in the given order
 */
export function clusterRows(space: ClusterSpace, rows: Int32Array, sizes: ClusterSizes): Int32Array[] {
  if (rows.length <= sizes.most) return rows.length > 0 ? [rows] : [];
  const parts = Math.min(BRANCHES, Math.max(2, Math.ceil(rows.length / sizes.target)));
  const groups = split(space, rows, parts);
  if (groups.length > 1) return groups.flatMap((group) => clusterRows(space, group, sizes));
  // All rows are equal, so any cut will do.
  const pieces = Math.ceil(rows.length / sizes.target);
  return Array.from({ length: pieces }, (_, n) =>
    rows.slice(Math.floor((n * rows.length) / pieces), Math.floor(((n + 1) * rows.length) / pieces)),
  );
}

/** Mean of some rows. @returns [dims] */
export function meanOf({ dims, values }: ClusterSpace, rows: Int32Array): Float32Array {
  const sums = new Float64Array(dims);
  for (const row of rows) for (let d = 0; d < dims; d++) sums[d] += values[row * dims + d];
  return Float32Array.from(sums, (sum) => sum / Math.max(1, rows.length));
}

export function squaredDistance(a: ClusterSpace, row: number, b: ClusterSpace, other: number): number {
  let sum = 0;
  const [from, to] = [row * a.dims, other * a.dims];
  for (let d = 0; d < a.dims; d++) {
    const apart = a.values[from + d] - b.values[to + d];
    sum += apart * apart;
  }
  return sum;
}

/** Index of the centre nearest to a row; the first one if several are equally near. */
export function nearestOf(space: ClusterSpace, row: number, centers: ClusterSpace): number {
  const { dims, values } = space;
  const count = centers.values.length / dims;
  const from = row * dims;
  let nearest = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let center = 0; center < count; center++) {
    let sum = 0;
    for (let d = 0, to = center * dims; d < dims && sum < best; d++, to++) {
      const apart = values[from + d] - centers.values[to];
      sum += apart * apart;
    }
    if (sum < best) {
      best = sum;
      nearest = center;
    }
  }
  return nearest;
}

function split(space: ClusterSpace, rows: Int32Array, parts: number): Int32Array[] {
  const size = Math.min(rows.length, parts * SAMPLE);
  const sample = Int32Array.from({ length: size }, (_, n) => rows[Math.floor((n * rows.length) / size)]);
  const starts = Int32Array.from({ length: parts }, (_, n) => sample[Math.floor(((n + 0.5) * size) / parts)]);
  let centers = { dims: space.dims, values: stack(starts, (row) => rowOf(space, row)) };
  for (let round = 0; round < ROUNDS; round++) {
    const groups = assign(space, sample, centers).filter((group) => group.length > 0);
    centers = { dims: space.dims, values: stack(groups, (group) => meanOf(space, group)) };
  }
  return assign(space, rows, centers).filter((group) => group.length > 0);
}

const rowOf = ({ dims, values }: ClusterSpace, row: number): Float32Array =>
  values.subarray(row * dims, (row + 1) * dims);

function stack<T>(parts: ArrayLike<T>, vectorOf: (part: T) => Float32Array): Float32Array {
  const vectors = Array.from(parts, vectorOf);
  const out = new Float32Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  for (const [n, vector] of vectors.entries()) out.set(vector, n * vector.length);
  return out;
}

function assign(space: ClusterSpace, rows: Int32Array, centers: ClusterSpace): Int32Array[] {
  const groups: number[][] = Array.from({ length: centers.values.length / centers.dims }, () => []);
  for (const row of rows) groups[nearestOf(space, row, centers)].push(row);
  return groups.map((group) => Int32Array.from(group));
}
