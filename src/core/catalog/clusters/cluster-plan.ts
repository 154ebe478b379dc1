import { quantizeRow } from '../../common/bytes';
import { type PrincipalAxes, principalAxes, tableBaseVectors } from '../features/base-vectors';
import type { ContentBlend } from '../features/content-vectors';
import type { FeatureTable } from '../features/feature-table';
import type { Item } from '../item';
import { type VariantGroups, variantGroups } from '../variants/variant-groups';
import type { ClusterDirectory } from './cluster-directory';
import { type ClusterSizes, type ClusterSpace, clusterRows, meanOf, nearestOf, squaredDistance } from './cluster-rows';

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
