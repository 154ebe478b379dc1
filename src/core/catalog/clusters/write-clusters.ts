import { sha256 } from '../../common/bytes';
import { encodeItems } from '../bundle/bundle-file';
import type { BundleFile, BundleSink, Manifest } from '../bundle/manifest-schema';
import type { Bundle } from '../bundle/read-bundle';
import type { CatalogStatistics } from '../catalog-statistics';
import { type Demand, withPopularity } from '../demand';
import { baseVectors, encodeAxes } from '../features/base-vectors';
import {
  type ContentBlend,
  contentBlend,
  contentVectors,
  encodeFeatureShard,
  type FeatureTable,
  pickRows,
} from '../features/feature-table';
import type { Item } from '../item';
import { productPopularity, variantGroups } from '../variants/variant-groups';
import type { BundleClusters } from './bundle-clusters';
import { CLUSTER_TIERS, encodeDirectory, encodeIdBuckets, TIER_EXTENSIONS } from './cluster-directory';
import { type PreviousClusters, planClusters } from './cluster-plan';

/** Rows of the items in each items file: in the files that a page loads first, and in the files of the clusters, if any. */
export interface ItemPlaces {
  head: readonly (readonly number[])[];
  members?: readonly (readonly number[])[];
}

export const rowsFrom = (start: number, count: number): number[] => Array.from({ length: count }, (_, n) => start + n);

/** Length of base vectors. */
const DIMS = 64;
/** Number of items in the head, which a page loads before it knows the shopper. */
const HEAD = 512;

/** Stores one file under a name that follows from its bytes. */
export type PutFile = (stem: string, extension: string, bytes: Uint8Array) => Promise<BundleFile>;

/** Writes files under names that contain their digests. */
export const putInto =
  (sink: BundleSink): PutFile =>
  async (stem, extension, bytes) => {
    const digest = await sha256(bytes);
    const file = `${stem}-${digest.slice(0, 16)}.${extension}`;
    await sink(file, bytes);
    return { file, sha256: digest, bytes: bytes.byteLength };
  };

export interface ClusterContent {
  items: Item[];
  features: FeatureTable;
  blend: ContentBlend;
  /** Target number of items per cluster; the maximum is twice as many. */
  clusterItems: number;
  previous: PreviousClusters | null;
  onProgress?: (step: 'group' | 'write', items: number, total: number) => void;
}

/** A catalogue in clusters, without its head. */
export interface ClusteredItems {
  items: Item[];
  features: FeatureTable;
  /** Rows of each cluster, by id. */
  members: readonly (readonly number[])[];
  /** The member of each cluster nearest to its centroid that is in stock, as a row; null without any. */
  middles: readonly (number | null)[];
}

type ClustersEntry = NonNullable<Manifest['clusters']>;

/**
 * Writes a catalogue in clusters.
 * @returns also their entry in the manifest, which lacks the head
 */
export async function writeClusters(
  { items, features, blend, clusterItems, previous, onProgress }: ClusterContent,
  put: PutFile,
): Promise<ClusteredItems & { clusters: Omit<ClustersEntry, 'head' | 'statistics'> }> {
  const sizes = { target: clusterItems, most: 2 * clusterItems };
  const grouped = (rows: number): void => onProgress?.('group', rows, items.length);
  const plan = planClusters(items, features, blend, { ...sizes, dims: DIMS, previous, onProgress: grouped });
  const { rows, centroids, radii, axes } = plan;
  const files = [];
  const middles: (number | null)[] = [];
  let written = 0;
  for (const [cluster, members] of rows.entries()) {
    const bytes = {
      items: encodeItems(Array.from(members, (row) => items[row])),
      features: encodeFeatureShard(pickRows(features, members), 0, members.length),
    };
    const stored: Partial<Record<(typeof CLUSTER_TIERS)[number], BundleFile>> = {};
    for (const tier of CLUSTER_TIERS) stored[tier] = await put(tier, TIER_EXTENSIONS[tier], bytes[tier]);
    const start = cluster * axes.dims;
    const base = baseVectors(axes, contentVectors(pickRows(features, members), blend));
    middles.push(middleOf(items, members, base, centroids.values.subarray(start, start + axes.dims)));
    written += members.length;
    onProgress?.('write', written, items.length);
    files.push(stored as Record<(typeof CLUSTER_TIERS)[number], BundleFile>);
  }
  const ids: BundleFile[] = [];
  const idsOf = rows.map((members) => Array.from(members, (row) => items[row].id));
  for (const bytes of encodeIdBuckets(idsOf)) ids.push(await put('ids', 'bin', bytes));
  const counts = Uint32Array.from(rows, (members) => members.length);
  const directory = { centroids: { dims: axes.dims, ...centroids }, radii, counts, files, ids };
  const clusters = {
    count: rows.length,
    dims: axes.dims,
    largest: counts.reduce((most, count) => Math.max(most, count), 0),
    directory: await put('directory', 'bin', encodeDirectory(directory)),
    axes: await put('axes', 'bin', encodeAxes(axes)),
  };
  return { clusters, items, features, members: rows.map((all) => [...all]), middles };
}

/**
 * Writes the head of a catalogue and the statistics of its popularity.
 * @param demand is the popularity if the feed has none
 * @param statistics of the items
 * @returns entries of the manifest, and the rows of the head
 */
export async function writeHead(
  { items, features, members, middles }: ClusteredItems,
  demand: Demand | null | undefined,
  statistics: CatalogStatistics,
  put: PutFile,
): Promise<{ clusters: Pick<ClustersEntry, 'head' | 'statistics'>; head: number[] }> {
  // In the order of the clusters, so that a build and a training, which know the items in other orders, choose the same.
  const order = members.flat();
  const placeOf = new Map(order.map((row, place) => [row, place]));
  const known = withPopularity(items, demand);
  const ordered = order.map((row) => known[row]);
  const central = [...members.keys()].sort((a, b) => members[b].length - members[a].length || a - b);
  const representing = central.flatMap((cluster) => placeOf.get(middles[cluster] ?? -1) ?? []);
  const head = headPlaces(ordered, representing, HEAD).map((place) => order[place]);
  const popularity = productPopularity(ordered);
  const text = `${JSON.stringify({ ...statistics, popularity })}\n`;
  const clusters = {
    statistics: await put('statistics', 'json', new TextEncoder().encode(text)),
    head: {
      count: head.length,
      items: await put('items', 'json', encodeItems(head.map((row) => items[row]))),
      features: await put('features', 'bin', encodeFeatureShard(pickRows(features, head), 0, head.length)),
    },
  };
  return { clusters, head };
}

/** A bundle with clusters that was opened as a whole: its items are in the order of the clusters. */
export async function clusteredItems(
  { items, features, manifest }: Bundle,
  clusters: BundleClusters,
): Promise<ClusteredItems> {
  const [directory, axes, blend] = [await clusters.directory(), await clusters.axes(), contentBlend(manifest)];
  const members: number[][] = [];
  const middles: (number | null)[] = [];
  const { dims, values } = directory.centroids;
  let start = 0;
  for (const [cluster, count] of directory.counts.entries()) {
    const rows = rowsFrom(start, count);
    const centroid = values.subarray(cluster * dims, (cluster + 1) * dims);
    const base = baseVectors(axes, contentVectors(pickRows(features, rows), blend));
    members.push(rows);
    middles.push(middleOf(items, rows, base, centroid));
    start += count;
  }
  return { items, features, members, middles };
}

/**
 * Items that represent a catalogue to an unknown shopper: half are the most popular ones, the rest the
 * central items of the largest clusters, to represent every large group of items. Items out of stock are left out.
 * The variants of a product are included all together or not at all.
 * @param central places of the central items, of the largest cluster first
 * @returns places, at most `count`; all different
 */
function headPlaces(items: readonly Item[], central: readonly number[], count: number): number[] {
  const groups = variantGroups(items);
  const popularity = items.map((item, row) => (groups ? groups.popularity[row] : item.popularity) ?? 0);
  const popular = Int32Array.from(
    [...items.keys()].filter((row) => popularity[row] > 0 && isAvailable(items[row])),
  ).sort((a, b) => popularity[b] - popularity[a] || a - b);
  const chosen = new Set<number>();
  const add = (rows: Iterable<number>, most: number): void => {
    for (const row of rows) {
      if (chosen.size >= most) break;
      const variants = groups?.of[row] ?? [row];
      if (chosen.has(row) || chosen.size + variants.length > count) continue;
      for (const variant of variants) chosen.add(variant);
    }
  };
  add(popular, Math.floor(count / 2));
  add(central, count);
  add(popular, count);
  // A head must not be empty, even if no item is in stock.
  if (chosen.size === 0) chosen.add(0);
  return [...chosen];
}

const isAvailable = ({ availability }: Item): boolean => availability !== 'out-of-stock';

/** The member nearest to the centroid. @param base vectors of the members, in their order */
function middleOf(
  items: readonly Item[],
  members: ArrayLike<number>,
  base: Float32Array,
  centroid: Int8Array,
): number | null {
  let middle: number | null = null;
  let best = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < members.length; n++) {
    if (!isAvailable(items[members[n]])) continue;
    const nearness = centroid.reduce((sum, value, d) => sum + value * base[n * centroid.length + d], 0);
    if (nearness <= best) continue;
    best = nearness;
    middle = members[n];
  }
  return middle;
}
