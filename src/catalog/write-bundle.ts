import { SidestreamError } from '../error';
import { sha256 } from '../sha256';
import { encodeFeatureShard } from './feature-shard';
import type { FeatureTable } from './feature-table';
import type { Item } from './item';
import type { TextRecipe } from './item-text';
import { keepLearned, type Predecessor } from './keep-learned';
import {
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleShard,
  MANIFEST_FILE,
  type Manifest,
  type Modality,
} from './manifest';

/** One encoder as the bundle records it. */
export interface BundleEncoder {
  preset: string;
  /** SHA-256 of the ONNX file. */
  digest: string;
  /** Tap names, shallow to deep. */
  taps: string[];
  contentTap: number;
  /** Share of this modality in content similarity, 0 to 1. */
  contentWeight: number;
  /** What the browser needs to encode new items; left out to save the bytes on the server. */
  files?: { onnx: Uint8Array; tokenizer?: Uint8Array; settings?: Record<string, unknown> };
}

/** Everything a bundle is made of. `features` has one entry per item, in the order of `items`. */
export interface BundleContent {
  items: Item[];
  features: FeatureTable;
  text: TextRecipe;
  encoders: Record<Modality, BundleEncoder>;
  /** Statistics and projection of every tap, as the encoders wrote them. */
  projection: Uint8Array;
}

/** Stores one file of the bundle under a name relative to the manifest. */
export type BundleSink = (name: string, bytes: Uint8Array) => Promise<void>;

export interface WriteBundleOptions {
  /** Items per shard. Default 1024. */
  shardItems?: number;
  /** The bundle that this one takes the place of, in the same folder: what was learned for it stays where it fits. */
  previous?: Predecessor;
}

/**
 * Writes a bundle: shards, projection and encoders under content-hashed names, the manifest last, so that a build that
 * breaks off never leaves a manifest naming missing files. The same content gives the same bytes.
 * @throws SidestreamError `catalog/empty` without items; `bundle/invalid` when items, features and encoders do not agree
 */
export async function writeBundle(
  content: BundleContent,
  sink: BundleSink,
  { shardItems = 1024, previous }: WriteBundleOptions = {},
): Promise<Manifest> {
  const { items, features, encoders } = content;
  check(content);
  const put = async (stem: string, extension: string, bytes: Uint8Array): Promise<BundleFile> => {
    const digest = await sha256(bytes);
    const file = `${stem}-${digest.slice(0, 16)}.${extension}`;
    await sink(file, bytes);
    return { file, sha256: digest, bytes: bytes.byteLength };
  };
  const shards: Manifest['shards'] = { items: [], features: [] };
  for (let start = 0; start < items.length; start += shardItems) {
    const count = Math.min(shardItems, items.length - start);
    const rows = (file: BundleFile): BundleShard => ({ ...file, start, count });
    shards.items.push(rows(await put('items', 'json', encodeItems(items.slice(start, start + count)))));
    shards.features.push(rows(await put('features', 'bin', encodeFeatureShard(features, start, count))));
  }
  const projection = await put('projection', 'bin', content.projection);
  const modality = async (name: Modality): Promise<Manifest['modalities']['text']> => {
    const { preset, digest, taps, contentTap, contentWeight, files } = encoders[name];
    const base = { preset, digest, taps, contentTap, contentWeight };
    if (!files) return base;
    const onnx = await put(name, 'onnx', files.onnx);
    if (onnx.sha256 !== digest) {
      throw invalid(`the ${name} encoder's file is not the one its features were made with; run the build again`);
    }
    const tokenizer = files.tokenizer && (await put(`${name}-tokenizer`, 'json', files.tokenizer));
    const { settings } = files;
    return { ...base, encoder: { onnx, ...(tokenizer ? { tokenizer } : {}), ...(settings ? { settings } : {}) } };
  };
  const digests = [...shards.items, ...shards.features, projection].map((file) => file.sha256);
  const manifest: Manifest = {
    schema: BUNDLE_SCHEMA,
    digest: await sha256(new TextEncoder().encode(digests.join('\n'))),
    count: items.length,
    dim: features.dim,
    text: content.text,
    modalities: { text: await modality('text'), image: await modality('image') },
    projection,
    shards,
  };
  if (previous) Object.assign(manifest, keepLearned(previous, { manifest, items }));
  await sink(MANIFEST_FILE, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  return manifest;
}

/** Fields in one fixed order, whatever order the feed had, so that equal items are equal bytes. */
function encodeItems(items: Item[]): Uint8Array {
  const rows = items.map((item) => {
    const attributes = Object.fromEntries(Object.entries(item.attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    const { id, title, description, category, price, image, url, availability, popularity } = item;
    return { id, title, description, category, price, image, url, availability, popularity, attributes };
  });
  return new TextEncoder().encode(`[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
}

function check({ items, features, encoders }: BundleContent): void {
  if (items.length === 0) throw new SidestreamError('catalog/empty', 'There is no item to put into the bundle.');
  if (features.count !== items.length) throw invalid(`${items.length} items but features of ${features.count}`);
  for (const name of ['text', 'image'] as const) {
    if (features.taps[name] !== encoders[name].taps.length) {
      throw invalid(`the ${name} encoder has ${encoders[name].taps.length} taps, the features ${features.taps[name]}`);
    }
  }
  if (!features.scales.every(Number.isFinite)) throw invalid('a feature row is not finite');
}

const invalid = (what: string): SidestreamError =>
  new SidestreamError('bundle/invalid', `Cannot write the bundle: ${what}.`);
