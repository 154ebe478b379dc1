import { sha256 } from '../sha256';
import type { BaseConfig } from './base-config';
import { MANIFEST_FILE, type Manifest } from './manifest';
import type { BundleSink } from './write-bundle';

/**
 * Puts a base model into a bundle, in place of the one it may have: the file first, then the manifest naming it.
 * @param bytes weights as safetensors
 * @returns the new manifest
 */
export async function addBase(
  manifest: Manifest,
  bytes: Uint8Array,
  config: BaseConfig,
  sink: BundleSink,
): Promise<Manifest> {
  const digest = await sha256(bytes);
  const file = `base-${digest.slice(0, 16)}.safetensors`;
  await sink(file, bytes);
  const base = { file, sha256: digest, bytes: bytes.byteLength, config };
  const next: Manifest = { ...manifest, base };
  await sink(MANIFEST_FILE, new TextEncoder().encode(`${JSON.stringify(next, null, 2)}\n`));
  return next;
}
