import { type CooccurrenceTable, categoryPaths } from '../../catalog';
import type { ChoiceHistory } from '../../events';
import type { CatalogIndex } from '../catalog-index';
import { similarity } from '../similarities';
import { strongestContributor } from '../terms/cooccurrence';
import { LONGEST_HISTORY, type TermName } from '../terms/terms';
import type { ReasonKind } from './reason-text';

/**
 * The reason of a personal recommendation, by the terms that contribute most: co-occurrence, category, or the past item
 * that it resembles most. The latter also stands for the learned preference, which names no item.
 * @param terms contributions of the terms to the item's score
 */
export function reasonKindOf(
  index: CatalogIndex,
  history: ChoiceHistory,
  row: number,
  terms: Partial<Record<TermName, number>>,
): ReasonKind {
  const { boughtTogether = 0, category = 0 } = terms;
  const content = (terms.recent ?? 0) + (terms.session ?? 0) + (terms.nearestHistory ?? 0);
  const resemblance = Math.max(content, terms.preference ?? 0);
  if (boughtTogether > Math.max(resemblance, category) && index.cooccurrence) {
    const contributor = strongestContributor(index.cooccurrence, history.rows, row);
    if (contributor !== null)
      return { kind: cooccurrenceReason(index.cooccurrence), name: index.items[contributor].title };
  }
  if (category > resemblance) {
    const name = categoryPaths(index.items[row].category)[0]?.split('/').at(-1);
    if (name) return { kind: 'category', name };
  }
  const nearest = nearestPastItem(index, history, row);
  return nearest === null ? { kind: 'chosen-for-you' } : { kind: 'looked-at', name: index.items[nearest].title };
}

/** Kind of a reason by co-occurrence: only a table counted from logs shows that others chose the items together. */
export const cooccurrenceReason = (table: CooccurrenceTable | null): 'chosen-with' | 'goes-with' =>
  table?.origin === 'shop' ? 'goes-with' : 'chosen-with';

/** The past item that an item resembles most, itself left out, among the choices that the terms use; null without any. */
function nearestPastItem({ content }: CatalogIndex, history: ChoiceHistory, row: number): number | null {
  let nearest: number | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const past of new Set(history.rows.slice(-LONGEST_HISTORY))) {
    if (past === row) continue;
    const value = similarity(content, past, row);
    if (value > highest) {
      highest = value;
      nearest = past;
    }
  }
  return nearest;
}
