import { sha256 } from '../../common/sha256';
import { SidestreamError } from '../../error';
import type { BundleClusters } from '../clusters/bundle-clusters';
import type { PreviousClusters } from '../clusters/cluster-plan';
import { type CooccurrenceTable, encodeCooccurrence, pickCooccurrence } from '../cooccurrence/cooccurrence-table';
import { type Demand, pickDemand } from '../demand/demand';
import { encodeDemand } from '../demand/demand-file';
import type { ContentVectors } from '../features/content-vectors';
import type { Item } from '../item';
import { placeByContent } from '../side-model/place-by-content';
import { pickSideModel, type SideModel } from '../side-model/side-model';
import { encodeSideModel } from '../side-model/side-model-file';
import { BUNDLE_SCHEMA, type BundleFile, type BundleSink, type Manifest, MODALITIES } from './manifest';
import { type FeatureMeaning, sameFeatures } from './same-features';
import { storeManifest } from './write-manifest';

/** What a shop learned from its logs. */
export interface Learned {
  /** Co-occurrence of the bundle's items, in their order. */
  cooccurrence?: CooccurrenceTable;
  /** The side model of the bundle's items, in their order, and what the manifest says of it. */
  side?: { model: SideModel } & Pick<NonNullable<Manifest['side']>, 'weights' | 'training'>;
  /** Demand of the bundle's items, in their order. */
  demand?: Demand;
}

/** The manifest's entries for what was learned. */
type LearnedFiles = Pick<Manifest, 'companions' | 'side' | 'demand'>;

/**
 * Puts what was learned into a bundle, replacing what it had: the files first, then one manifest that names them. Parts that
 * are not given stay, and so does the previous bundle, which has other items and which a page can fall back to.
 * @returns the new manifest
 * @throws SidestreamError `bundle/invalid` when co-occurrence table or demand are of another number of items than the bundle
 */
export async function addLearned(manifest: Manifest, learned: Learned, sink: BundleSink): Promise<Manifest> {
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA, ...(await putLearned(learned, manifest.count, sink)) };
  await storeManifest(next, sink);
  return next;
}

/**
 * Writes the files of what was learned for a bundle of `count` items.
 * @param order rows of co-occurrence table and demand in the order of the bundle's items; default: the same order
 * @returns the manifest's entries
 * @throws SidestreamError `bundle/invalid` when co-occurrence table or demand are of another number of items
 */
export async function putLearned(
  { cooccurrence, side, demand }: Learned,
  count: number,
  sink: BundleSink,
  order?: readonly number[],
): Promise<LearnedFiles> {
  if (cooccurrence && cooccurrence.count !== count) {
    throw new SidestreamError(
      'bundle/invalid',
      `The co-occurrence table is for ${cooccurrence.count} items, the bundle has ${count}. Train for this bundle.`,
    );
  }
  const put = async (stem: string, extension: string, bytes: Uint8Array): Promise<BundleFile> => {
    const digest = await sha256(bytes);
    const file = `${stem}-${digest.slice(0, 16)}.${extension}`;
    await sink(file, bytes);
    return { file, sha256: digest, bytes: bytes.byteLength };
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
    const file = await put('side', 'bin', encodeSideModel(order ? pickSideModel(model, order) : model, count));
    learned.side = { ...file, ...(weights ? { weights } : {}), ...(training ? { training } : {}) };
  }
  if (demand) {
    const { repeats } = demand;
    const file = await put('demand', 'bin', encodeDemand(order ? pickDemand(demand, order) : demand, count));
    learned.demand = repeats ? { ...file, repeats: { share: repeats.share, interval: repeats.interval } } : file;
  }
  return learned;
}

/** The parts of a bundle that decide what the next one may keep of it. */
export interface Predecessor {
  manifest: Manifest;
  items: readonly Pick<Item, 'id'>[];
  /** Where its items are, when it has clusters. */
  clusters?: BundleClusters | null;
  /** Reads its side model, which is kept where other items come and go. Default: it is kept for the same items only. */
  side?(): Promise<SideModel | null>;
}

/**
 * What a bundle may keep of what was learned for the bundle that it replaces: co-occurrence table, side model and demand
 * when the items are the same in the same order.
 */
export function keepLearned(before: Predecessor, after: Predecessor): LearnedFiles {
  const { companions, side, demand } = before.manifest;
  const items = sameItems(before.items, after.items);
  return {
    ...(companions && items ? { companions } : {}),
    ...(side && items ? { side } : {}),
    ...(demand && items ? { demand } : {}),
  };
}

/** The clusters of a bundle, when the vectors that they were made from still mean the same; else null. */
export async function previousClusters(
  { manifest, items, clusters }: Predecessor,
  after: FeatureMeaning,
): Promise<PreviousClusters | null> {
  const sameBlend = MODALITIES.every((modality) => {
    const [old, now] = [manifest.modalities[modality], after.modalities[modality]];
    return old.contentTap === now.contentTap && old.contentWeight === now.contentWeight;
  });
  if (!clusters || !sameBlend || !sameFeatures(manifest, after)) return null;
  return { axes: await clusters.axes(), directory: await clusters.directory(), items };
}

/**
 * The side model of the previous bundle for other items: those that it knows keep their vectors, and the others are placed by
 * what they are. Null where it has none.
 */
export async function keepSideModel(
  { manifest, items, side }: Predecessor,
  after: readonly Pick<Item, 'id'>[],
  content: () => ContentVectors,
): Promise<Learned['side'] | null> {
  const model = manifest.side && side ? await side() : null;
  if (!model) return null;
  const rowOf = new Map(items.map(({ id }, row) => [id, row]));
  const order = after.map(({ id }) => rowOf.get(id) ?? -1);
  const unknown = [...order.keys()].filter((place) => order[place] < 0);
  if (unknown.length === order.length) return null;
  const { weights, training } = manifest.side ?? {};
  return { model: placeByContent(pickSideModel(model, order), content(), unknown), weights, training };
}

const sameItems = (before: Predecessor['items'], after: Predecessor['items']): boolean =>
  before.length === after.length && before.every(({ id }, row) => id === after[row].id);
