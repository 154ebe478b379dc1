import type { FetchFile } from '../../core/catalog';
import { SidestreamError } from '../../error';
import { mergedRules } from '../ranking';
import { fetchRules, type PublishedRules, ruleProblemText, rulesAt } from '../ranking/rules-file';
import type { EngineListener } from './engine-options';
import type { ListChanges } from './list-changes';
import type { LoadedCatalog } from './loaded-catalog';

/**
 * Starts fetching the file of the shop's rules.
 * @returns a function that applies it to the catalogue. A failure is reported once, and lists follow only the page's rules
 */
export function openRules(
  listener: Pick<EngineListener, 'error'>,
  fetchFile: FetchFile,
): (catalog: LoadedCatalog, changes: ListChanges) => Promise<void> {
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
