import { categoryPaths } from '../../../core/catalog';
import type { CatalogIndex } from '../catalog-index';
import { productOf } from '../placement';
import type { ExpertPart, RankState } from '../rank-state';
import { similarity, vectorOf, weightedMean } from '../similarities';
import { choiceTable, cooccurrenceContributions, pairAt, strongestContributor } from '../terms/cooccurrence';
import { sideContributions } from '../terms/side-scores';
import { MAX_HISTORY, recencyWeights, SESSION, type TermName } from '../terms/terms';
import type { ReasonKind } from './reason-text';

/** Past items and their contributions to scores. */
export interface Contributors {
  pastItems: readonly number[];
  /**
   * The contribution of each past item to the score of an item; NaN for items of its product, because a product is not a reason
   * for itself.
   */
  of(row: number): Float64Array;
}

/**
 * The contribution of each past item to the score of an item, by the terms that compare items: content, co-occurrence and the
 * side model. Terms of the whole history (category, numbers) and the shopper's experts are not attributed to past items, nor
 * is the similarity of an item to its own earlier choice.
 */
export function contributorsFor(
  index: CatalogIndex,
  { history, weights }: Pick<RankState, 'history' | 'weights'>,
): Contributors {
  const { content: vectors } = index;
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const product = productOf(index);
  const table = choiceTable(index);
  const products = rows.map(product);
  // Lists ask for the contributions to each of their items: all arrays below are by place in the past items.
  const pastItems = [...new Set(rows)];
  const pastProducts = pastItems.map(product);
  const places = new Map(pastItems.map((past, place) => [past, place]));
  const placeOf = (past: number): number => places.get(past) ?? -1;
  /** The first choice of each product. */
  const firstChoices = new Map(rows.toReversed().map((row) => [product(row), placeOf(row)]));
  const firstChoice = (of: number): number => firstChoices.get(of) ?? -1;
  /** Share of each past item in the terms that compare an item with a weighted mean. */
  const shares = new Float64Array(pastItems.length);
  const addMean = (pastRows: readonly number[], strength: ArrayLike<number>, weight: number): void => {
    if (weight === 0 || pastRows.length === 0) return;
    const query = weightedMean(vectors, pastRows, strength);
    let length = 0;
    for (const [n, past] of pastRows.entries()) length += strength[n] * dot(vectorOf(vectors, past), query);
    if (length === 0) return;
    for (const [n, past] of pastRows.entries()) shares[placeOf(past)] += (weight * strength[n]) / length;
  };
  addMean(rows, recencyWeights(strengths), weights.recent);
  addMean(rows.slice(-SESSION), strengths.slice(-SESSION), weights.session);
  const side = index.side ? sideContributions(index.side, products) : null;
  const sidePlaces = side?.rows.map(firstChoice) ?? [];
  const nearestTo = index.nearestHistory.neighbors(rows);
  // Beside a side model, only the nearest items count.
  const inMeans = shares.some((share) => share !== 0);
  const cached = inMeans ? pastItems.map((past) => index.similarities.cached(past)) : [];

  const of = (row: number): Float64Array => {
    const parts = new Float64Array(pastItems.length);
    if (inMeans) {
      for (const [place, past] of pastItems.entries())
        parts[place] = shares[place] * (cached[place]?.[row] ?? similarity(vectors, past, row));
    }
    const nearest = nearestTo(row);
    for (const { row: past, similarity: value } of nearest)
      parts[placeOf(past)] += (weights.nearestHistory * value) / nearest.length;
    if (table) {
      for (const [past, lift] of cooccurrenceContributions(table, products, product(row)))
        parts[firstChoice(past)] += weights.boughtTogether * lift;
    }
    // The remainder of the term is the item's bias, which no choice explains.
    const ofSide = side?.of(product(row)) ?? [];
    for (let n = 0; n < ofSide.length; n++) parts[sidePlaces[n]] += weights.sideModel * ofSide[n];
    for (let place = 0; place < parts.length; place++)
      if (pastProducts[place] === product(row)) parts[place] = Number.NaN;
    return parts;
  };
  return { pastItems, of };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}

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
  { history, weights, expertParts, record }: Pick<RankState, 'history' | 'weights' | 'expertParts' | 'record'>,
): (row: number, terms: Partial<Record<TermName, number>>) => ReasonKind {
  const table = choiceTable(index);
  let contributors: Contributors | undefined;
  let choices: Map<string, number> | undefined;
  const frequent = (category: string): boolean => {
    choices ??= choicesByCategory(index, history.rows);
    return (choices.get(category) ?? 0) >= MIN_CATEGORY_CHOICES;
  };
  return (row, terms) => {
    const { boughtTogether = 0, category = 0, preference = 0 } = terms;
    const content = (terms.recent ?? 0) + (terms.session ?? 0) + (terms.nearestHistory ?? 0);
    const resemblance = Math.max(content, preference);
    if (boughtTogether > Math.max(resemblance, category) && table) {
      const product = productOf(index);
      const contributor = strongestContributor(table, history.rows.map(product), product(row));
      if (contributor !== null) return cooccurrenceReason(index, contributor, row);
    }
    const item = index.items[row];
    const [path] = categoryPaths(item.category);
    if (category > resemblance && path && frequent(path)) return { kind: 'category', about: item };
    contributors ??= contributorsFor(index, { history, weights });
    const own = preference > 0 ? choicesOfSpeaker(expertParts?.(row) ?? []) : [];
    const past = (preference > content ? nearest(index, row, own) : null) ?? largest(contributors, row);
    if (past === null) return { kind: 'chosen-for-you' };
    const about = index.items[past];
    if (record?.picked.has(past)) return { kind: 'you-picked', about };
    // The shopper may not have seen its page: a list can put a product into the cart.
    if ([record?.cart, record?.owned].some((rows) => rows?.has(past))) return { kind: 'chosen', about };
    const told = own.find((choice) => choice.row === past);
    return told ? { kind: 'looked-at-earlier', about, time: told.time } : { kind: 'looked-at', about };
  };
}

function choicesByCategory({ items }: CatalogIndex, rows: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const path of categoryPaths(items[row].category)) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

/** The past item that contributes most to an item; null without one. */
function largest({ pastItems, of }: Contributors, row: number): number | null {
  let [best, most]: [number | null, number] = [null, Number.NEGATIVE_INFINITY];
  const parts = of(row);
  for (let place = 0; place < parts.length; place++) {
    if (parts[place] > most) [best, most] = [pastItems[place], parts[place]];
  }
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
