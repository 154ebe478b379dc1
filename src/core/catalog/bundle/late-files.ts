import { SidestreamError } from '../../../error';
import type { BundleClusters } from '../clusters/bundle-clusters';
import type { ClusterLearned, LearnedPart } from '../clusters/cluster-learned';
import { type CooccurrenceTable, decodeCooccurrence } from '../cooccurrence';
import { type Demand, decodeDemand } from '../demand';
import { decodeFeatures } from '../features/decode-features';
import { type FeatureTable, featureShardBytes, photoShape } from '../features/feature-table';
import type { Item } from '../item';
import type { SideModel } from '../side-model/side-model';
import { decodeSideModel, decodeSideRows } from '../side-model/side-model-file';
import { type BundleProgress, invalidBundle } from './bundle-file';
import type { BundleFile, Manifest, Modality } from './manifest-schema';

/** The trained files of a bundle; each is null if the bundle lacks it. With clusters, for a bundle that was opened as a whole. */
export interface LearnedFiles {
  cooccurrence(onProgress?: BundleProgress): Promise<CooccurrenceTable | null>;
  demand(onProgress?: BundleProgress): Promise<Demand | null>;
  /** Of all items, or of the head if only that is loaded. */
  side(onProgress?: BundleProgress): Promise<SideModel | null>;
  /**
   * What training made for the items of a cluster, or of the head, in their order; null if the bundle has no clusters.
   * @param count number of these items
   */
  learnedOf<K extends keyof ClusterLearned>(
    kind: K,
    cluster: number | 'head',
    count: number,
  ): Promise<ClusterLearned[K] | null>;
}

/** Fetches a file only once; after a failure the next call fetches it again. */
function once<T>(fetch: (onProgress?: BundleProgress) => Promise<T>): typeof fetch {
  let known: Promise<T> | null = null;
  return (onProgress) => {
    known ??= fetch(onProgress).catch((thrown: unknown) => {
      known = null;
      throw thrown;
    });
    return known;
  };
}

type Readers = {
  [K in keyof ClusterLearned]: (file: BundleFile, count: number, head: boolean) => Promise<ClusterLearned[K] | null>;
};

/** Most bundles have no clusters. */
const clusterCode = () => import('../clusters/cluster-learned');

/**
 * @param files fetches files of the bundle and checks them
 * @param loaded the loaded items, the clusters, if any, and whether all of their items are loaded
 */
export function learnedFiles(
  manifest: Manifest,
  files: (wanted: BundleFile[], onProgress?: BundleProgress) => Promise<ArrayBuffer[]>,
  { items, clusters, whole }: { items: readonly Item[]; clusters: BundleClusters | null; whole: boolean },
): LearnedFiles {
  const { companions, demand, side, count } = manifest;
  const read = async (file: BundleFile, onProgress?: BundleProgress): Promise<ArrayBuffer> =>
    (await files([file], onProgress))[0];
  /** The side model of all items; with clusters, of the head's. */
  const first = once(async (onProgress): Promise<SideModel | null> => {
    if (!side) return null;
    const bytes = await read(side, onProgress);
    return { ...decodeSideModel(bytes, manifest.clusters?.head.count ?? count), digest: side.sha256 };
  });
  const readers: Readers = {
    async companions(file, number) {
      const { decodeClusterCompanions } = await clusterCode();
      return decodeClusterCompanions(await read(file), number, manifest.clusters?.count ?? 0, !!companions?.support);
    },
    demand: async (file, number) => ({
      ...decodeDemand(await read(file), number, demand?.repeats),
      ...(demand?.sums && { sums: { ...demand.sums, count } }),
    }),
    async side(file, number, head) {
      const model = await first();
      return head || !model ? model : decodeSideRows(await read(file), number, model.width);
    },
  };
  const learnedOf: LearnedFiles['learnedOf'] = async (kind, cluster, number) => {
    const named = manifest[kind];
    if (!named?.clusters || !clusters) return null;
    const head = cluster === 'head';
    return readers[kind](head ? named : (await clusters.filesBeside(named.clusters, kind))[cluster], number, head);
  };
  /** All clusters with what training made for their items. */
  const parts = async <K extends keyof ClusterLearned>(
    kind: K,
    learned: (data: ClusterLearned[K]) => Partial<ClusterLearned>,
  ): Promise<LearnedPart[]> => {
    const all: LearnedPart[] = [];
    let start = 0;
    for (const [cluster, length] of (await clusters?.directory())?.counts.entries() ?? []) {
      const data = await learnedOf(kind, cluster, length);
      all.push({ items: items.slice(start, start + length), cluster, learned: data ? learned(data) : {} });
      start += length;
    }
    return all;
  };
  return {
    async cooccurrence(onProgress) {
      if (!companions) return null;
      const table = clusters
        ? (await clusterCode()).joinCompanions(await parts('companions', (data) => ({ companions: data })))
        : decodeCooccurrence(await read(companions, onProgress), count, !!companions.support);
      return table && companions.origin ? { ...table, origin: companions.origin } : table;
    },
    async demand(onProgress) {
      if (!demand) return null;
      return clusters
        ? (await clusterCode()).joinDemand(await parts('demand', (data) => ({ demand: data })))
        : decodeDemand(await read(demand, onProgress), count, demand.repeats);
    },
    async side(onProgress) {
      const model = await first(onProgress);
      if (!model || !clusters || !whole) return model;
      const { joinSide } = await clusterCode();
      return joinSide(model, await parts('side', (data) => ({ side: data }))).model;
    },
    learnedOf,
  };
}

/**
 * Reads the rest of the pictures' taps: `photoShape`, a row for each item. Null if the bundle lacks it.
 * @param files fetches files of the bundle and checks them
 */
export async function readPhotos(
  manifest: Manifest,
  files: (wanted: BundleFile[]) => Promise<ArrayBuffer[]>,
): Promise<FeatureTable | null> {
  const { photos, count } = manifest;
  if (!photos) return null;
  const shape = photoShape(manifest);
  if (photos.bytes !== featureShardBytes(shape, count)) throw invalidBundle(photos.file, 'has a wrong length');
  const [bytes] = await files([photos]);
  return decodeFeatures(shape, count, [{ ...photos, start: 0, count }], [bytes]);
}

/** Files of an encoder, with which the browser encodes an item that has no features yet. */
export interface EncoderFiles {
  onnx: ArrayBuffer;
  tokenizer?: string;
}

/**
 * Reads the encoder of a modality.
 * @param files fetches files of the bundle and checks them
 * @throws SidestreamError `encoder/missing` when the bundle was built without encoders
 */
export async function readEncoder(
  manifest: Manifest,
  modality: Modality,
  files: (wanted: BundleFile[]) => Promise<ArrayBuffer[]>,
): Promise<EncoderFiles> {
  const { encoder } = manifest.modalities[modality];
  if (!encoder) {
    throw new SidestreamError(
      'encoder/missing',
      `This bundle has no ${modality} encoder, so new items cannot be encoded here. Build it without --no-encoders.`,
    );
  }
  const [onnx, tokenizer] = await files(encoder.tokenizer ? [encoder.onnx, encoder.tokenizer] : [encoder.onnx]);
  return tokenizer ? { onnx, tokenizer: new TextDecoder().decode(tokenizer) } : { onnx };
}
