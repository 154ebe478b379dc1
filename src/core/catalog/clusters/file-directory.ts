import { invalidBundle } from '../bundle/bundle-file';
import type { BundleFile } from '../bundle/manifest';

const DIGEST = 32;

/** Writes a directory of one file for each of C clusters: uint32[C] bytes, then 32-byte SHA-256 digests. */
export function encodeFileDirectory(files: readonly BundleFile[]): Uint8Array {
  const bytes = new Uint8Array((4 + DIGEST) * files.length);
  const view = new DataView(bytes.buffer);
  for (const [n, file] of files.entries()) {
    view.setUint32(4 * n, file.bytes, true);
    for (let b = 0; b < DIGEST; b++) {
      bytes[4 * files.length + n * DIGEST + b] = Number.parseInt(file.sha256.slice(2 * b, 2 * b + 2), 16);
    }
  }
  return bytes;
}

/** Kinds of additional files, one per cluster, with their name extensions. */
const BESIDE = { texts: 'json', side: 'bin' } as const;
export type BesideClusters = keyof typeof BESIDE;

/**
 * Reads the output of `encodeFileDirectory`.
 * @param file its name, for the message
 * @returns the files of the clusters in their order; names follow from the digests
 * @throws SidestreamError `bundle/invalid` when its number of clusters is wrong
 */
export function decodeFileDirectory(
  bytes: ArrayBuffer,
  file: string,
  clusters: number,
  stem: BesideClusters,
): BundleFile[] {
  if (bytes.byteLength !== (4 + DIGEST) * clusters) {
    throw invalidBundle(file, `should have the ${stem} of ${clusters} clusters`);
  }
  const view = new DataView(bytes);
  return Array.from({ length: clusters }, (_, n) => {
    const digest = new Uint8Array(bytes, 4 * clusters + n * DIGEST, DIGEST);
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return {
      file: `${stem}-${sha256.slice(0, 16)}.${BESIDE[stem]}`,
      sha256,
      bytes: view.getUint32(4 * n, true),
    };
  });
}
