import { type CompanionTable, categoryPaths } from '../../catalog';
import type { ChoiceHistory } from '../../events';
import type { CatalogueIndex } from '../catalog-index';
import { similarity } from '../similarities';
import { companionOf } from '../terms/cooccurrence';
import { LONGEST_HISTORY, type TermName } from '../terms/terms';
import type { Ground } from './reason-text';

/**
 * The strongest ground of a personal recommendation: what others chose it with, its category, or the past item it
 * resembles most, which also stands for a taste that has no words of its own.
 */
export function groundOf(
  index: CatalogueIndex,
  taste: ChoiceHistory,
  row: number,
  terms: Partial<Record<TermName, number>>,
): Ground {
  const { companions = 0, category = 0 } = terms;
  const content = (terms.recent ?? 0) + (terms.session ?? 0) + (terms.closest ?? 0);
  const nameless = Math.max(content, terms.taste ?? 0);
  if (companions > Math.max(nameless, category) && index.companions) {
    const partner = companionOf(index.companions, taste.rows, row);
    if (partner !== null) return { kind: chosenWith(index.companions), name: index.items[partner].title };
  }
  if (category > nameless) {
    const name = categoryPaths(index.items[row].category)[0]?.split('/').at(-1);
    if (name) return { kind: 'category', name };
  }
  const nearest = nearestOf(index, taste, row);
  return nearest === null ? { kind: 'chosen-for-you' } : { kind: 'looked-at', name: index.items[nearest].title };
}

/** What may be said of companions: only logs tell that others chose them. */
export const chosenWith = (companions: CompanionTable | null): 'chosen-with' | 'goes-with' =>
  companions?.origin === 'shop' ? 'goes-with' : 'chosen-with';

/** The past item, other than itself, that an item resembles most, of those that the terms look at; null without any. */
function nearestOf({ content }: CatalogueIndex, taste: ChoiceHistory, row: number): number | null {
  let nearest: number | null = null;
  let best = Number.NEGATIVE_INFINITY;
  for (const past of new Set(taste.rows.slice(-LONGEST_HISTORY))) {
    if (past === row) continue;
    const value = similarity(content, past, row);
    if (value > best) {
      best = value;
      nearest = past;
    }
  }
  return nearest;
}
