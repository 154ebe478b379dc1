import { SidestreamError } from '../../../error';
import { sha256 } from '../../common/bytes';
import {
  bundleFeatures,
  contentBlend,
  contentVectors,
  encodeFeatureRows,
  type FeatureTable,
  photoTaps,
  pickRows,
  rowsPerItem,
} from '../features/feature-table';
import type { Item } from '../item';
import type { MarketOffers } from '../offers';
import { feedPositions } from '../shards/positions';
import type { PreviousShards } from '../shards/shard-plan';
import { putInto, SHARD_ITEMS, type ShardOptions, type ShardTexts, writeShards } from '../shards/write-shards';
import type { Learned } from './bundle';
import { encodeItems } from './bundle-file';
import { keepLearned, type Predecessor } from './learned';
import { putManifest } from './manifest-file';
import { BUNDLE_SCHEMA, type BundleSink, type Manifest, MODALITIES, type Modality } from './manifest-schema';

type ModalityEntry = Manifest['modalities'][Modality];

export interface BundleEncoder extends Omit<ModalityEntry, 'encoder'> {
  /** Files with which the browser encodes new items; left out to save bytes on the server. */
  files?: { onnx: Uint8Array; tokenizer?: Uint8Array; settings?: Record<string, unknown> };
}

/**
 * The content of a bundle. `features` has one entry per item, in the order of `items`, with all taps of the encoders. The bundle
 * gets only those that pages read.
 */
export interface BundleContent extends Pick<Manifest, 'text' | 'similar' | 'currency' | 'language'> {
  items: Item[];
  features: FeatureTable;
  encoders: Record<Modality, BundleEncoder>;
  /** Statistics and projection of every tap, as the encoders wrote them. */
  projection: Uint8Array;
  /** Texts in other languages. */
  locales?: LocaleContent[];
}

/** The texts of a catalogue in one more language. */
export interface LocaleContent extends ShardTexts {
  tag: string;
}

export interface WriteBundleOptions extends ShardOptions {
  /** The bundle that this one replaces in the same folder: its trained data is kept by id. */
  previous?: Predecessor;
  /** The offers, by market. Default: the files of the previous bundle stay, which is right if pages load both bundles as a whole. */
  offers?: ReadonlyMap<string, MarketOffers>;
  /** Trained files for the items in the given order; they replace the previous bundle's. */
  learned?: Learned;
  /**
   * Called when all files but the manifest are written; if it throws, the previous manifest stays. See `verifyBundle`.
   */
  verify?: (manifest: Manifest) => Promise<void>;
}

/**
 * Writes a bundle: shards, projection and encoders under content-hashed names, the manifest last, so that an
 * interrupted build never leaves a manifest that names missing files. The same content and the same previous bundle give
 * the same bytes.
 * @throws SidestreamError `catalog/empty` without items; `bundle/invalid` when an encoder's file is another one, or a number of trained data is not
 *   finite; the errors of `verify`
 */
export async function writeBundle(
  content: BundleContent,
  sink: BundleSink,
  options: WriteBundleOptions = {},
): Promise<Manifest> {
  const { shardItems, whole, previous, verify, onProgress, offers, learned } = options;
  const markets = offers ? [...offers.keys()] : (previous?.manifest.offers ?? []);
  const { items, features, encoders, currency, language, locales = [] } = content;
  if (items.length === 0) throw new SidestreamError('catalog/empty', 'There is no item to put into the bundle.');
  const { text, image } = encoders;
  const featuresOf = (rows: readonly number[]): FeatureTable =>
    bundleFeatures(pickRows(features, rows, { text: [text.contentTap], image: [image.contentTap] }));
  const put = putInto(sink);
  const projection = await put('projection', 'bin', content.projection);
  const modality = async (name: Modality): Promise<ModalityEntry> => {
    const { files, ...entry } = encoders[name];
    if (!files) return entry;
    const onnx = await put(name, 'onnx', files.onnx);
    if (onnx.sha256 !== entry.digest) {
      throw new SidestreamError(
        'bundle/invalid',
        `Cannot write the bundle: the ${name} encoder's file is not the one that made its features; run the build again.`,
      );
    }
    const tokenizer = files.tokenizer && (await put(`${name}-tokenizer`, 'json', files.tokenizer));
    const { settings } = files;
    return { ...entry, encoder: { onnx, ...(tokenizer ? { tokenizer } : {}), ...(settings ? { settings } : {}) } };
  };
  const frame = {
    schema: BUNDLE_SCHEMA,
    count: items.length,
    dim: features.dim,
    text: content.text,
    modalities: { text: await modality('text'), image: await modality('image') },
    projection,
  };
  const blend = contentBlend(frame);
  const contentOf = (rows: readonly number[]) => contentVectors(featuresOf(rows), blend);
  const kept = previous ? await keepLearned(previous, items, contentOf) : {};
  const all = { ...kept, ...learned };
  const pictured = features.scales.some((scale, row) => scale > 0 && row % rowsPerItem(features) >= text.taps.length);
  const entries = await writeShards(
    {
      items,
      featuresOf,
      blend,
      positions: feedPositions(items, previous),
      photosOf: pictured ? (rows) => pickRows(features, rows, { text: [], image: photoTaps(image) }) : null,
      texts: new Map(locales.map(({ tag, ...texts }): [string, ShardTexts] => [tag, texts])),
      learned: all,
      offers: offers ?? new Map(),
      previous: previous ? comparableShards(previous, frame, all, shardItems) : null,
    },
    sink,
    { shardItems, whole, onProgress },
  );
  const manifest: Manifest = {
    ...frame,
    digest: await catalogDigest(items, featuresOf, projection.sha256),
    ...entries,
    ...(content.similar ? { similar: content.similar } : {}),
    ...(currency ? { currency } : {}),
    ...(language ? { language } : {}),
    ...(markets.length > 0 ? { offers: [...markets].sort() } : {}),
    // Rules refer to products by id or by fields, so they stay valid whatever else changed.
    ...(previous?.manifest.rules ? { rules: previous.manifest.rules } : {}),
  };
  await verify?.(manifest);
  return putManifest(manifest, previous?.manifest ?? null, sink);
}

/** Items in a chunk of the digest of a catalogue. */
const DIGEST_ITEMS = 1024;

/** Names a state of a catalogue, whatever its shards and trained data. */
async function catalogDigest(
  items: readonly Item[],
  featuresOf: (rows: readonly number[]) => FeatureTable,
  projection: string,
): Promise<string> {
  const digests: string[] = [];
  for (let start = 0; start < items.length; start += DIGEST_ITEMS) {
    const rows = Array.from({ length: Math.min(DIGEST_ITEMS, items.length - start) }, (_, n) => start + n);
    digests.push(await sha256(encodeItems(rows.map((row) => items[row]))));
    digests.push(await sha256(encodeFeatureRows(featuresOf(rows))));
  }
  return sha256(new TextEncoder().encode([...digests, projection].join('\n')));
}

/** The shards of a bundle, if they were made in the space and of the size of the next one's; else null. */
function comparableShards(
  { manifest, items, shardOf, stored }: Predecessor,
  after: Pick<Manifest, 'dim' | 'text' | 'projection' | 'modalities'>,
  { side }: Learned,
  target = SHARD_ITEMS,
): PreviousShards | null {
  // Everything on which the meaning of feature values depends, and how they are blended.
  const sameContent =
    manifest.dim === after.dim &&
    manifest.text === after.text &&
    manifest.projection.sha256 === after.projection.sha256 &&
    MODALITIES.every((modality) => {
      const [old, now] = [manifest.modalities[modality], after.modalities[modality]];
      const sameTap = old.taps[old.contentTap] === now.taps[now.contentTap];
      return old.digest === now.digest && sameTap && old.contentWeight === now.contentWeight;
    });
  const sameSpace = side ? manifest.side?.digest === side.model.digest : !manifest.side && sameContent;
  return sameSpace && manifest.shards.target === target ? { items, shardOf, stored } : null;
}
