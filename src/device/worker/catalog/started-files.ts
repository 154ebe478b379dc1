import * as v from 'valibot';
import {
  type FetchFile,
  freshFrom,
  localeFor,
  MANIFEST_FILE,
  type Manifest,
  marketFor,
  offeredMarket,
  offersFile,
} from '../../../core/catalog';
import type { EarlyManifest, EngineOptions } from '../../protocol';
import { RULES_FILE } from '../../ranking';

/** The indexes by which a page finds the shards that a returning shopper's first list needs. */
export const indexesOf = ({ shards }: Manifest): string[] =>
  shards.whole ? [] : [shards.directory, shards.ids, ...shards.files.slice(0, 1)].map(({ file }) => file);

const bytesSchema = v.nullable(v.instance(ArrayBuffer));

/**
 * Files of a bundle that were asked for before the code that reads them is there: a file that waits for code which waits for another
 * file costs the first list a round trip each.
 */
export class StartedFiles {
  readonly #started = new Map<string, Promise<Response>>();

  /**
   * @param fetchFile requests a file from the host
   * @param manifest the manifest that the page fetched while this worker's script loaded; null if it did not
   */
  constructor(
    private readonly fetchFile: FetchFile,
    manifest: EarlyManifest | null = null,
  ) {
    if (manifest) this.#keep(MANIFEST_FILE, this.#fromPage(manifest));
  }

  /** Requests files; the next fetch of each gets the result. @param fetchFile default: the constructor's */
  start(names: readonly string[], fetchFile = this.fetchFile): void {
    for (const name of names) if (!this.#started.has(name)) this.#keep(name, fetchFile(name));
  }

  /** Returns started files once, and requests all other files from the host. @param fetchFile default: the constructor's */
  over(fetchFile = this.fetchFile): FetchFile {
    const get = (name: string): Promise<Response> => {
      const started = this.#started.get(name);
      this.#started.delete(name);
      return started ?? fetchFile(name);
    };
    return Object.assign(get, { addressOf: fetchFile.addressOf });
  }

  #keep(name: string, response: Promise<Response>): void {
    // Reported to the caller that fetches the file.
    response.catch(() => undefined);
    this.#started.set(name, response);
  }

  async #fromPage(manifest: EarlyManifest): Promise<Response> {
    const bytes = v.parse(bytesSchema, await manifest());
    return bytes ? new Response(bytes) : this.fetchFile(MANIFEST_FILE);
  }
}

/**
 * Requests, as soon as the manifest is available, all files that the first list needs in addition to the items: in
 * one step, because each would otherwise wait for the code that needs it.
 */
export function startFirstList(
  manifest: Manifest,
  { bundle, lang, market = marketFor(manifest, lang) }: EngineOptions,
  files: StartedFiles,
): void {
  const { offers, rules, locales, shards } = manifest;
  const offered = offeredMarket(offers, market);
  const fresh = [...(offered ? [offersFile(offered)] : []), ...(rules ? [RULES_FILE] : [])];
  files.start(fresh, freshFrom(bundle));
  const tag = localeFor(manifest, lang);
  files.start([shards.head.file, ...(locales && tag !== null ? [locales[tag].head.file] : [])]);
}
