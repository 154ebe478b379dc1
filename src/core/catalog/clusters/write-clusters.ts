import { quantizeRow, sha256 } from '../../common/bytes';
import { decodeItems, encodeItems } from '../bundle/bundle-file';
import type { BundleFile, BundleSink, Manifest } from '../bundle/manifest-schema';
import type { Bundle } from '../bundle/read-bundle';
import { encodeAxes, encodeVectorShard } from '../features/base-vectors';
import { type ContentBlend, encodeFeatureShard, type FeatureTable, pickRows } from '../features/feature-table';
import type { Item } from '../item';
import { productStatistics, variantGroups } from '../variants/variant-groups';
import { CLUSTER_TIERS, encodeDirectory, encodeIdBuckets, TIER_EXTENSIONS } from './cluster-directory';
import { type ClusterPlan, type PreviousClusters, planClusters } from './cluster-plan';

/** Rows of the items in each items file: in the files that a page loads first, and in the files of the clusters, if any. */
export interface ItemPlaces {
  head: readonly (readonly number[])[];
  members?: readonly (readonly number[])[];
}

/**
 * Where the items of a bundle of clusters are; null for a bundle without clusters.
 * @param bundle opened as a whole: its items are in the order of the clusters
 */
export async function itemPlaces({
  manifest: { clusters: named, head },
  items,
  clusters,
  file,
}: Bundle): Promise<Required<ItemPlaces> | null> {
  if (!clusters || !named) return null;
  const { counts } = await clusters.directory();
  let start = 0;
  const members = Array.from(counts, (count) => {
    start += count;
    return Array.from({ length: count }, (_, n) => start - count + n);
  });
  const { items: stored, count } = named.head;
  const first = head ?? decodeItems(await file(stored), stored.file, count);
  const rowOf = new Map(items.map(({ id }, row) => [id, row]));
  return { head: [first.map(({ id }) => rowOf.get(id) ?? -1)], members };
}

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

/**
 * Writes a catalogue in clusters.
 * @returns the manifest's entry; the rows of `items` in the head, as one file, and in each cluster; and their order in which a
 *   reader gets them: by cluster, then by id
 */
export async function writeClusters(
  { items, features, blend, clusterItems, previous, onProgress }: ClusterContent,
  put: PutFile,
): Promise<{ clusters: NonNullable<Manifest['clusters']>; head: number[][]; members: number[][]; order: number[] }> {
  const sizes = { target: clusterItems, most: 2 * clusterItems };
  const grouped = (rows: number): void => onProgress?.('group', rows, items.length);
  const plan = planClusters(items, features, blend, { ...sizes, dims: DIMS, previous, onProgress: grouped });
  const { rows, centroids, radii, axes } = plan;
  const files = [];
  let written = 0;
  for (const members of rows) {
    const bytes = {
      vectors: encodeVectorShard(memberVectors(plan, members)),
      items: encodeItems(Array.from(members, (row) => items[row])),
      features: encodeFeatureShard(pickRows(features, members), 0, members.length),
    };
    const stored: Partial<Record<(typeof CLUSTER_TIERS)[number], BundleFile>> = {};
    for (const tier of CLUSTER_TIERS) stored[tier] = await put(tier, TIER_EXTENSIONS[tier], bytes[tier]);
    written += members.length;
    onProgress?.('write', written, items.length);
    files.push(stored as Record<(typeof CLUSTER_TIERS)[number], BundleFile>);
  }
  const ids: BundleFile[] = [];
  const idsOf = rows.map((members) => Array.from(members, (row) => items[row].id));
  for (const bytes of encodeIdBuckets(idsOf)) ids.push(await put('ids', 'bin', bytes));
  const counts = Uint32Array.from(rows, (members) => members.length);
  const directory = { centroids: { dims: axes.dims, ...centroids }, radii, counts, files, ids };
  const rowsOfHead = headRows(items, plan, HEAD);
  const head = Array.from(rowsOfHead, (row) => items[row]);
  const statistics = new TextEncoder().encode(`${JSON.stringify(productStatistics(items, variantGroups(items)))}\n`);
  const clusters = {
    count: rows.length,
    dims: axes.dims,
    largest: counts.reduce((most, count) => Math.max(most, count), 0),
    directory: await put('directory', 'bin', encodeDirectory(directory)),
    axes: await put('axes', 'bin', encodeAxes(axes)),
    statistics: await put('statistics', 'json', statistics),
    head: {
      count: head.length,
      items: await put('items', 'json', encodeItems(head)),
      features: await put('features', 'bin', encodeFeatureShard(pickRows(features, rowsOfHead), 0, head.length)),
    },
  };
  const members = rows.map((all) => [...all]);
  return { clusters, head: [[...rowsOfHead]], members, order: members.flat() };
}

function memberVectors({ base, axes: { dims } }: ClusterPlan, members: Int32Array) {
  const count = members.length;
  const shard = { count, dims, values: new Int8Array(count * dims), scales: new Float32Array(count) };
  for (const [n, row] of members.entries()) {
    shard.scales[n] = quantizeRow(base.subarray(row * dims, (row + 1) * dims), shard.values, n * dims);
  }
  return shard;
}

/**
 * Items that represent a catalogue to an unknown shopper: half are the most popular ones, the rest the
 * central items of the largest clusters, to represent every large group of items. Items out of stock are left out.
 * The variants of a product are included all together or not at all.
 * @returns rows, at most `count`; all different
 */
function headRows(items: readonly Item[], plan: ClusterPlan, count: number): Int32Array {
  const available = (row: number): boolean => items[row].availability !== 'out-of-stock';
  const groups = variantGroups(items);
  const popularity = items.map((item, row) => (groups ? groups.popularity[row] : item.popularity) ?? 0);
  const popular = Int32Array.from([...items.keys()].filter((row) => popularity[row] > 0 && available(row))).sort(
    (a, b) => popularity[b] - popularity[a] || a - b,
  );
  const chosen = new Set<number>();
  const add = (row: number): void => {
    const rows = groups?.of[row] ?? [row];
    if (!chosen.has(row) && chosen.size + rows.length <= count) for (const variant of rows) chosen.add(variant);
  };
  for (const row of popular) {
    if (chosen.size >= Math.floor(count / 2)) break;
    add(row);
  }
  const largest = [...plan.rows.keys()].sort((a, b) => plan.rows[b].length - plan.rows[a].length || a - b);
  for (const cluster of largest) {
    if (chosen.size >= count) break;
    const middle = middleOf(plan, cluster, available);
    if (middle !== null) add(middle);
  }
  for (const row of popular) {
    if (chosen.size >= count) break;
    add(row);
  }
  // A head must not be empty, even if no item is in stock.
  if (chosen.size === 0) chosen.add(0);
  return Int32Array.from(chosen);
}

/** The member nearest to the centroid. */
function middleOf(plan: ClusterPlan, cluster: number, available: (row: number) => boolean): number | null {
  const { dims } = plan.axes;
  let middle: number | null = null;
  let best = Number.NEGATIVE_INFINITY;
  for (const row of plan.rows[cluster]) {
    if (!available(row)) continue;
    let sum = 0;
    for (let d = 0; d < dims; d++) sum += plan.base[row * dims + d] * plan.centroids.values[cluster * dims + d];
    if (sum > best) {
      best = sum;
      middle = row;
    }
  }
  return middle;
}
