import type { CatalogIndex } from '../catalog-index';
import { NEAREST } from '../nearest-neighbors';
import { type RankRequest, rank, scoreAll } from '../rank';
import type { ExpertPart, ExpertState, RankState, Scored } from '../rank-state';
import { rankOf } from '../score';
import { modalitySimilarity, vectorOf, weightedMean } from '../similarities';
import { MAX_HISTORY, recencyWeights, SESSION, TERMS, type TermName, termValues } from '../terms/terms';
import { reasonText } from './reason-text';

const MAX_CONTRIBUTORS = 8;

/** Rows with the parts that they contribute, the largest first. */
const byPart = (parts: ReadonlyMap<number, number> = new Map()): { row: number; part: number }[] =>
  [...parts]
    .flatMap(([row, part]) => (part === 0 ? [] : { row, part }))
    .sort((a, b) => b.part - a.part || a.row - b.row);

/** Explains one item as the list of a request would show it, whether it is in that list or not. */
export function explain(index: CatalogIndex, state: RankState, request: RankRequest, row: number) {
  const { scored } = scoreAll(index, state, request);
  return {
    score: scored.score[row],
    source: scored.source(row),
    contributions: byModality(index, state, scored, row),
    contributors: byPart(scored.contributors?.(row)).slice(0, MAX_CONTRIBUTORS),
    experts: expertsOf(state, scored, row),
    reason: reasonText(scored.reasonKind(row), request),
  };
}

/** The terms that only compare content. */
const CONTENT_TERMS = ['recent', 'session', 'nearestHistory'] satisfies TermName[] as string[];

/** The contributions to an item's score. Those of the content terms are split into `text` and `image`. */
function byModality(
  index: CatalogIndex,
  { history, weights }: RankState,
  scored: Scored,
  row: number,
): Record<string, number> {
  const all = scored.contributions(row);
  if (!scored.ofTerms) return all;
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const { content: vectors } = index;
  const content = { text: 0, image: 0 };
  const add = (query: Float32Array, weight: number): void => {
    const { text, image } = modalitySimilarity(vectors, row, query);
    content.text += weight * text;
    content.image += weight * image;
  };
  add(weightedMean(vectors, rows, recencyWeights(strengths)), weights.recent);
  add(weightedMean(vectors, rows.slice(-SESSION), strengths.slice(-SESSION)), weights.session);
  const nearest = index.nearestHistory.nearestOf(row, rows).slice(0, NEAREST);
  for (const { past } of nearest) add(vectorOf(vectors, past), weights.nearestHistory / nearest.length);
  return { ...Object.fromEntries(Object.entries(all).filter(([name]) => !CONTENT_TERMS.includes(name))), ...content };
}

/** The contribution of each of the shopper's experts to an item's score, the largest first; empty if none contributes. */
function expertsOf({ weights, expertParts }: RankState, { ofTerms }: Scored, row: number): ExpertPart[] {
  return ((ofTerms && expertParts?.(row)) || [])
    .map((part) => ({ ...part, contribution: weights.preference * part.contribution }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => b.contribution - a.contribution);
}

/** One part of a score, and the item's place without it. */
export interface ScorePart {
  /** Name of the term or rule; `preference` for an expert. */
  name: string;
  /** The expert that the part belongs to; null for all other parts. */
  expert: { id: number; state: ExpertState } | null;
  contribution: number;
  /** Place of the item without this part, from 1; null for a rule of the shop. */
  place: number | null;
}

/** Splits the score of one item into parts, and ranks the item again without each part. */
export function inspectRow(index: CatalogIndex, given: RankState, request: RankRequest, row: number) {
  const terms = given.terms ?? termValues(index, given);
  const state: RankState = { ...given, terms };
  const { scored } = scoreAll(index, state, request);
  const placed = (changed: RankState): number | null => {
    const all = scoreAll(index, changed, request).scored;
    return all.holds(row) ? placeIn(all, row) : null;
  };
  const experts = expertsOf(state, scored, row);
  const parts = Object.entries(scored.contributions(row)).flatMap(([name, contribution]): ScorePart[] => {
    if (name === 'preference' && experts.length > 0) return [];
    const place = isTerm(name) ? placed({ ...state, weights: { ...state.weights, [name]: 0 } }) : null;
    return [{ name, expert: null, contribution, place }];
  });
  const partsAt = experts.length > 0 ? index.items.map((_, at) => given.expertParts?.(at) ?? []) : [];
  for (const { id, state: expertState, contribution } of experts) {
    const own = (at: number): number => partsAt[at].find((expert) => expert.id === id)?.contribution ?? 0;
    const preference = terms.preference.map((value, at) => value - own(at));
    const place = placed({ ...state, terms: { ...terms, preference } });
    parts.push({ name: 'preference', expert: { id, state: expertState }, contribution, place });
  }
  return {
    score: scored.score[row],
    source: scored.source(row),
    reason: reasonText(scored.reasonKind(row), request),
    place: scored.holds(row) ? placeIn(scored, row) : null,
    of: index.items.reduce((count, _, at) => (scored.holds(at) ? count + 1 : count), 0),
    parts: parts.toSorted((a, b) => b.contribution - a.contribution),
    items: byPart(scored.contributors?.(row))
      .slice(0, MAX_CONTRIBUTORS)
      .map((past) => ({ ...past, place: placed(withoutChoice(state, past.row)) })),
  };
}

/** The part of each past item in the first items of a list: its share of all past items' contributions, largest first. */
export function influences(
  index: CatalogIndex,
  state: RankState,
  request: RankRequest,
): { row: number; part: number }[] {
  const { scored } = scoreAll(index, state, request);
  const sums = new Map<number, number>();
  for (const { row } of rank(index, state, request))
    for (const [past, part] of scored.contributors?.(row) ?? [])
      if (part > 0) sums.set(past, (sums.get(past) ?? 0) + part);
  const total = [...sums.values()].reduce((sum, part) => sum + part, 0);
  return byPart(sums).map(({ row, part }) => ({ row, part: part / total }));
}

const isTerm = (name: string): name is TermName => TERMS.some((term) => term === name);

/** The state as if an item had never been chosen, except that the experts keep their learning from it. */
function withoutChoice({ terms, ...state }: RankState, row: number): RankState {
  const { rows, strengths, orders, dismissed } = state.history;
  const kept = [...rows.keys()].filter((at) => rows[at] !== row);
  const of = <T>(values: readonly T[]): T[] => kept.map((at) => values[at]);
  return {
    ...state,
    history: { rows: of(rows), strengths: of(strengths), orders: orders && of(orders), dismissed },
  };
}

/** Place of an item among the items that a list may contain, from 1. */
const placeIn = ({ score, holds }: Scored, row: number): number =>
  rankOf(
    score,
    row,
    [...score.keys()].filter((other) => !holds(other)),
  );
