import type { CatalogIndex } from '../catalog-index';
import type { Source } from '../placement';
import { type RankedItem, type RankRequest, rank, scoreAll } from '../rank';
import type { ExpertPart, RankState } from '../rank-state';
import { rankOf } from '../score';
import { TERMS, type TermName, termValues } from '../terms/terms';
import { scoreBreakdown } from './explain';
import { reasonText } from './reason-text';

/** Maximum number of past items whose part is reported. */
const MAX_ITEMS = 8;

export interface RowPart {
  name: string;
  /** Null for all but the parts of `preference`. */
  expert: Pick<ExpertPart, 'id' | 'state'> | null;
  contribution: number;
  /** Place without this part; null for a rule. */
  place: number | null;
}

/** Why an item has its place in a list, by rows. */
export interface RowInspection {
  score: number;
  source: Source;
  reason: string;
  /** Null if the list may not contain the item. */
  place: number | null;
  of: number;
  parts: RowPart[];
  items: { row: number; part: number; place: number | null }[];
}

/**
 * Splits the score of one item into parts, and ranks the item again without each part.
 * @param expertScores each expert's contribution to every item's score, by its id
 */
export function inspectRow(
  index: CatalogIndex,
  given: RankState,
  request: RankRequest,
  row: number,
  expertScores: readonly { id: number; scores: Float32Array }[],
): RowInspection {
  const state: RankState = { ...given, terms: given.terms ?? termValues(index, given) };
  const { scored } = scoreAll(index, state, request);
  const placed = (changed: RankState): number | null => {
    const all = scoreAll(index, changed, request).scored;
    return all.holds(row) ? placeIn(index, all, row) : null;
  };
  const contributions = scored.contributions(row);
  const { contributors, experts = [] } = scored.breakdown(row, scoreBreakdown);
  const known = experts.filter(({ id }) => expertScores.some((expert) => expert.id === id));
  const parts = Object.entries(contributions).flatMap(([name, contribution]): RowPart[] => {
    if (name === 'preference' && known.length > 0) return [];
    const place = isTerm(name) ? placed({ ...state, weights: { ...state.weights, [name]: 0 } }) : null;
    return [{ name, expert: null, contribution, place }];
  });
  for (const { id, state: expertState, contribution } of known) {
    const own = expertScores.find((expert) => expert.id === id)?.scores;
    const terms = state.terms;
    if (!own || !terms) continue;
    const preference = terms.preference.map((value, at) => value - own[at]);
    const place = placed({ ...state, terms: { ...terms, preference } });
    parts.push({ name: 'preference', expert: { id, state: expertState }, contribution, place });
  }
  return {
    score: scored.score[row],
    source: scored.source(row),
    reason: reasonText(scored.reasonKind(row), request),
    place: scored.holds(row) ? placeIn(index, scored, row) : null,
    of: index.items.reduce((count, _, at) => (scored.holds(at) ? count + 1 : count), 0),
    parts: parts.toSorted((a, b) => b.contribution - a.contribution),
    items: [...contributors]
      .filter(([, part]) => part !== 0)
      .sort(([a, one], [b, other]) => other - one || a - b)
      .slice(0, MAX_ITEMS)
      .map(([past, part]) => ({ row: past, part, place: placed(withoutChoice(state, past)) })),
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
  for (const { row } of rank(index, state, request)) {
    for (const [past, part] of scored.breakdown(row, scoreBreakdown).contributors) {
      if (part > 0) sums.set(past, (sums.get(past) ?? 0) + part);
    }
  }
  const total = [...sums.values()].reduce((sum, part) => sum + part, 0);
  return [...sums].map(([row, part]) => ({ row, part: part / total })).sort((a, b) => b.part - a.part || a.row - b.row);
}

/** The list for a shopper without a profile. */
export function listWithout(index: CatalogIndex, state: RankState, request: RankRequest): RankedItem[] {
  const history = { rows: [], strengths: [], dismissed: new Set<number>() };
  const { weights } = state;
  return rank(index, { history, weights, residualScores: null }, request);
}

const isTerm = (name: string): name is TermName => TERMS.some((term) => term === name);

/** The state as if an item had never been chosen, except that the experts keep their learning from it. */
function withoutChoice({ terms, ...state }: RankState, row: number): RankState {
  const { rows, strengths, dismissed } = state.history;
  const kept = [...rows.keys()].filter((at) => rows[at] !== row);
  return {
    ...state,
    history: { rows: kept.map((at) => rows[at]), strengths: kept.map((at) => strengths[at]), dismissed },
  };
}

/** Place of an item among the items that a list may contain, from 1. */
function placeIn(
  index: CatalogIndex,
  { score, holds }: { score: Float32Array; holds(row: number): boolean },
  row: number,
): number {
  return rankOf(
    score,
    row,
    [...index.items.keys()].filter((other) => !holds(other)),
  );
}
