import * as v from 'valibot';
import { SidestreamError } from '../error';
import { canHash, sha256 } from '../sha256';
import type { BaseConfig } from './base-config';
import { type CompanionTable, decodeCompanions } from './companion-table';
import { createTable, decodeFeatureShard, featureShardBytes } from './feature-shard';
import type { FeatureTable } from './feature-table';
import { type Item, itemSchema } from './item';
import {
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleShard,
  MANIFEST_FILE,
  type Manifest,
  type Modality,
  manifestSchema,
} from './manifest';

/** Gets one file of a bundle by its name relative to the manifest. */
export type FetchFile = (name: string) => Promise<Response>;

/** Called as bytes arrive. `total` is the sum of the files asked for, known from the manifest. */
export type BundleProgress = (loaded: number, total: number) => void;

/** An encoder's files: what the browser needs to encode an item that has no features yet. */
export interface EncoderFiles {
  onnx: ArrayBuffer;
  tokenizer?: string;
}

/** A base model as it is stored. */
export interface BaseFile {
  config: BaseConfig;
  /** Weights as safetensors. */
  bytes: ArrayBuffer;
}

/** An open bundle. Items and features are in memory; projection and encoders are fetched when asked for. */
export interface Bundle {
  manifest: Manifest;
  items: Item[];
  features: FeatureTable;
  /** False when the page is served over plain http: browsers then offer no hashing, and only sizes are checked. */
  verified: boolean;
  /** One file of the manifest, checked. */
  file(file: BundleFile, onProgress?: BundleProgress): Promise<ArrayBuffer>;
  /** Means, deviations and projection of every tap. */
  projection(onProgress?: BundleProgress): Promise<ArrayBuffer>;
  /** The base model that came with the bundle; null when there is none. */
  base(onProgress?: BundleProgress): Promise<BaseFile | null>;
  /** What is chosen together, as the bundle knows it; null when it does not. */
  companions(onProgress?: BundleProgress): Promise<CompanionTable | null>;
  /** @throws SidestreamError `encoder/missing` when the bundle was built without encoders */
  encoder(modality: Modality, onProgress?: BundleProgress): Promise<EncoderFiles>;
}

/** Fetches from a folder over http. The manifest is revalidated on every visit; all other files never change. */
export function fetchFrom(folder: string | URL): FetchFile {
  const base = String(folder).replace(/\/*$/, '/');
  return (name) => fetch(base + name, name === MANIFEST_FILE ? { cache: 'no-cache' } : {});
}

/**
 * Opens a bundle: manifest, then items and feature shards side by side, each checked against its SHA-256.
 * @param source address of the bundle's folder, or a function that gets its files
 * @throws SidestreamError
 *   `bundle/unreachable` a file could not be fetched; `bundle/invalid` a file is not what the manifest or the schema
 *   says; `bundle/digest-mismatch` a file has other bytes than the manifest says; `bundle/unknown-version` the bundle
 *   was written by a newer version
 */
export async function openBundle(source: string | URL | FetchFile, onProgress?: BundleProgress): Promise<Bundle> {
  const fetchFile = typeof source === 'function' ? source : fetchFrom(source);
  const manifest = parseManifest(await fetchBytes(fetchFile, MANIFEST_FILE));
  const { shards } = manifest;
  checkShards(manifest);

  const total = [...shards.items, ...shards.features].reduce((sum, shard) => sum + shard.bytes, 0);
  let loaded = 0;
  const report = (bytes: number): void => {
    loaded += bytes;
    onProgress?.(loaded, total);
  };
  onProgress?.(0, total);
  const items: Item[] = new Array(manifest.count);
  const taps = { text: manifest.modalities.text.taps.length, image: manifest.modalities.image.taps.length };
  const features = createTable({ dim: manifest.dim, taps }, manifest.count);
  await Promise.all([
    ...shards.items.map(async (shard) => {
      const rows = parseItems(shard, await fetchChecked(fetchFile, shard, report));
      for (let i = 0; i < rows.length; i++) items[shard.start + i] = rows[i];
    }),
    ...shards.features.map(async (shard) => {
      decodeFeatureShard(await fetchChecked(fetchFile, shard, report), features, shard.start, shard.count);
    }),
  ]);
  checkIds(items);
  return { manifest, items, features, verified: canHash(), ...lateFiles(fetchFile, manifest) };
}

type LateFiles = Pick<Bundle, 'file' | 'projection' | 'base' | 'companions' | 'encoder'>;

function lateFiles(fetchFile: FetchFile, manifest: Manifest): LateFiles {
  const files = async (wanted: BundleFile[], onProgress?: BundleProgress): Promise<ArrayBuffer[]> => {
    const total = wanted.reduce((sum, file) => sum + file.bytes, 0);
    let loaded = 0;
    const report = (bytes: number): void => {
      loaded += bytes;
      onProgress?.(loaded, total);
    };
    return Promise.all(wanted.map((file) => fetchChecked(fetchFile, file, report)));
  };
  return {
    file: async (file, onProgress) => (await files([file], onProgress))[0],
    projection: async (onProgress) => (await files([manifest.projection], onProgress))[0],
    base: async (onProgress) => {
      const { base } = manifest;
      return base ? { config: base.config, bytes: (await files([base], onProgress))[0] } : null;
    },
    companions: async (onProgress) => {
      const { companions } = manifest;
      if (!companions) return null;
      const table = decodeCompanions((await files([companions], onProgress))[0], manifest.count);
      return companions.origin ? { ...table, origin: companions.origin } : table;
    },
    encoder: async (modality, onProgress) => {
      const { encoder } = manifest.modalities[modality];
      if (!encoder) {
        throw new SidestreamError(
          'encoder/missing',
          `This bundle has no ${modality} encoder, so new items cannot be encoded here. Build it without --no-encoders.`,
        );
      }
      const wanted = encoder.tokenizer ? [encoder.onnx, encoder.tokenizer] : [encoder.onnx];
      const [onnx, tokenizer] = await files(wanted, onProgress);
      return tokenizer ? { onnx, tokenizer: new TextDecoder().decode(tokenizer) } : { onnx };
    },
  };
}

function parseManifest(bytes: ArrayBuffer): Manifest {
  const data = parseJson(MANIFEST_FILE, bytes);
  const schema = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
  if (typeof schema === 'number' && schema !== BUNDLE_SCHEMA) {
    throw new SidestreamError(
      'bundle/unknown-version',
      `The bundle has format version ${schema}, this page reads version ${BUNDLE_SCHEMA}. Build the bundle and the page with the same version of Sidestream.`,
    );
  }
  const result = v.safeParse(manifestSchema, data);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalid(MANIFEST_FILE, `${v.getDotPath(issue) ?? 'file'}: ${issue.message}`);
}

/** Shards must cover the items without gap or overlap, and feature shards must have the size their rows need. */
function checkShards({ shards, count, dim, modalities }: Manifest): void {
  const taps = { text: modalities.text.taps.length, image: modalities.image.taps.length };
  for (const kind of ['items', 'features'] as const) {
    let next = 0;
    for (const shard of shards[kind]) {
      if (shard.start !== next) throw invalid(MANIFEST_FILE, `${kind} shard ${shard.file} should start at row ${next}`);
      next += shard.count;
    }
    if (next !== count) throw invalid(MANIFEST_FILE, `${kind} shards hold ${next} rows, the bundle has ${count} items`);
  }
  for (const shard of shards.features) {
    const expected = featureShardBytes({ dim, taps }, shard.count);
    if (shard.bytes !== expected) {
      throw invalid(
        MANIFEST_FILE,
        `${shard.file} should be ${expected} bytes for ${shard.count} items, not ${shard.bytes}`,
      );
    }
  }
}

function parseItems(shard: BundleShard, bytes: ArrayBuffer): Item[] {
  const result = v.safeParse(v.array(itemSchema), parseJson(shard.file, bytes));
  if (!result.success) {
    const [issue] = result.issues;
    throw invalid(shard.file, `${v.getDotPath(issue) ?? 'file'}: ${issue.message}`);
  }
  if (result.output.length !== shard.count) {
    throw invalid(shard.file, `holds ${result.output.length} items, the manifest says ${shard.count}`);
  }
  return result.output;
}

function checkIds(items: Item[]): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id)) throw invalid(MANIFEST_FILE, `item id ${JSON.stringify(id)} occurs twice`);
    seen.add(id);
  }
}

async function fetchChecked(
  fetchFile: FetchFile,
  file: BundleFile,
  report?: (bytes: number) => void,
): Promise<ArrayBuffer> {
  const bytes = await fetchBytes(fetchFile, file.file, report);
  if (bytes.byteLength !== file.bytes || (canHash() && (await sha256(bytes)) !== file.sha256)) {
    throw new SidestreamError(
      'bundle/digest-mismatch',
      `${file.file} is not the file the manifest names (${bytes.byteLength} bytes, expected ${file.bytes}). Upload the whole bundle again, the manifest last.`,
    );
  }
  return bytes;
}

async function fetchBytes(fetchFile: FetchFile, name: string, report?: (bytes: number) => void): Promise<ArrayBuffer> {
  const unreachable = (why: string, cause?: unknown): SidestreamError =>
    new SidestreamError(
      'bundle/unreachable',
      `Cannot get ${name} of the bundle: ${why}. Check its address and the connection.`,
      { cause },
    );
  try {
    const response = await fetchFile(name);
    if (!response.ok) throw unreachable(`the server answered ${response.status} ${response.statusText}`.trim());
    if (!response.body || !report) return await response.arrayBuffer();
    const chunks: Uint8Array[] = [];
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      chunks.push(part.value);
      report(part.value.byteLength);
    }
    return join(chunks);
  } catch (error) {
    throw error instanceof SidestreamError
      ? error
      : unreachable(error instanceof Error ? error.message : String(error), error);
  }
}

function join(chunks: Uint8Array[]): ArrayBuffer {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes.buffer;
}

function parseJson(name: string, bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    // A single-page host answers every unknown address with its index.html.
    const hint =
      new TextDecoder().decode(bytes.slice(0, 1)) === '<'
        ? 'is a web page; check the address of the bundle'
        : String(error);
    throw invalid(name, hint, error);
  }
}

const invalid = (name: string, what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The bundle cannot be read: ${name}: ${what}. Build it again with \`sidestream build\`.`,
    { cause },
  );
