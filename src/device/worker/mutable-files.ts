import { freshFrom, type Manifest } from '../../core/catalog';
import type { EngineListener, EngineOptions } from './engine-options';
import type { ListChanges } from './list-changes';
import type { LoadedCatalog } from './loaded-catalog';
import { openOffers } from './offer-service';
import { openRules } from './rule-service';
import type { StartedFiles } from './started-files';

export { updateOffers } from './offer-service';

/** Maximum time that the first list waits for offers and rules after everything else is loaded, ms. */
const MAX_WAIT_MS = 1500;

/**
 * Applies to a catalogue the files that change between builds. Resolves when they are applied, or when the first list should
 * not wait longer: lists then change as soon as they arrive. A failure is reported, and lists continue without them.
 */
export type JoinMutable = (catalog: LoadedCatalog, changes: ListChanges) => Promise<void>;

/** Fetches the files of a bundle that change between builds: offers and rules. @param files may have begun with them */
export function openMutable(
  manifest: Pick<Manifest, 'offers' | 'rules'>,
  options: EngineOptions,
  listener: Pick<EngineListener, 'error'>,
  files: StartedFiles,
): JoinMutable {
  const fetchFile = files.over(freshFrom(options.bundle));
  const offers = openOffers(manifest, options, listener, fetchFile);
  const joins = [offers, ...(manifest.rules ? [openRules(listener, fetchFile)] : [])];
  return async (...context) => {
    const waiting = new Promise<void>((resolve) => setTimeout(resolve, MAX_WAIT_MS));
    await Promise.race([Promise.all(joins.map((join) => join(...context))), waiting]);
  };
}
