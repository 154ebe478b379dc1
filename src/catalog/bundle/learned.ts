import { sha256 } from '../../common/sha256';
import { SidestreamError } from '../../error';
import type { BundleClusters } from '../clusters/bundle-clusters';
import type { PreviousClusters } from '../clusters/cluster-plan';
import { type CooccurrenceTable, encodeCooccurrence, pickCooccurrence } from '../cooccurrence/cooccurrence-table';
import { type Demand, pickDemand } from '../demand/demand';
import { encodeDemand } from '../demand/demand-file';
import { type Factors, pickFactors } from '../factors/factors';
import { encodeFactors } from '../factors/factors-file';
import type { Item } from '../item';
import type { Tuning } from '../tuning/tuning';
import { encodeTuning } from '../tuning/tuning-file';
import {
  type BaseConfig,
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleSink,
  type Manifest,
  MODALITIES,
} from './manifest';
import { type FeatureMeaning, sameFeatures } from './same-features';
import { storeManifest } from './write-manifest';

/** What a shop learned from its logs. */
export interface Learned {
  /** Weights of a base model as safetensors, and what it is. */
  base?: { bytes: Uint8Array; config: BaseConfig };
  /** Co-occurrence of the bundle's items, in their order. */
  cooccurrence?: CooccurrenceTable;
  /** Latent factors of the bundle's items, in their order; with a map only beside the base model that it was made with. */
  factors?: Factors;
  /** Demand of the bundle's items, in their order. */
  demand?: Demand;
  /** How learners learn, chosen with a base model or without one. */
  tuning?: Tuning;
}

/** The manifest's entries for what was learned. */
type LearnedFiles = Pick<Manifest, 'base' | 'companions' | 'factors' | 'demand' | 'tuning'>;

/**
 * Puts what was learned into a bundle, replacing what it had: the files first, then one manifest that names them. Parts that
 * are not given stay, and so does the previous bundle, which has other items and which a page can fall back to.
 * @returns the new manifest
 * @throws SidestreamError `bundle/invalid` when co-occurrence table, factors or demand are of another number of items than the bundle
 */
export async function addLearned(manifest: Manifest, learned: Learned, sink: BundleSink): Promise<Manifest> {
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA, ...(await putLearned(learned, manifest.count, sink)) };
  // Settings that were chosen without a base model hold without one only.
  if (learned.base && !manifest.base && !learned.tuning) delete next.tuning;
  await storeManifest(next, sink);
  return next;
}

/**
 * Writes the files of what was learned for a bundle of `count` items.
 * @param order rows of co-occurrence table, factors and demand in the order of the bundle's items; default: the same order
 * @returns the manifest's entries
 * @throws SidestreamError `bundle/invalid` when co-occurrence table, factors or demand are of another number of items, or
 *   factors have a map and there is no base model
 */
export async function putLearned(
  { base, cooccurrence, factors, demand, tuning }: Learned,
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
  if (base) learned.base = { ...(await put('base', 'safetensors', base.bytes)), config: base.config };
  if (cooccurrence) {
    const { origin, support } = cooccurrence;
    const file = await put(
      'companions',
      'bin',
      encodeCooccurrence(order ? pickCooccurrence(cooccurrence, order) : cooccurrence),
    );
    learned.companions = { ...file, ...(origin ? { origin } : {}), ...(support ? { support: 'orders' } : {}) };
  }
  if (factors) {
    const bytes = encodeFactors(order ? pickFactors(factors, order) : factors, count, learned.base?.sha256);
    learned.factors = await put('factors', 'bin', bytes);
  }
  if (demand) {
    const { repeats } = demand;
    const file = await put('demand', 'bin', encodeDemand(order ? pickDemand(demand, order) : demand, count));
    learned.demand = repeats ? { ...file, repeats: { share: repeats.share, interval: repeats.interval } } : file;
  }
  if (tuning) learned.tuning = await put('tuning', 'json', encodeTuning(tuning));
  return learned;
}

/** The parts of a bundle that decide what the next one may keep of it. */
export interface Predecessor {
  manifest: Manifest;
  items: readonly Pick<Item, 'id'>[];
  /** Where its items are, when it has clusters. */
  clusters?: BundleClusters | null;
}

/**
 * What a bundle may keep of what was learned for the bundle that it replaces: the base model when the features mean the
 * same (encoders, text recipe, projection), co-occurrence table and demand when the items are the same in the same order,
 * and the factors, of which some are predicted from the features, when both are. The settings of the learner stay as long as the
 * base model beside which they were chosen, and where there was none as long as the features.
 */
export function keepLearned(before: Predecessor, after: Predecessor): LearnedFiles {
  const { base, companions, factors, demand, tuning } = before.manifest;
  const features = sameFeatures(before.manifest, after.manifest);
  const items = sameItems(before.items, after.items);
  return {
    ...(base && features ? { base } : {}),
    ...(tuning && features ? { tuning } : {}),
    ...(companions && items ? { companions } : {}),
    ...(demand && items ? { demand } : {}),
    ...(factors && features && items ? { factors } : {}),
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

const sameItems = (before: Predecessor['items'], after: Predecessor['items']): boolean =>
  before.length === after.length && before.every(({ id }, row) => id === after[row].id);
