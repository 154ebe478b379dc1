import { sha256 } from '../../common/sha256';
import { BUNDLE_SCHEMA, type BundleFile, encodeManifest, MANIFEST_FILE, type Manifest } from './manifest';

/** Stores one file of the bundle under a name relative to the manifest. */
export type BundleSink = (name: string, bytes: Uint8Array) => Promise<void>;

/**
 * Writes a manifest, and a copy of it under a content-hashed name, by which the manifest after it can name it: a page
 * that finds the next bundle uploaded in part goes back to this one. One that says the same as the manifest in its place
 * is that manifest.
 * @param before the manifest that it takes the place of
 * @returns the manifest as it is stored
 */
export async function putManifest(manifest: Manifest, before: Manifest | null, sink: BundleSink): Promise<Manifest> {
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA };
  delete next.previous;
  if (before && sameBytes(encodeManifest({ ...before, previous: undefined }), encodeManifest(next))) {
    if (before.previous) next.previous = before.previous;
  } else if (before) {
    next.previous = await manifestFile(before);
    await sink(next.previous.file, encodeManifest(before));
  }
  await storeManifest(next, sink);
  return next;
}

/** Writes a manifest as it is: its copy first. */
export async function storeManifest(manifest: Manifest, sink: BundleSink): Promise<void> {
  const bytes = encodeManifest(manifest);
  await sink((await manifestFile(manifest)).file, bytes);
  await sink(MANIFEST_FILE, bytes);
}

/** The content-hashed copy of a manifest. */
export async function manifestFile(manifest: Manifest): Promise<BundleFile> {
  const bytes = encodeManifest(manifest);
  const digest = await sha256(bytes);
  return { file: `manifest-${digest.slice(0, 16)}.json`, sha256: digest, bytes: bytes.byteLength };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);
