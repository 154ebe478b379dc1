import { SidestreamError } from '../../../error';
import type { BundleClusters } from '../clusters/bundle-clusters';
import { encodeFileDirectory } from '../clusters/cluster-directory';
import type { PreviousClusters } from '../clusters/cluster-plan';
import { type ItemPlaces, putInto } from '../clusters/write-clusters';
import { type CooccurrenceTable, encodeCooccurrence, pickCooccurrence } from '../cooccurrence';
import { type Demand, encodeDemand, pickDemand } from '../demand';
import { type FeatureMeaning, sameFeatures } from '../features/decode-features';
import type { ContentVectors } from '../features/feature-table';
import type { Item } from '../item';
import { pickSideModel, placeByContent, type SideModel } from '../side-model/side-model';
import { encodeSideModel, encodeSideRows } from '../side-model/side-model-file';
import { variantGroups } from '../variants/variant-groups';
import type { LearnedFiles as TrainedFiles } from './late-files';
import { storeManifest } from './manifest-file';
import { BUNDLE_SCHEMA, type BundleFile, type BundleSink, type Manifest, MODALITIES } from './manifest-schema';

/** Data that a shop learned from its logs. */
export interface Learned {
  /** Co-occurrence of the bundle's items, in their order. */
  cooccurrence?: CooccurrenceTable;
  /** The side model of the bundle's items, in their order, and its entries in the manifest. */
  side?: { model: SideModel } & Pick<NonNullable<Manifest['side']>, 'weights' | 'training'>;
  /** Demand of the bundle's items, in their order. */
  demand?: Demand;
}

type LearnedFiles = Pick<Manifest, 'companions' | 'side' | 'demand'>;

/**
 * Adds trained files to a bundle, replacing its earlier ones: the files first, then one manifest that names them. Parts that
 * are not given stay. The previous bundle stays too: its items differ, and pages can fall back to it.
 * @param places of the items of a bundle with clusters, by `itemPlaces`; null for a bundle without clusters
 * @returns the new manifest
 * @throws SidestreamError `bundle/invalid` when a part is for another number of items than the bundle has
 */
export async function addLearned(
  manifest: Manifest,
  learned: Learned,
  sink: BundleSink,
  places: Required<ItemPlaces> | null = null,
): Promise<Manifest> {
  const { count } = manifest;
  const files = await putLearned(learned, count, sink, places && { ...places, order: rowsFrom(0, count) });
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA, ...files };
  await storeManifest(next, sink);
  return next;
}

/**
 * Writes the trained files of a bundle of `count` items.
 * @param clusters for a bundle with clusters: the trained row of each item, in the bundle's order and in each items file
 * @returns the manifest's entries
 * @throws SidestreamError `bundle/invalid` when a part is for another number of items
 */
export async function putLearned(
  { cooccurrence, side, demand }: Learned,
  count: number,
  sink: BundleSink,
  clusters: (Required<ItemPlaces> & { order: readonly number[] }) | null = null,
): Promise<LearnedFiles> {
  const order = clusters?.order;
  if (cooccurrence && cooccurrence.count !== count) {
    throw new SidestreamError(
      'bundle/invalid',
      `The co-occurrence table is for ${cooccurrence.count} items, but the bundle has ${count}. Train for this bundle.`,
    );
  }
  const put = putInto(sink);
  /** The model of the head, and the rows of each cluster: a page loads only the rows of its loaded clusters. */
  const putClusters = async (model: SideModel, { head, members }: Required<ItemPlaces>) => {
    checkRows(model, count);
    const rows = head.flat();
    const file = await put('side', 'bin', encodeSideModel(pickSideModel(model, rows), rows.length));
    const files: BundleFile[] = [];
    for (const of of members)
      files.push(await put('side', 'bin', encodeSideRows(pickSideModel(model, of), model.width)));
    return { ...file, clusters: await put('side', 'bin', encodeFileDirectory(files)) };
  };
  const learned: LearnedFiles = {};
  if (cooccurrence) {
    const { origin, support } = cooccurrence;
    const file = await put(
      'companions',
      'bin',
      encodeCooccurrence(order ? pickCooccurrence(cooccurrence, order) : cooccurrence),
    );
    learned.companions = { ...file, ...(origin ? { origin } : {}), ...(support ? { support: 'orders' } : {}) };
  }
  if (side) {
    const { model, weights, training } = side;
    const file = clusters
      ? await putClusters(model, clusters)
      : await put('side', 'bin', encodeSideModel(model, count));
    learned.side = { ...file, ...(weights ? { weights } : {}), ...(training ? { training } : {}) };
  }
  if (demand) {
    const { repeats } = demand;
    const file = await put('demand', 'bin', encodeDemand(order ? pickDemand(demand, order) : demand, count));
    learned.demand = repeats ? { ...file, repeats: { share: repeats.share, interval: repeats.interval } } : file;
  }
  return learned;
}

export const rowsFrom = (start: number, count: number): number[] => Array.from({ length: count }, (_, n) => start + n);

/** @throws SidestreamError `bundle/invalid` when the model is for another number of items */
function checkRows({ width, vectors, biases }: SideModel, count: number): void {
  if (biases.length === count && vectors.length === count * width) return;
  throw new SidestreamError(
    'bundle/invalid',
    `The side model is for ${biases.length} items, but the bundle has ${count}. Train for this bundle.`,
  );
}

/** The part of an item by which its trained data is found. */
type LearnedItem = Pick<Item, 'id' | 'group'>;

/** The parts of a bundle that the next one is made from: its trained data is kept by id when items come and go. */
export interface Predecessor extends Partial<Pick<TrainedFiles, 'cooccurrence' | 'demand' | 'side'>> {
  manifest: Manifest;
  items: readonly LearnedItem[];
  /** Where its items are, when it has clusters. */
  clusters?: BundleClusters | null;
}

/**
 * The trained files that a bundle shares with the bundle that it replaces, if the items are the same in the same order.
 * @param parts whether each items file also has the same items as before: the files of a side model follow the items files
 */
export function sharedLearned(
  { manifest: { companions, side, demand }, items }: Predecessor,
  after: readonly Pick<Item, 'id'>[],
  parts: boolean,
): LearnedFiles {
  if (items.length !== after.length || items.some(({ id }, row) => id !== after[row].id)) return {};
  return { ...(companions && { companions }), ...(side && parts && { side }), ...(demand && { demand }) };
}

/** The clusters of a bundle, if the vectors that they were made from are still comparable; else null. */
export async function previousClusters(
  { manifest, items, clusters }: Predecessor,
  after: FeatureMeaning,
): Promise<PreviousClusters | null> {
  const sameBlend = MODALITIES.every((modality) => {
    const [old, now] = [manifest.modalities[modality], after.modalities[modality]];
    return old.contentWeight === now.contentWeight;
  });
  if (!clusters || !sameBlend || !sameFeatures(manifest, after)) return null;
  return { axes: await clusters.axes(), directory: await clusters.directory(), items };
}

/** Whether the items files of two bundles with clusters have the same items, given the same items in the same order. */
export async function sameParts(
  { manifest, items, clusters }: Predecessor,
  { head, members }: Required<ItemPlaces>,
): Promise<boolean> {
  if (!clusters || !manifest.head || !manifest.side?.clusters) return false;
  const { counts } = await clusters.directory();
  const first = head.flat();
  return (
    counts.length === members.length &&
    members.every(({ length }, cluster) => length === counts[cluster]) &&
    manifest.head.length === first.length &&
    manifest.head.every(({ id }, n) => id === items[first[n]].id)
  );
}

/**
 * The trained data of the previous bundle for changed items: a known item keeps its own, a new variant gets its product's, and any
 * other new item the shop's average demand of repeats and a place in the side model by its content.
 * @param shared files that the bundle keeps as they are
 * @param content vectors of the items at some rows
 * @param groups rows of similar items: a new item is placed among its own group
 */
export async function keepLearned(
  { manifest, items, cooccurrence, demand, side }: Predecessor,
  shared: LearnedFiles,
  after: readonly LearnedItem[],
  content: (rows: readonly number[]) => ContentVectors,
  groups: readonly (readonly number[])[] = [rowsFrom(0, after.length)],
): Promise<Learned> {
  const { order, products } = previousRows(items, after);
  if (order.every((row) => row < 0)) return {};
  const table = shared.companions ? null : await cooccurrence?.();
  const counts = shared.demand ? null : await demand?.();
  const model = shared.side ? null : await side?.();
  const { weights, training } = manifest.side ?? {};
  return {
    ...(table && { cooccurrence: pickCooccurrence(table, products) }),
    ...(counts && { demand: pickDemand(counts, order) }),
    ...(model && { side: { model: placedModel(model, order, content, groups), weights, training } }),
  };
}

/**
 * The row that each item had, else that of another variant of its product; -1 for a new product.
 * @returns also `products`, for co-occurrence, which only the first variant of a product has: the row that had it for each first
 *   variant, at most once each, and -1 for the others
 */
function previousRows(before: readonly LearnedItem[], after: readonly LearnedItem[]) {
  const rowOf = new Map(before.map(({ id }, row) => [id, row]));
  const variants = variantGroups(after)?.of ?? [];
  const own = after.map(({ id }) => rowOf.get(id) ?? -1);
  const order = own.map((row, n) =>
    row < 0 ? (variants[n]?.map((other) => own[other]).find((of) => of >= 0) ?? -1) : row,
  );
  const earlier = variantGroups(before)?.of ?? [];
  const taken = new Set<number>();
  const products = order.map((row, n) => {
    const first = earlier[row]?.[0] ?? row;
    if ((variants[n]?.[0] ?? n) !== n || taken.has(first)) return -1;
    taken.add(first);
    return first;
  });
  return { order, products };
}

/** A side model for other items: those that it lacks are placed among their group by content. */
function placedModel(
  model: SideModel,
  order: readonly number[],
  content: (rows: readonly number[]) => ContentVectors,
  groups: readonly (readonly number[])[],
): SideModel {
  const kept = pickSideModel(model, order);
  const { width } = kept;
  for (const rows of groups) {
    const unknown = [...rows.keys()].filter((n) => order[rows[n]] < 0);
    if (unknown.length === 0) continue;
    const placed = placeByContent(pickSideModel(kept, rows), content(rows), unknown);
    for (const n of unknown) {
      kept.vectors.set(placed.vectors.subarray(n * width, (n + 1) * width), rows[n] * width);
      kept.biases[rows[n]] = placed.biases[n];
    }
  }
  return kept;
}
