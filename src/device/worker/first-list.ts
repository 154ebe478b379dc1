import { DEFAULT_MARKET, freshFrom, localeFor, type Manifest, marketFor, offersFile } from '../../core/catalog';
import { RULES_FILE } from '../ranking';
import type { EngineOptions } from './engine-options';
import type { StartedFiles } from './started-files';

/**
 * Requests, as soon as the manifest is available, all files and code that the first list needs in addition to the items: in
 * one step, because each would otherwise wait for the code or the items that need it.
 */
export function startFirstList(
  manifest: Manifest,
  { bundle, lang, market = marketFor(manifest, lang) ?? DEFAULT_MARKET }: EngineOptions,
  files: StartedFiles,
): void {
  const { offers = [], rules, locales, clusters, demand, head } = manifest;
  const fresh = [...(offers.includes(market) ? [offersFile(market)] : []), ...(rules ? [RULES_FILE] : [])];
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
    code.push(import('./load-learned'), import('../../core/catalog/bundle/read-learned'), import('../ranking/demand'));
  }
  // Its user requests it again, and reports a failure.
  for (const loading of code) loading.catch(() => undefined);
}
