import { type FetchFile, freshFrom, type Manifest } from '../../core/catalog';
import { SidestreamError } from '../../error';
import { mergedRules } from '../ranking';
import { fetchRules, type PublishedRules, ruleProblemText, rulesAt } from '../ranking/rules-file';
import type { ListChanges } from './engine-context';
import type { EngineListener, EngineOptions } from './engine-options';
import type { LoadedCatalog } from './loaded-catalog';
import { openOffers } from './offer-service';
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

/**
 * Starts fetching the file of the shop's rules.
 * @returns a function that applies it to the catalogue. A failure is reported once, and lists follow only the page's rules
 */
function openRules(listener: Pick<EngineListener, 'error'>, fetchFile: FetchFile): JoinMutable {
  const file = fetchRules(fetchFile);
  // Reported by whoever joins it.
  file.catch(() => undefined);
  return async (catalog, changes) => {
    try {
      const { rules, problems } = await file;
      // A page may be open over midnight, so dates are judged for each list.
      catalog.rulesFor = (placement, own) => mergedRules(rulesAt(rules, placement, Date.now()), own);
      changes.announce();
      if (problems.length > 0) throw leftOut(problems);
    } catch (thrown) {
      listener.error(SidestreamError.from(thrown));
    }
  };
}

function leftOut(problems: PublishedRules['problems']): SidestreamError {
  const [first] = problems;
  const more = problems.length > 1 ? ` For ${problems.length - 1} more errors, run \`sidestream rules check\`.` : '';
  const text = `Some rules of the shop's file are invalid and left out; the other rules apply: ${ruleProblemText(first)}.${more}`;
  return new SidestreamError('bundle/rules', text);
}
