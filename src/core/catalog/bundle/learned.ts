import { SidestreamError } from '../../../error';
import type { BundleClusters } from '../clusters/bundle-clusters';
import { encodeFileDirectory, hashId } from '../clusters/cluster-directory';
import { encodeClusterCompanions, joinDemand } from '../clusters/cluster-learned';
import type { PreviousClusters } from '../clusters/cluster-plan';
import { clusteredItems, type ItemPlaces, putInto, rowsFrom, writeHead } from '../clusters/write-clusters';
import { type CooccurrenceTable, encodeCooccurrence, pickCooccurrence } from '../cooccurrence';
import { type Demand, decodeDemand, demandSums, encodeDemand, pickDemand } from '../demand';
import { type FeatureMeaning, sameFeatures } from '../features/decode-features';
import type { ContentVectors } from '../features/feature-table';
import type { Item } from '../item';
import { bundleTexts, encodeTexts } from '../locales';
import { pickSideModel, placeByContent, type SideModel } from '../side-model/side-model';
import { encodeSideModel, encodeSideRows } from '../side-model/side-model-file';
import { variantGroups } from '../variants/variant-groups';
import type { LearnedFiles as TrainedFiles } from './late-files';
import { storeManifest } from './manifest-file';
import {
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleSink,
  type LEARNED,
  type Manifest,
  MODALITIES,
} from './manifest-schema';
import type { Bundle } from './read-bundle';

/** Data that a shop learned from its logs. */
export interface Learned {
  /** Co-occurrence of the bundle's items, in their order. */
  cooccurrence?: CooccurrenceTable;
  /** The side model of the bundle's items, in their order, and its entries in the manifest. */
  side?: { model: SideModel } & Pick<NonNullable<Manifest['side']>, 'weights' | 'training'>;
  /** Demand of the bundle's items, in their order. */
  demand?: Demand;
}

type LearnedFiles = Pick<Manifest, (typeof LEARNED)[number]>;

/**
 * Adds trained files to a bundle, replacing its earlier ones: the files first, then one manifest that names them. Parts that
 * are not given stay. The previous bundle stays too: its items differ, and pages can fall back to it. With clusters, a demand
 * may change the head.
 * @param bundle opened as a whole
 * @returns the new manifest
 * @throws SidestreamError `bundle/invalid` when a part is for another number of items than the bundle has
 */
export async function addLearned(bundle: Bundle, learned: Learned, sink: BundleSink): Promise<Manifest> {
  const { manifest, clusters } = bundle;
  const next: Manifest = clusters
    ? { ...manifest, ...(await addToClusters(bundle, clusters, learned, sink)) }
    : { ...manifest, ...(await putLearned(learned, bundle.items, sink)) };
  next.schema = BUNDLE_SCHEMA;
  await storeManifest(next, sink);
  return next;
}

async function addToClusters(
  bundle: Bundle,
  clusters: BundleClusters,
  learned: Learned,
  sink: BundleSink,
): Promise<Partial<Manifest>> {
  const { manifest, items } = bundle;
  const { head: first, clusters: named, locales = {} } = manifest;
  const put = putInto(sink);
  const clustered = await clusteredItems(bundle, clusters);
  const { members } = clustered;
  checkCounts(learned, items.length);
  const given = learned.demand ?? (await bundle.demand());
  const demand = given && storedDemand(given, items, members);
  const { clusters: written, head } = await writeHead(clustered, demand, await clusters.statistics(), put);
  const kept: Learned = {};
  const texts = { ...locales };
  // All other files of the head follow it.
  if (named?.head.items.file !== written.head.items.file) {
    for (const [tag, locale] of Object.entries(locales)) {
      const rows = await bundleTexts(bundle, tag);
      const file = await put('texts', 'json', encodeTexts(head.map((row) => rows[row])));
      texts[tag] = { ...locale, files: [file] };
    }
    const [cooccurrence, model] = [await bundle.cooccurrence(), await bundle.side()];
    if (cooccurrence) kept.cooccurrence = cooccurrence;
    if (model) kept.side = { ...manifest.side, model };
    if (given) kept.demand = given;
  }
  const all = { ...kept, ...learned };
  if (all.demand && demand) all.demand = demand;
  return {
    ...(named && { clusters: { ...named, ...written } }),
    ...(manifest.locales && { locales: texts }),
    ...(first && { head: head.map((row) => items[row]) }),
    ...(await putLearned(all, items, sink, { head: [head], members })),
  };
}

/**
 * The demand as the files of the clusters store it, with sums over the catalogue: a later build, which reads those, must
 * choose the same head.
 * @param members rows of each cluster
 */
export function storedDemand(
  demand: Demand,
  items: readonly Pick<Item, 'id'>[],
  members: readonly (readonly number[])[],
): Demand {
  const parts = members.map((rows) => {
    const { buffer } = encodeDemand(pickDemand(demand, rows), rows.length);
    const stored = decodeDemand(buffer, rows.length, demand.repeats);
    return { items: rows.map((row) => items[row]), learned: { demand: stored } };
  });
  const joined = joinDemand(parts) ?? demand;
  const placeOf: number[] = [];
  for (const [place, row] of members.flat().entries()) placeOf[row] = place;
  return { ...pickDemand(joined, placeOf), sums: demandSums(joined) };
}

/**
 * Writes the trained files of a bundle.
 * @param clusters for a bundle with clusters: all rows of its head, and of each cluster
 * @returns the manifest's entries
 * @throws SidestreamError `bundle/invalid` when a part is for another number of items
 */
export async function putLearned(
  learned: Learned,
  items: readonly Pick<Item, 'id'>[],
  sink: BundleSink,
  clusters: Required<ItemPlaces> | null = null,
): Promise<LearnedFiles> {
  checkCounts(learned, items.length);
  const put = putInto(sink);
  /** With clusters, a file for the head and one for each cluster: a page loads those of its loaded items. */
  const write = async (
    kind: (typeof LEARNED)[number],
    bytesOf: (rows: readonly number[] | null, head: boolean) => Uint8Array,
  ): Promise<BundleFile & { clusters?: BundleFile }> => {
    if (!clusters) return put(kind, 'bin', bytesOf(null, true));
    const head = await put(kind, 'bin', bytesOf(clusters.head.flat(), true));
    const files: BundleFile[] = [];
    for (const rows of clusters.members) files.push(await put(kind, 'bin', bytesOf(rows, false)));
    return { ...head, clusters: await put(kind, 'bin', encodeFileDirectory(files)) };
  };
  const { cooccurrence, side, demand } = learned;
  const written: LearnedFiles = {};
  if (cooccurrence) {
    const { origin, support } = cooccurrence;
    const others = clusters && referencesTo(items, clusters.members);
    const file = await write('companions', (rows) =>
      rows && others ? encodeClusterCompanions(cooccurrence, rows, others) : encodeCooccurrence(cooccurrence),
    );
    written.companions = { ...file, ...(origin ? { origin } : {}), ...(support ? { support: 'orders' } : {}) };
  }
  if (side) {
    const { model, weights, training } = side;
    const file = await write('side', (rows, head) => {
      const part = rows ? pickSideModel(model, rows) : model;
      return head ? encodeSideModel(part, part.biases.length) : encodeSideRows(part, model.width);
    });
    written.side = { ...file, ...(weights ? { weights } : {}), ...(training ? { training } : {}) };
  }
  if (demand) {
    const { repeats, sums } = demand;
    const file = await write('demand', (rows) =>
      encodeDemand(rows ? pickDemand(demand, rows) : demand, rows?.length ?? items.length),
    );
    written.demand = {
      ...file,
      ...(clusters && sums ? { sums: { choices: sums.choices, recent: sums.recent } } : {}),
      ...(repeats ? { repeats: { share: repeats.share, interval: repeats.interval } } : {}),
    };
  }
  return written;
}

/** How files refer to the items of a catalogue. */
function referencesTo(items: readonly Pick<Item, 'id'>[], members: readonly (readonly number[])[]) {
  const clusters = new Uint32Array(items.length);
  for (const [cluster, rows] of members.entries()) for (const row of rows) clusters[row] = cluster;
  return { hashes: Uint32Array.from(items, ({ id }) => hashId(id)), clusters, count: members.length };
}

/** @throws SidestreamError `bundle/invalid` when a part is for another number of items */
function checkCounts({ cooccurrence, side, demand }: Learned, count: number): void {
  const counts = [
    ['co-occurrence table', cooccurrence?.count],
    ['side model', side?.model.biases.length],
    ['side model', side && side.model.vectors.length / side.model.width],
    ['demand', demand?.choices.length],
  ] as const;
  for (const [name, of] of counts) {
    if (of === undefined || of === count) continue;
    throw new SidestreamError(
      'bundle/invalid',
      `The ${name} is for ${of} items, but the bundle has ${count}. Train for this bundle.`,
    );
  }
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
 * The trained files that a bundle shares with the bundle that it replaces, if each of them covers the same items in the same order.
 * @param items of the new bundle
 * @param places their rows in the head and the clusters, if it has some
 */
export async function sharedLearned(
  { manifest, items: before, clusters }: Predecessor,
  items: readonly Pick<Item, 'id'>[],
  places: Required<ItemPlaces> | null,
): Promise<LearnedFiles> {
  const same = (old: readonly Pick<Item, 'id'>[], rows: readonly number[]): boolean =>
    old.length === rows.length && old.every(({ id }, n) => id === items[rows[n]].id);
  const counts = clusters ? (await clusters.directory()).counts : [];
  const { head, members } = places ?? { head: [], members: [] };
  const parts = counts.length === members.length && members.every(({ length }, n) => length === counts[n]);
  const headed = !places || same(manifest.head ?? [], head.flat());
  if (!parts || !headed || !same(before, places ? members.flat() : [...items.keys()])) return {};
  const { companions, side, demand } = manifest;
  return { ...(companions && { companions }), ...(side && { side }), ...(demand && { demand }) };
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

/**
 * The trained data of the previous bundle for changed items: a known item keeps its own, a new variant gets its product's, and any
 * other new item the shop's average demand of repeats and a place in the side model by its content.
 * @param shared files that the bundle keeps as they are
 * @param placing content vectors of the items at some rows, and rows of similar items: a new item is placed among its own group
 */
export async function keepLearned(
  { manifest, items, cooccurrence, demand, side }: Predecessor,
  after: readonly LearnedItem[],
  shared: LearnedFiles = {},
  placing?: { content: (rows: readonly number[]) => ContentVectors; groups?: readonly (readonly number[])[] },
): Promise<Learned> {
  const { order, products } = previousRows(items, after);
  if (order.every((row) => row < 0)) return {};
  const table = shared.companions ? null : await cooccurrence?.();
  const counts = shared.demand ? null : await demand?.();
  const model = shared.side || !placing ? null : await side?.();
  const { weights, training } = manifest.side ?? {};
  const { content, groups = [rowsFrom(0, after.length)] } = placing ?? {};
  return {
    ...(table && { cooccurrence: pickCooccurrence(table, products) }),
    ...(counts && { demand: pickDemand(counts, order) }),
    ...(model && content && { side: { model: placedModel(model, order, content, groups), weights, training } }),
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
