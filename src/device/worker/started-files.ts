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
} from '../../core/catalog';
import type { EarlyManifest } from '../protocol';
import { RULES_FILE } from '../ranking';
import type { EngineOptions } from './engine-options';

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
    // Reported to whoever fetches the file.
    response.catch(() => undefined);
    this.#started.set(name, response);
  }

  async #fromPage(manifest: EarlyManifest): Promise<Response> {
    const bytes = v.parse(bytesSchema, await manifest());
    return bytes ? new Response(bytes) : this.#fetchFile(MANIFEST_FILE);
  }
}

/**
 * Requests, as soon as the manifest is available, all files and code that the first list needs in addition to the items: in
 * one step, because each would otherwise wait for the code or the items that need it.
 */
export function startFirstList(
  manifest: Manifest,
  { bundle, lang, market = marketFor(manifest, lang) }: EngineOptions,
  files: StartedFiles,
): void {
  const { offers, rules, locales, clusters, demand, head } = manifest;
  const offered = offeredMarket(offers, market);
  const fresh = [...(offered ? [offersFile(offered)] : []), ...(rules ? [RULES_FILE] : [])];
  files.start(fresh, freshFrom(bundle));
  const tag = localeFor(manifest, lang);
  if (locales && tag !== null) files.start(locales[tag].files.map(({ file }) => file));
  if (clusters) files.start([clusters.statistics.file, ...(head ? [] : [clusters.head.items.file])]);
  const code: Promise<unknown>[] = [];
  if (locales) code.push(import('./item-texts'));
  // Only items in the manifest tell immediately whether they have variants; other items may have some.
  if (!head) code.push(import('../ranking/variants'));
  if (demand && !clusters && !head?.some(({ popularity }) => popularity)) {
    files.start([demand.file]);
    code.push(import('./load-learned'), import('../../core/catalog/bundle/late-files'), import('../ranking/demand'));
  }
  // Its user requests it again, and reports a failure.
  for (const loading of code) loading.catch(() => undefined);
}
