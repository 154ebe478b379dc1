import type { Manifest } from '../catalog';
import type { EngineListener, EngineOptions } from './engine-options';
import type { ListChanges } from './list-changes';
import type { LoadedCatalog } from './loaded-catalog';
import { openOffers } from './offer-service';
import { openRules } from './rule-service';

export { updateOffers } from './offer-service';

/** Longest time that the first list waits for offers and rules once everything else is there, ms. */
const LONGEST_WAIT = 1500;

/**
 * Joins what changes between builds to a catalogue. Resolves when it is joined, or when the first list should not wait longer for
 * it: then lists change as soon as it comes. A failure is reported, and lists go on without.
 */
export type JoinMutable = (catalog: LoadedCatalog, changes: ListChanges) => Promise<void>;

/** Begins to fetch the files of a bundle that change between builds: offers and rules. */
export function openMutable(
  manifest: Pick<Manifest, 'offers' | 'rules'>,
  options: EngineOptions,
  listener: Pick<EngineListener, 'error'>,
): JoinMutable {
  const joins = [openOffers(manifest, options, listener), ...(manifest.rules ? [openRules(options, listener)] : [])];
  return async (...context) => {
    const waiting = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_WAIT));
    await Promise.race([Promise.all(joins.map((join) => join(...context))), waiting]);
  };
}
