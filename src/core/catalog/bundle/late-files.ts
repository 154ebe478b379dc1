import { SidestreamError } from '../../../error';
import type { BundleClusters } from '../clusters/bundle-clusters';
import { type CooccurrenceTable, decodeCooccurrence } from '../cooccurrence';
import { type Demand, decodeDemand } from '../demand';
import { decodeFeatures } from '../features/decode-features';
import { type FeatureTable, featureShardBytes, photoShape } from '../features/feature-table';
import type { SideModel, SideRows } from '../side-model/side-model';
import { decodeSideModel, decodeSideRows } from '../side-model/side-model-file';
import { type BundleProgress, invalidBundle } from './bundle-file';
import type { BundleFile, Manifest, Modality } from './manifest-schema';

/** The trained files of a bundle; each is null if the bundle lacks it. */
export interface LearnedFiles {
  cooccurrence(onProgress?: BundleProgress): Promise<CooccurrenceTable | null>;
  demand(onProgress?: BundleProgress): Promise<Demand | null>;
  /** The shop's side model of all items, or only of the head if only that is loaded. */
  side(onProgress?: BundleProgress): Promise<SideModel | null>;
  /**
   * The rows of a cluster's items, in their order; null if the bundle has no clusters.
   * @param count items of the cluster
   */
  sideRows(cluster: number, count: number): Promise<SideRows | null>;
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

/**
 * @param files fetches files of the bundle and checks them
 * @param loaded the clusters, if any, and whether all of their items are loaded
 */
export function learnedFiles(
  manifest: Manifest,
  files: (wanted: BundleFile[], onProgress?: BundleProgress) => Promise<ArrayBuffer[]>,
  loaded: { clusters: BundleClusters | null; whole: boolean },
): LearnedFiles {
  const { companions, demand, side, clusters, count } = manifest;
  const headOf = once(async (onProgress): Promise<SideModel | null> => {
    if (!side || !clusters || !side.clusters) return null;
    const [bytes] = await files([side], onProgress);
    return { ...decodeSideModel(bytes, clusters.head.count), digest: side.sha256 };
  });
  const sideRows = async (cluster: number, number: number): Promise<SideRows | null> => {
    if (!side?.clusters || !loaded.clusters) return null;
    const [head, all] = await Promise.all([headOf(), loaded.clusters.filesBeside(side.clusters, 'side')]);
    if (!head) return null;
    const [bytes] = await files([all[cluster]]);
    return decodeSideRows(bytes, number, head.width);
  };
  return {
    async cooccurrence(onProgress) {
      if (!companions) return null;
      const [bytes] = await files([companions], onProgress);
      const table = decodeCooccurrence(bytes, count, !!companions.support);
      return companions.origin ? { ...table, origin: companions.origin } : table;
    },
    async demand(onProgress) {
      if (!demand) return null;
      const [bytes] = await files([demand], onProgress);
      return decodeDemand(bytes, count, demand.repeats);
    },
    async side(onProgress) {
      if (!side) return null;
      if (clusters) {
        const head = await headOf(onProgress);
        if (!head || !loaded.clusters || !loaded.whole) return head;
        const { counts } = await loaded.clusters.directory();
        const { width } = head;
        const whole = { ...head, vectors: new Float32Array(count * width), biases: new Float32Array(count) };
        let start = 0;
        for (const [cluster, number] of counts.entries()) {
          const rows = await sideRows(cluster, number);
          whole.vectors.set(rows?.vectors ?? [], start * width);
          whole.biases.set(rows?.biases ?? [], start);
          start += number;
        }
        return whole;
      }
      const [bytes] = await files([side], onProgress);
      return { ...decodeSideModel(bytes, count), digest: side.sha256 };
    },
    sideRows,
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
