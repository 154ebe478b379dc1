import { categoryPaths } from '../../../core/catalog';
import { counted } from '../../../core/common/grouped';
import type { CatalogIndex } from '../catalog-index';
import { productOf } from '../placement';
import type { ExpertPart, RankState } from '../rank-state';
import { similarity } from '../similarities';
import { choiceTable, pairAt, strongestContributor } from '../terms/cooccurrence';
import type { TermName } from '../terms/terms';
import type { ReasonKind } from './reason-text';

const MIN_CATEGORY_CHOICES = 3;

/**
 * The reasons of personal recommendations, by the terms that contribute most: co-occurrence, category, or else the past item
 * that contributes most. A past item also explains the learned preference: if that contributes more than content, and a
 * kept expert contributes most to it, the past item is one of that expert's choices. The reason then includes the time of the
 * choice, unless the item was picked, bought or is in the cart.
 * @returns the reason of an item. `terms`: contributions of the terms to its score
 */
export function reasonsFor(
  index: CatalogIndex,
  { history, expertParts, record }: Pick<RankState, 'history' | 'expertParts' | 'record'>,
  contributors: (row: number) => ReadonlyMap<number, number>,
): (row: number, terms: Partial<Record<TermName, number>>) => ReasonKind {
  const table = choiceTable(index);
  let choices: Map<string, number> | undefined;
  const frequent = (category: string): boolean => {
    choices ??= counted(history.rows.flatMap((row) => categoryPaths(index.items[row].category)));
    return (choices.get(category) ?? 0) >= MIN_CATEGORY_CHOICES;
  };
  return (row, terms) => {
    const { boughtTogether = 0, category = 0, preference = 0 } = terms;
    const content = (terms.recent ?? 0) + (terms.session ?? 0) + (terms.nearestHistory ?? 0);
    const resemblance = Math.max(content, preference);
    if (boughtTogether > Math.max(resemblance, category) && table) {
      const product = productOf(index);
      const chosen = { rows: history.rows.map(product), orders: history.orders };
      const contributor = strongestContributor(table, chosen, product(row));
      if (contributor !== null) return cooccurrenceReason(index, contributor, row);
    }
    const item = index.items[row];
    const [path] = categoryPaths(item.category);
    if (category > resemblance && path && frequent(path)) return { kind: 'category', about: item };
    const own = preference > 0 ? choicesOfSpeaker(expertParts?.(row) ?? []) : [];
    const past = (preference > content ? nearest(index, row, own) : null) ?? largest(contributors(row));
    if (past === null) return { kind: 'chosen-for-you' };
    const about = index.items[past];
    if (record?.picked.has(past)) return { kind: 'you-picked', about };
    // The shopper may not have seen its page: a list can put a product into the cart.
    if ([record?.cart, record?.owned].some((rows) => rows?.has(past))) return { kind: 'chosen', about };
    const told = own.find((choice) => choice.row === past);
    return told ? { kind: 'looked-at-earlier', about, time: told.time } : { kind: 'looked-at', about };
  };
}

/** The past item that contributes most to an item; null if none raises its score. */
function largest(parts: ReadonlyMap<number, number>): number | null {
  let [best, most]: [number | null, number] = [null, 0];
  for (const [past, part] of parts) if (part > most) [best, most] = [past, part];
  return best;
}

/** The choice that the item resembles most, except its own product; null without one. An expert's choices may be old. */
function nearest(index: CatalogIndex, row: number, choices: ExpertPart['choices']): number | null {
  const { content, similarities } = index;
  const product = productOf(index);
  let [best, highest]: [number | null, number] = [null, Number.NEGATIVE_INFINITY];
  for (const past of new Set(choices.map((choice) => choice.row))) {
    if (product(past) === product(row)) continue;
    const value = similarities.cached(past)?.[row] ?? similarity(content, past, row);
    if (value > highest) [best, highest] = [past, value];
  }
  return best;
}

/** Choices of the kept expert that contributes most; empty if that is the generalist or a candidate. */
function choicesOfSpeaker(parts: readonly ExpertPart[]): ExpertPart['choices'] {
  const [speaker] = parts.toSorted((a, b) => b.contribution - a.contribution);
  return speaker?.state === 'active' || speaker?.state === 'frozen' ? speaker.choices : [];
}

/**
 * The reason of an item that co-occurs with another, as specific as the table allows: the number of orders if known; "chosen
 * together" only if it was counted from logs.
 */
export function cooccurrenceReason(index: CatalogIndex, other: number, row: number): ReasonKind {
  const { items, cooccurrence: table } = index;
  const product = productOf(index);
  const about = items[other];
  const orders = table?.support?.[pairAt(table, product(other), product(row))];
  if (orders) return { kind: 'bought-with', about, orders };
  return { kind: table?.origin === 'shop' ? 'goes-with' : 'chosen-with', about };
}
