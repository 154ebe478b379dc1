import { SidestreamError } from '../../../error';
import { sha256 } from '../../common/bytes';
import { encodeFileDirectory } from '../clusters/cluster-directory';
import { type ItemPlaces, type PutFile, putInto, rowsFrom, writeClusters, writeHead } from '../clusters/write-clusters';
import type { Demand } from '../demand';
import {
  contentBlend,
  contentVectors,
  encodeFeatureShard,
  type FeatureTable,
  photoTaps,
  pickRows,
  pickTaps,
} from '../features/feature-table';
import type { Item, TextRecipe } from '../item';
import { encodeTexts, type ItemText } from '../locales';
import { productStatistics, variantGroups } from '../variants/variant-groups';
import { encodeItems } from './bundle-file';
import {
  keepLearned,
  type Learned,
  type Predecessor,
  previousClusters,
  putLearned,
  sharedLearned,
  storedDemand,
} from './learned';
import { putManifest } from './manifest-file';
import {
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleShard,
  type BundleSink,
  type Manifest,
  type Modality,
} from './manifest-schema';

/**
 * Size limit for items inside the manifest, bytes: about 2,000 products with short texts. A page fetches them again whenever
 * the manifest changes. Above the limit, items are in separate files, which are never fetched twice.
 */
const MAX_HEAD_BYTES = 1_000_000;

export interface BundleEncoder {
  preset: string;
  /** SHA-256 of the ONNX file. */
  digest: string;
  /** Tap names, shallow to deep. */
  taps: string[];
  contentTap: number;
  /** Share of this modality in content similarity, 0 to 1. */
  contentWeight: number;
  /** Files with which the browser encodes new items; left out to save bytes on the server. */
  files?: { onnx: Uint8Array; tokenizer?: Uint8Array; settings?: Record<string, unknown> };
}

/**
 * The content of a bundle. `features` has one entry per item, in the order of `items`, with all taps of the encoders. The bundle
 * gets only those that pages read.
 */
export interface BundleContent {
  items: Item[];
  features: FeatureTable;
  text: TextRecipe;
  encoders: Record<Modality, BundleEncoder>;
  /** Statistics and projection of every tap, as the encoders wrote them. */
  projection: Uint8Array;
  /** Weight of the category in lists of similar items. Default: the default of pages. */
  similar?: Manifest['similar'];
  /** Currency of the prices, as a code. */
  currency?: string;
  /** Language of the items, as a tag. */
  language?: string;
  /** Texts in other languages. */
  locales?: LocaleContent[];
}

/** The texts of a catalogue in one more language. */
export interface LocaleContent {
  tag: string;
  /** Market whose offers pages in this language use if they name no market. */
  market?: string;
  /** Texts of each item, in the order of the items; null shows the item in its own language. */
  texts: (ItemText | null)[];
}

export interface WriteBundleOptions {
  /** Items per shard of a catalogue without clusters. Default 1024. */
  shardItems?: number;
  /** Number of items from which a catalogue is written in clusters, which browsers load on demand. Default 20,001. */
  clusterFrom?: number;
  /** Target size of a cluster; the maximum is twice as many items. Default 256. */
  clusterItems?: number;
  /** The bundle that this one replaces in the same folder: its trained data is kept by id. */
  previous?: Predecessor;
  /** Markets that have an offers file. Default: the markets of the previous bundle. */
  offers?: readonly string[];
  /** Trained files for the items in the given order; they replace the previous bundle's. */
  learned?: Learned;
  /**
   * Called when all files but the manifest are written; if it throws, the previous manifest stays. See `verifyBundle`.
   */
  verify?: (manifest: Manifest) => Promise<void>;
  onProgress?: WriteProgress;
}

/**
 * Called as items are processed.
 * @param step `group`: items are assigned to clusters; `write`: their files are written
 * @param items processed in this step, of `total`
 */
export type WriteProgress = (step: 'group' | 'write', items: number, total: number) => void;

/**
 * Writes a bundle: items, features, projection and encoders under content-hashed names, the manifest last, so that an
 * interrupted build never leaves a manifest that names missing files. The same content and the same previous bundle give
 * the same bytes.
 * @throws SidestreamError `catalog/empty` without items; `bundle/invalid` when items, features and encoders do not match;
 *   the errors of `verify`
 */
export async function writeBundle(
  content: BundleContent,
  sink: BundleSink,
  options: WriteBundleOptions = {},
): Promise<Manifest> {
  const {
    shardItems = 1024,
    clusterFrom = 20_001,
    clusterItems = 256,
    previous,
    offers = previous?.manifest.offers ?? [],
    learned,
    verify,
    onProgress,
  } = options;
  const { items, encoders, currency, language, locales = [] } = content;
  check(content);
  const { text, image } = encoders;
  const features = pickTaps(content.features, { text: [text.contentTap], image: [image.contentTap] });
  const put = putInto(sink);
  const projection = await put('projection', 'bin', content.projection);
  const modality = async (name: Modality): Promise<Manifest['modalities']['text']> => {
    const { preset, digest, taps, contentTap, contentWeight, files } = encoders[name];
    const base = { preset, digest, taps, contentTap, contentWeight };
    if (!files) return base;
    const onnx = await put(name, 'onnx', files.onnx);
    if (onnx.sha256 !== digest) {
      throw invalid(`the ${name} encoder's file is not the one that made its features; run the build again`);
    }
    const tokenizer = files.tokenizer && (await put(`${name}-tokenizer`, 'json', files.tokenizer));
    const { settings } = files;
    return { ...base, encoder: { onnx, ...(tokenizer ? { tokenizer } : {}), ...(settings ? { settings } : {}) } };
  };
  const frame = {
    schema: BUNDLE_SCHEMA,
    count: items.length,
    dim: features.dim,
    text: content.text,
    modalities: { text: await modality('text'), image: await modality('image') },
    projection,
  };
  const shards: Manifest['shards'] = { items: [], features: [] };
  let photos: BundleFile | null = null;
  let large: LargeCatalog | null = null;
  if (items.length >= clusterFrom) {
    const before = previous ? await previousClusters(previous, frame) : null;
    const blend = contentBlend(frame);
    const clustered = await writeClusters({ items, features, blend, clusterItems, previous: before, onProgress }, put);
    const kept =
      previous?.demand && (await keepLearned({ ...previous, cooccurrence: undefined, side: undefined }, items));
    const given = learned?.demand ?? kept?.demand;
    const demand = given && storedDemand(given, items, clustered.members);
    const statistics = productStatistics(items, variantGroups(items));
    const { clusters, head } = await writeHead(clustered, demand, statistics, put);
    large = { clusters: { ...clustered.clusters, ...clusters }, head: [head], members: clustered.members, demand };
  } else {
    for (let start = 0; start < items.length; start += shardItems) {
      const count = Math.min(shardItems, items.length - start);
      const rows = (file: BundleFile): BundleShard => ({ ...file, start, count });
      shards.items.push(rows(await put('items', 'json', encodeItems(items.slice(start, start + count)))));
      shards.features.push(rows(await put('features', 'bin', encodeFeatureShard(features, start, count))));
      onProgress?.('write', start + count, items.length);
    }
    if (features.scales.some((scale, row) => row % 2 === 1 && scale > 0)) {
      const rest = pickTaps(content.features, { text: [], image: photoTaps(image) });
      photos = await put('photos', 'bin', encodeFeatureShard(rest, 0, items.length));
    }
  }
  const catalog = large ? [large.clusters.directory, large.clusters.axes] : [...shards.items, ...shards.features];
  const first = large ? [large.clusters.head.items] : shards.items;
  const places: ItemPlaces = large ?? { head: shards.items.map(({ start, count }) => rowsFrom(start, count)) };
  const texts: NonNullable<Manifest['locales']> = {};
  for (const { tag, market, texts: rows } of locales) {
    texts[tag] = { ...(market ? { market } : {}), ...(await writeTexts(rows, places, put)) };
  }
  const inManifest = first.reduce((sum, { bytes }) => sum + bytes, 0) <= MAX_HEAD_BYTES;
  const digests = [...catalog, projection].map((file) => file.sha256);
  const manifest: Manifest = {
    ...frame,
    digest: await sha256(new TextEncoder().encode(digests.join('\n'))),
    ...(photos ? { photos } : {}),
    shards,
    ...(large ? { clusters: large.clusters } : {}),
    ...(content.similar ? { similar: content.similar } : {}),
    ...(currency ? { currency } : {}),
    ...(language ? { language } : {}),
    ...(locales.length > 0 ? { locales: texts } : {}),
    ...(inManifest ? { head: large ? large.head.flat().map((row) => items[row]) : items } : {}),
  };
  const kept: Learned = {};
  if (previous) {
    const shared = await sharedLearned(previous, items, large);
    Object.assign(manifest, shared);
    const content = (rows: readonly number[]) => contentVectors(pickRows(features, [...rows]), contentBlend(frame));
    Object.assign(kept, await keepLearned(previous, items, shared, { content, groups: large?.members }));
  }
  const all = { ...kept, ...learned };
  if (all.demand && large?.demand) all.demand = large.demand;
  // Rules refer to products by id or by fields, so they stay valid whatever else changed.
  if (offers.length > 0) manifest.offers = [...new Set(offers)].sort();
  if (previous?.manifest.rules) manifest.rules = previous.manifest.rules;
  Object.assign(manifest, await putLearned(all, items, sink, large));
  await verify?.(manifest);
  return putManifest(manifest, previous?.manifest ?? null, sink);
}

interface LargeCatalog extends Required<ItemPlaces> {
  clusters: NonNullable<Manifest['clusters']>;
  demand: Demand | undefined;
}

function check({ items, features, encoders, locales = [] }: BundleContent): void {
  if (items.length === 0) throw new SidestreamError('catalog/empty', 'There is no item to put into the bundle.');
  if (features.count !== items.length) throw invalid(`${items.length} items but features of ${features.count}`);
  for (const name of ['text', 'image'] as const) {
    if (features.taps[name] !== encoders[name].taps.length) {
      throw invalid(`the ${name} encoder has ${encoders[name].taps.length} taps, the features ${features.taps[name]}`);
    }
  }
  for (const { tag, texts } of locales) {
    if (texts.length !== items.length) throw invalid(`${items.length} items but ${texts.length} texts in ${tag}`);
  }
  if (!features.scales.every(Number.isFinite)) throw invalid('a feature row is not finite');
}

const invalid = (what: string): SidestreamError =>
  new SidestreamError('bundle/invalid', `Cannot write the bundle: ${what}.`);

/**
 * Writes the texts of a catalogue in one more language, one file for each items file: a page loads only the texts of its
 * loaded items.
 * @param texts of each item
 * @returns the manifest's entry
 */
async function writeTexts(
  texts: readonly (ItemText | null)[],
  { head, members }: ItemPlaces,
  put: PutFile,
): Promise<{ files: BundleFile[]; clusters?: BundleFile }> {
  const write = async (parts: readonly (readonly number[])[]): Promise<BundleFile[]> => {
    const files: BundleFile[] = [];
    for (const rows of parts) files.push(await put('texts', 'json', encodeTexts(rows.map((row) => texts[row]))));
    return files;
  };
  const files = await write(head);
  if (!members) return { files };
  return { files, clusters: await put('texts', 'bin', encodeFileDirectory(await write(members))) };
}
