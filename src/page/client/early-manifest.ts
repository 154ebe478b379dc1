import * as Comlink from 'comlink';
import { MANIFEST_FILE } from '../../core/common/manifest-file';
import type { EarlyManifest } from '../../device/protocol';

/**
 * Asks for the manifest of a bundle while the worker's script is on its way; the worker would ask only once it runs. The two have
 * the same cache and the same rules.
 * @param bundle absolute address of the folder
 * @returns for the worker: bytes, or null where the host gave none. The worker then asks itself, and says what is wrong
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
