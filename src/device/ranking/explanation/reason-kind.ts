import type { CatalogIndex } from '../catalog-index';
import { productOf } from '../product-variants';
import type { ExpertPart, RankState } from '../rank-state';
import { similarity } from '../similarities';
import { pairAt, strongestContributor } from '../terms/cooccurrence';
import { MAX_HISTORY, type TermName } from '../terms/terms';
import { categoryName, type ReasonKind } from './reason-text';

/**
 * The reason of a personal recommendation, by the terms that contribute most: co-occurrence, category, or the most similar
 * past item. A past item also explains the learned preference: if that contributes more than content, and a kept expert
 * contributes most to it, the past item is one of that expert's choices. The reason then includes the time of the choice,
 * unless the item was bought or is in the cart.
 * @param terms contributions of the terms to the item's score
 */
export function reasonKindOf(
  index: CatalogIndex,
  { history, expertParts, record }: Pick<RankState, 'history' | 'expertParts' | 'record'>,
  row: number,
  terms: Partial<Record<TermName, number>>,
): ReasonKind {
  const { boughtTogether = 0, category = 0, preference = 0 } = terms;
  const content = (terms.recent ?? 0) + (terms.session ?? 0) + (terms.nearestHistory ?? 0);
  const resemblance = Math.max(content, preference);
  if (boughtTogether > Math.max(resemblance, category) && index.cooccurrence) {
    const product = productOf(index);
    const contributor = strongestContributor(index.cooccurrence, history.rows.map(product), product(row));
    if (contributor !== null) return cooccurrenceReason(index, contributor, row);
  }
  if (category > resemblance) {
    const about = index.items[row];
    if (categoryName(about)) return { kind: 'category', about };
  }
  const own = preference > 0 ? choicesOfSpeaker(expertParts?.(row) ?? []) : [];
  const ownRows = preference > content ? own.map((choice) => choice.row) : [];
  const nearest = nearestTo(index, row, ownRows) ?? nearestChoice(index, row, history.rows.slice(-MAX_HISTORY));
  if (nearest === null) return { kind: 'chosen-for-you' };
  const about = index.items[nearest];
  // The shopper may not have seen its page: a list can put a product into the cart.
  if ([record?.cart, record?.owned].some((rows) => rows?.has(nearest))) return { kind: 'chosen', about };
  const told = own.find((choice) => choice.row === nearest);
  return told ? { kind: 'looked-at-earlier', about, time: told.time } : { kind: 'looked-at', about };
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

/** Like `nearestTo` for the history, whose neighbors the terms already know. */
function nearestChoice(index: CatalogIndex, row: number, rows: readonly number[]): number | null {
  const own = (past: number): boolean => past === row || !!index.variants?.of[row]?.includes(past);
  const known = index.nearestHistory.nearestRow(rows, row, own);
  return known === undefined ? nearestTo(index, row, rows) : known;
}

/**
 * The most similar past item, except variants of the item's own product; null if no past item remains. @param rows of the past
 * items
 */
function nearestTo(
  { content, similarities, variants }: CatalogIndex,
  row: number,
  rows: readonly number[],
): number | null {
  let nearest: number | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const past of new Set(rows)) {
    if (past === row || variants?.of[row]?.includes(past)) continue;
    const value = similarities.cached(past)?.[row] ?? similarity(content, past, row);
    if (value > highest) {
      highest = value;
      nearest = past;
    }
  }
  return nearest;
}
