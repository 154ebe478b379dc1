import * as Comlink from 'comlink';
import { MANIFEST_FILE } from '../../core/common/text';
import type { EarlyManifest } from '../../device/protocol';

/**
 * Requests the manifest of a bundle while the worker's script is loading; the worker would request it only once it runs. Both use
 * the same cache and the same rules.
 * @param bundle absolute address of the folder
 * @returns the bytes for the worker, or null if the request failed. The worker then requests the manifest itself and reports the
 *   error
 */
export function earlyManifest(bundle: string): EarlyManifest {
  const bytes = fetch(bundle + MANIFEST_FILE, { cache: 'no-cache' })
    .then((response) => (response.ok ? response.arrayBuffer() : null))
    .catch(() => null);
  return Comlink.proxy(async () => {
    const given = await bytes;
    return given && Comlink.transfer(given, [given]);
  });
}
