import * as v from 'valibot';
import { type FetchFile, MANIFEST_FILE } from '../../core/catalog';
import type { EarlyManifest } from '../protocol';

const bytesSchema = v.nullable(v.instance(ArrayBuffer));

/**
 * Files of a bundle that were asked for before the code that reads them is there: a file that waits for code which waits for another
 * file costs the first list a round trip each.
 */
export class StartedFiles {
  readonly #started = new Map<string, Promise<Response>>();
  readonly #fetchFile: FetchFile;

  /**
   * @param fetchFile requests a file from the host
   * @param manifest the manifest that the page fetched while this worker's script loaded; null if it did not
   */
  constructor(fetchFile: FetchFile, manifest: EarlyManifest | null = null) {
    this.#fetchFile = fetchFile;
    if (manifest) this.#keep(MANIFEST_FILE, this.#fromPage(manifest));
  }

  /** Requests files; the next fetch of each gets the result. @param fetchFile default: the constructor's */
  start(names: readonly string[], fetchFile = this.#fetchFile): void {
    for (const name of names) if (!this.#started.has(name)) this.#keep(name, fetchFile(name));
  }

  /** Returns started files once, and requests all other files from the host. @param fetchFile default: the constructor's */
  over(fetchFile = this.#fetchFile): FetchFile {
    const get = (name: string): Promise<Response> => {
      const started = this.#started.get(name);
      this.#started.delete(name);
      return started ?? fetchFile(name);
    };
    return Object.assign(get, { addressOf: fetchFile.addressOf });
  }

  #keep(name: string, response: Promise<Response>): void {
    // Told to whoever fetches the file.
    response.catch(() => undefined);
    this.#started.set(name, response);
  }

  async #fromPage(manifest: EarlyManifest): Promise<Response> {
    const bytes = v.parse(bytesSchema, await manifest());
    return bytes ? new Response(bytes) : this.#fetchFile(MANIFEST_FILE);
  }
}
