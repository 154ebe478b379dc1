import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import { sha256 } from '../../common/bytes';
import { fitting } from '../../common/schema';
import { invalidBundle, parseJson } from './bundle-file';
import {
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleSink,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
} from './manifest-schema';

/**
 * Reads a manifest.
 * @param address its source, for messages
 * @throws SidestreamError `bundle/unknown-version` when it has another format version; `bundle/invalid` when it is not a manifest or
 *   its entries contradict each other
 */
export function parseManifest(bytes: ArrayBuffer, address = MANIFEST_FILE): Manifest {
  const data = parseJson(address, bytes);
  const schema = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
  if (typeof schema === 'number' && schema !== BUNDLE_SCHEMA) {
    throw new SidestreamError(
      'bundle/unknown-version',
      `The bundle has format version ${schema}, but this page reads version ${BUNDLE_SCHEMA}. Build the bundle and the page with the same version of Sidestream.`,
    );
  }
  const manifest = fitting(manifestSchema, data, (what) => invalidBundle(MANIFEST_FILE, what));
  const { count, shards } = manifest;
  if (count > shards.count * shards.largest || shards.count > count) {
    throw invalidBundle(MANIFEST_FILE, `${shards.count} shards of up to ${shards.largest} cannot hold ${count} items`);
  }
  return manifest;
}

/** The bytes of a manifest, fields in a fixed order: equal manifests give equal bytes. */
export const encodeManifest = (manifest: Manifest): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(v.parse(manifestSchema, manifest), null, 2)}\n`);

/**
 * Writes a manifest, and a copy of it under a content-hashed name, which the next manifest refers to: a
 * page that finds the next bundle partly uploaded falls back to this one. A manifest with the same content as its
 * predecessor keeps the predecessor's `previous`.
 * @param before the manifest that it replaces
 * @returns the manifest as stored
 */
export async function putManifest(manifest: Manifest, before: Manifest | null, sink: BundleSink): Promise<Manifest> {
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA };
  delete next.previous;
  if (before && (await manifestFile({ ...before, previous: undefined })).sha256 === (await manifestFile(next)).sha256) {
    if (before.previous) next.previous = before.previous;
  } else if (before) {
    next.previous = await manifestFile(before);
    await sink(next.previous.file, encodeManifest(before));
  }
  await storeManifest(next, sink);
  return next;
}

/** Writes a manifest unchanged, its copy first. */
export async function storeManifest(manifest: Manifest, sink: BundleSink): Promise<void> {
  await sink((await manifestFile(manifest)).file, encodeManifest(manifest));
  await sink(MANIFEST_FILE, encodeManifest(manifest));
}

/**
 * Records in a manifest which files change between builds: the markets with offers, and whether the bundle has rules. The
 * previous bundle, whose items differ, stays.
 * @returns the manifest as stored
 */
export async function putMutable(
  manifest: Manifest,
  { offers = [], rules }: Pick<Manifest, 'offers' | 'rules'>,
  sink: BundleSink,
): Promise<Manifest> {
  const markets = offers.length > 0 ? [...new Set(offers)].sort() : undefined;
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA, offers: markets, rules };
  await storeManifest(next, sink);
  return next;
}

/** The content-hashed copy of a manifest. */
export async function manifestFile(manifest: Manifest): Promise<BundleFile> {
  const bytes = encodeManifest(manifest);
  const digest = await sha256(bytes);
  return { file: `manifest-${digest.slice(0, 16)}.json`, sha256: digest, bytes: bytes.byteLength };
}
