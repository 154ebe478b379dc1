import { quantizeRow } from '../../common/bytes';
import { type PrincipalAxes, principalAxes, tableBaseVectors } from '../features/base-vectors';
import type { ContentBlend, FeatureTable } from '../features/feature-table';
import type { Item } from '../item';
import { type VariantGroups, variantGroups } from '../variants/variant-groups';
import type { ClusterDirectory } from './cluster-directory';

export interface ClusterPlan {
  axes: PrincipalAxes;
  /** Base vectors of all items, [count * dims]. */
  base: Float32Array;
  /** Item rows of every cluster, by id. */
  rows: Int32Array[];
  /** [clusters * dims], one scale per cluster. */
  centroids: { values: Int8Array; scales: Float32Array };
  /** Distance of the furthest member from the centroid. */
  radii: Float32Array;
}

/** Clusters of the bundle that a new one replaces, made from comparable features. */
export interface PreviousClusters {
  axes: PrincipalAxes;
  directory: ClusterDirectory;
  /** Items, cluster by cluster. */
  items: readonly Pick<Item, 'id'>[];
}

export interface PlanOptions extends ClusterSizes {
  /** Length of base vectors. */
  dims: number;
  previous: PreviousClusters | null;
  /** Called with the number of items processed; computing vectors is one half of the work, grouping the other. */
  onProgress?: (items: number) => void;
}

/** Factor of growth or shrinkage from which a catalogue is clustered from scratch. */
const MAX_GROWTH = 2;
/** How far beyond the radius an item may be and still stay in its cluster, as a share of the radius. */
const RADIUS_TOLERANCE = 1e-4;

/**
 * Groups the items of a catalogue into clusters. If clusters exist already, an item stays in its cluster unless its vector
 * moved out of it, new items join the nearest centroid, and only clusters that became too large are split: all other
 * clusters keep their members, and therefore their files. The variants of a product share a cluster, because a page that
 * loads one variant needs them all; only a product with more variants than a cluster may hold is split.
 */
export function planClusters(
  items: readonly Pick<Item, 'id' | 'group'>[],
  table: FeatureTable,
  blend: ContentBlend,
  options: PlanOptions,
): ClusterPlan {
  const previous = options.previous && comparable(options.previous, items.length) ? options.previous : null;
  const axes = previous?.axes ?? principalAxes(table, blend, options.dims);
  const { onProgress } = options;
  const half = (rows: number): void => onProgress?.(Math.floor(rows / 2));
  const space = { dims: axes.dims, values: tableBaseVectors(axes, table, blend, half) };
  const variants = variantGroups(items);
  const groups = previous
    ? keptGroups(space, items, variants, previous, options)
    : splitProducts(space, Int32Array.from(items.keys()), variants, options).map(newGroup);
  const byId = (a: number, b: number): number => (items[a].id < items[b].id ? -1 : 1);
  const rows = groups.map((group) => Int32Array.from(group.rows).sort(byId));
  const values = new Int8Array(groups.length * space.dims);
  const scales = new Float32Array(groups.length);
  const radii = new Float32Array(groups.length);
  let measured = 0;
  for (const [cluster, { rows: members, kept }] of groups.entries()) {
    measured += members.length;
    onProgress?.(items.length - Math.floor((items.length - measured) / 2));
    const start = cluster * space.dims;
    if (kept) values.set(kept.values, start);
    scales[cluster] = kept ? kept.scale : quantizeRow(meanOf(space, members), values, start);
    const centroid = dequantized(space.dims, values.subarray(start, start + space.dims), scales.subarray(cluster));
    const furthest = members.reduce((most, row) => Math.max(most, squaredDistance(space, row, centroid, 0)), 0);
    radii[cluster] = Math.max(kept?.radius ?? 0, Math.sqrt(furthest));
  }
  return { axes, base: space.values, rows, centroids: { values, scales }, radii };
}

/** Members of a cluster, and the centroid that an earlier cluster keeps byte for byte. */
interface Group {
  rows: Int32Array;
  kept: { values: Int8Array; scale: number; radius: number } | null;
}

const newGroup = (rows: Int32Array): Group => ({ rows, kept: null });

const comparable = ({ items }: PreviousClusters, count: number): boolean =>
  count < MAX_GROWTH * items.length && items.length < MAX_GROWTH * count;

/** Like `clusterRows`, by the first variant of each product; its other variants join the same cluster. */
function splitProducts(
  space: ClusterSpace,
  rows: Int32Array,
  variants: VariantGroups | null,
  sizes: ClusterSizes,
): Int32Array[] {
  if (!variants) return clusterRows(space, rows, sizes);
  const members = new Map<number, number[]>();
  for (const row of rows) {
    const product = variants.of[row]?.[0] ?? row;
    const known = members.get(product);
    if (known) known.push(row);
    else members.set(product, [row]);
  }
  const split = (products: Int32Array, target: number): Int32Array[] =>
    clusterRows(space, products, { target, most: 2 * target }).flatMap((part) => {
      const all = Int32Array.from([...part].flatMap((product) => members.get(product) ?? []));
      if (all.length <= sizes.most) return [all];
      if (part.length === 1) return clusterRows(space, all, sizes);
      // Products with many variants leave room for fewer products.
      if (target > 1) return split(part, Math.floor(target / 2));
      return [...part].flatMap((product) => split(Int32Array.of(product), 1));
    });
  return split(Int32Array.from(members.keys()), Math.ceil((sizes.target * members.size) / rows.length));
}

function keptGroups(
  space: ClusterSpace,
  items: readonly Pick<Item, 'id'>[],
  variants: VariantGroups | null,
  { directory, items: before }: PreviousClusters,
  sizes: ClusterSizes,
): Group[] {
  const clusterOf = new Map<string, number>();
  for (let cluster = 0, row = 0; cluster < directory.clusters; cluster++) {
    for (const end = row + directory.counts[cluster]; row < end; row++) clusterOf.set(before[row].id, cluster);
  }
  const { radii, centroids: stored } = directory;
  const centroids = dequantized(space.dims, stored.values, stored.scales);
  const groups: number[][] = Array.from({ length: directory.clusters }, () => []);
  const clusters: number[] = [];
  for (const [row, { id }] of items.entries()) {
    const product = variants?.of[row]?.[0] ?? row;
    if (product < row) {
      clusters[row] = clusters[product];
      groups[clusters[row]].push(row);
      continue;
    }
    const old = clusterOf.get(id);
    const stays =
      old !== undefined &&
      Math.sqrt(squaredDistance(space, row, centroids, old)) <= radii[old] * (1 + RADIUS_TOLERANCE) + RADIUS_TOLERANCE;
    clusters[row] = stays ? old : nearestOf(space, row, centroids);
    groups[clusters[row]].push(row);
  }
  // Clusters from a split come last because the other clusters must keep their numbers.
  const more: Group[] = [];
  const kept = groups.flatMap((group, cluster): Group[] => {
    const rows = Int32Array.from(group);
    if (rows.length > sizes.most) {
      const [first, ...others] = splitProducts(space, rows, variants, sizes).map(newGroup);
      more.push(...others);
      return [first];
    }
    const values = stored.values.subarray(cluster * space.dims, (cluster + 1) * space.dims);
    return rows.length > 0 ? [{ rows, kept: { values, scale: stored.scales[cluster], radius: radii[cluster] } }] : [];
  });
  return [...kept, ...more];
}

/** @param scales one per row of `values` */
function dequantized(dims: number, values: Int8Array, scales: Float32Array): ClusterSpace {
  return { dims, values: Float32Array.from(values, (value, at) => value * scales[Math.floor(at / dims)]) };
}

/** Base vectors of a catalogue, the space of the clustering. */
interface ClusterSpace {
  dims: number;
  /** [count * dims] */
  values: Float32Array;
}

interface ClusterSizes {
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
function clusterRows(space: ClusterSpace, rows: Int32Array, sizes: ClusterSizes): Int32Array[] {
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
function meanOf({ dims, values }: ClusterSpace, rows: Int32Array): Float32Array {
  const sums = new Float64Array(dims);
  for (const row of rows) for (let d = 0; d < dims; d++) sums[d] += values[row * dims + d];
  return Float32Array.from(sums, (sum) => sum / Math.max(1, rows.length));
}

function squaredDistance(a: ClusterSpace, row: number, b: ClusterSpace, other: number): number {
  let sum = 0;
  const [from, to] = [row * a.dims, other * a.dims];
  for (let d = 0; d < a.dims; d++) {
    const apart = a.values[from + d] - b.values[to + d];
    sum += apart * apart;
  }
  return sum;
}

/** Index of the centre nearest to a row; the first one if several are equally near. */
function nearestOf(space: ClusterSpace, row: number, centers: ClusterSpace): number {
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
