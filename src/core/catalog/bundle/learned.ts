import { evenly } from '../../common/evenly';
import { pickCooccurrence } from '../cooccurrence';
import { pickDemand } from '../demand';
import { type ContentVectors, contentBlend, pickRows } from '../features/feature-table';
import type { Item } from '../item';
import { bundleTexts } from '../locales';
import type { MarketOffers } from '../offers';
import { type ShardTexts, writeShards } from '../shards/write-shards';
import { pickSideModel, placeByContent, type SideModel } from '../side-model/side-model';
import { variantGroups } from '../variants/variant-groups';
import type { Bundle, Learned, TrainedData } from './bundle';
import type { FetchFile } from './bundle-file';
import { encodeManifest, manifestFile, putManifest, storeManifest } from './manifest-file';
import { BUNDLE_SCHEMA, type BundleSink, type Manifest } from './manifest-schema';
import { modelManifest, requireModel } from './model-manifest';

/**
 * Adds trained data to a bundle, replacing its earlier data of the same kinds: the shards first, which contain it, then one manifest that
 * names them. The previous bundle stays: its items differ, and pages can fall back to it.
 * @param bundle opened as a whole
 * @param learned for this bundle's items
 * @param offers to divide like the items, by market; the files of other markets stay
 * @param as name under which the data becomes a further side model; the bundle's own data stays. Default: it becomes the bundle's own,
 *   and a new side model of its own replaces all further ones
 * @returns the new manifest
 * @throws SidestreamError `bundle/invalid` when a number is not finite or too large
 */
export async function addLearned(
  bundle: Bundle,
  learned: Learned,
  sink: BundleSink,
  offers: ReadonlyMap<string, MarketOffers> = new Map(),
  as?: string,
): Promise<Manifest> {
  const { manifest, items, features, positions, shardOf } = bundle;
  const [cooccurrence, model, demand] = [await bundle.cooccurrence(), await bundle.side(), await bundle.demand()];
  const { shards, side: before } = manifest;
  const { start, training } = before ?? {};
  const all: Learned = {
    ...(cooccurrence && { cooccurrence }),
    ...(model && { side: { model, start, training } }),
    ...(demand && { demand }),
    ...learned,
  };
  const photos = await bundle.photos();
  const texts = new Map<string, ShardTexts>();
  for (const [tag, { market }] of Object.entries(manifest.locales ?? {})) {
    texts.set(tag, { market, texts: await bundleTexts(bundle, tag) });
  }
  const { side: _, companions: __, demand: ___, models, ...rest } = manifest;
  const entries = await writeShards(
    {
      items,
      featuresOf: (rows) => pickRows(features, rows),
      blend: contentBlend(manifest),
      positions,
      photosOf: photos && ((rows) => pickRows(photos, rows)),
      texts,
      learned: all,
      offers,
      // A new side model is a new space. A further one shares the shards: their texts, pictures and offers are in files of their own.
      previous: learned.side && as === undefined ? null : { items, shardOf },
    },
    sink,
    shards.chosen ? { shardItems: shards.target, whole: shards.whole } : {},
  );
  const made: Manifest = { ...rest, schema: BUNDLE_SCHEMA, ...entries };
  // Further side models would have other shards than this bundle now has.
  if (models && !learned.side) made.models = models;
  const next = as === undefined ? made : await withModel(manifest, as, made, sink);
  await storeManifest(next, sink);
  return next;
}

async function withModel(manifest: Manifest, name: string, made: Manifest, sink: BundleSink): Promise<Manifest> {
  const { models: _, previous: __, offers: ___, rules: ____, ...own } = made;
  const file = await manifestFile(own);
  await sink(file.file, encodeManifest(own));
  return { ...manifest, models: { ...manifest.models, [name]: file } };
}

/**
 * Removes a further side model from a bundle, or makes it the bundle's own. Pages that are open keep their files, as after a training.
 * @throws SidestreamError `bundle/invalid` if the bundle lacks it
 */
export async function settleModel(
  manifest: Manifest,
  { name, promote }: { name: string; promote: boolean },
  fetchFile: FetchFile,
  sink: BundleSink,
): Promise<Manifest> {
  requireModel(manifest, name);
  const chosen = promote ? await modelManifest(manifest, name, fetchFile) : manifest;
  const { [name]: _, ...left } = manifest.models ?? {};
  const models = Object.keys(left).length > 0 ? left : undefined;
  return putManifest({ ...chosen, models }, manifest, sink);
}

/** The part of an item by which its trained data is found. */
type LearnedItem = Pick<Item, 'id' | 'group'>;

/** The parts of a bundle that the next one is made from: its trained data is kept by id when items come and go. */
export interface Predecessor extends Partial<TrainedData> {
  manifest: Manifest;
  items: readonly LearnedItem[];
  /** As in `Shard`. */
  positions: Uint32Array;
  /** The shard of each item. */
  shardOf: Uint32Array;
  /** As in `PreviousShards`. */
  stored?: ReadonlyMap<string, number>;
}

/**
 * The trained data of the previous bundle for changed items: a known item keeps its own, a new variant gets its product's, and any
 * other new item the shop's average demand of repeats and a place in the side model by its content.
 * @param content content vectors of the items at some rows
 */
export async function keepLearned(
  { manifest, items, cooccurrence, demand, side }: Predecessor,
  after: readonly LearnedItem[],
  content: (rows: readonly number[]) => ContentVectors,
): Promise<Learned> {
  const { order, products } = previousRows(items, after);
  if (order.every((row) => row < 0)) return {};
  const [table, counts, model] = [await cooccurrence?.(), await demand?.(), await side?.()];
  const { start, training } = manifest.side ?? {};
  return {
    ...(table && { cooccurrence: pickCooccurrence(table, products) }),
    ...(counts && { demand: pickDemand(counts, order) }),
    ...(model && { side: { model: placedModel(model, order, content), start, training } }),
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

/** Items of a large catalogue among which a new one is placed; an even selection gives nearly the same place. */
const MAX_COMPARED = 4096;

/** A side model for other items; an item that it lacks is placed by content. */
function placedModel(
  model: SideModel,
  order: readonly number[],
  content: (rows: readonly number[]) => ContentVectors,
): SideModel {
  const kept = pickSideModel(model, order);
  const unknown = [...order.keys()].filter((row) => order[row] < 0);
  if (unknown.length === 0) return kept;
  const known = [...order.keys()].filter((row) => order[row] >= 0);
  const compared = evenly(known, MAX_COMPARED);
  const rows = [...compared, ...unknown];
  const added = unknown.map((_, n) => compared.length + n);
  const placed = placeByContent(pickSideModel(kept, rows), content(rows), added);
  const { width } = kept;
  for (const [n, row] of unknown.entries()) {
    const at = added[n];
    kept.vectors.set(placed.vectors.subarray(at * width, (at + 1) * width), row * width);
    kept.biases[row] = placed.biases[at];
  }
  return kept;
}
