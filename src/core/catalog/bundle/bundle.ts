import type { CooccurrenceTable } from '../cooccurrence';
import type { Demand } from '../demand';
import type { FeatureTable } from '../features/feature-table';
import type { Item } from '../item';
import type { BundleShards } from '../shards/bundle-shards';
import type { Head } from '../shards/shard-file';
import type { SideModel } from '../side-model/side-model';
import type { BundleProgress } from './bundle-file';
import type { EncoderFiles } from './encoder-files';
import type { BundleFile, Manifest, Modality } from './manifest-schema';

/** Trained data of a bundle's items, in their order; each is null if the bundle lacks it. */
export interface TrainedData {
  cooccurrence(): Promise<CooccurrenceTable | null>;
  demand(): Promise<Demand | null>;
  side(): Promise<SideModel | null>;
}

/** A bundle whose items are all in memory, in the order of the feed. All other files are fetched on request. */
export interface Bundle extends TrainedData, BundleFiles {
  items: Item[];
  features: FeatureTable;
  /** As in `Shard`. */
  positions: Uint32Array;
  /** The shard of each item. */
  shardOf: Uint32Array;
  /** The rest of the pictures' taps of all items; null without pictures. */
  photos(): Promise<FeatureTable | null>;
}

/** The files of a bundle. */
interface BundleFiles {
  manifest: Manifest;
  shards: BundleShards;
  /** One file of the manifest, checked. */
  file(file: BundleFile): Promise<ArrayBuffer>;
  /** Means, deviations and projection of every tap. */
  projection(onProgress?: BundleProgress): Promise<ArrayBuffer>;
  /** @throws SidestreamError `encoder/missing` when the bundle was built without encoders */
  encoder(modality: Modality, onProgress?: BundleProgress): Promise<EncoderFiles>;
}

/** A bundle of which only the head is in memory. */
export interface OpenedHead extends BundleFiles {
  head: Head;
}

/** Data that a shop learned from its logs. */
export interface Learned {
  /** Co-occurrence of the bundle's items, in their order. */
  cooccurrence?: CooccurrenceTable;
  /** The side model of the bundle's items, in their order, and its entries in the manifest. */
  side?: { model: SideModel } & Pick<NonNullable<Manifest['side']>, 'start' | 'training'>;
  /** Demand of the bundle's items, in their order. */
  demand?: Demand;
}
