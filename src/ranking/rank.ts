import type { CatalogueIndex } from './catalogue-index';
import { companionship } from './companionship';
import { becauseOf, chosenWith } from './explain';
import type { Placement, Source } from './placement';
import { scoreParts, scores, type TermWeights, topRows } from './score';
import { PERSONAL_TERMS, type Taste, type TermName, type TermSources, type TermValues, termValues } from './terms';

/** What is asked of the ranking. */
export interface RankRequest {
  placement: Placement;
  /** Row of the item in view, if any. */
  row: number | null;
  limit: number;
  /** Rows already in view. */
  exclude: ReadonlySet<number>;
}

/** What the ranking knows of the shopper. An empty taste gives the same list to everybody. */
export interface RankState extends TermSources {
  weights: TermWeights;
  /** Values of the terms for just this state, where somebody keeps them; computed otherwise. */
  terms?: TermValues;
}

/** One place of a ranked list. */
export interface RankedItem {
  row: number;
  /** Higher is better; comparable only inside one list. */
  score: number;
  source: Source;
  /** Weight times value of the score's terms, zero ones left out. */
  terms: Partial<Record<TermName, number>>;
  /** One sentence for the shopper. */
  reason: string;
}

/** Recently chosen items are not recommended again until this many others came after them. */
const REST_PERIOD = 40;

/**
 * The list for one placement. Falls from personal or what others chose to content similarity to popularity to catalogue
 * order, whatever is there; never returns items in view, dismissed, out of stock or (but in `recent`) just chosen.
 */
export function rank(index: CatalogueIndex, state: RankState, request: RankRequest): RankedItem[] {
  const { taste } = state;
  const resting = new Set(taste.rows.slice(-REST_PERIOD));
  const allowed = (row: number) =>
    row !== request.row &&
    !request.exclude.has(row) &&
    !taste.dismissed.has(row) &&
    index.items[row].availability !== 'out-of-stock';
  const fresh = (row: number) => allowed(row) && !resting.has(row);

  switch (request.placement) {
    case 'recent':
      return recent(index, taste, request.limit, allowed);
    case 'similar':
      return request.row === null ? common(index, request.limit, allowed) : similar(index, request, allowed);
    case 'complement':
      return request.row === null ? common(index, request.limit, allowed) : complement(index, request, allowed);
    case 'trending':
      return common(index, request.limit, allowed);
    case 'for-you':
      if (taste.rows.length > 0) return personal(index, state, request.limit, fresh);
      return request.row === null ? common(index, request.limit, fresh) : similar(index, request, fresh);
  }
}

function personal(
  index: CatalogueIndex,
  state: RankState,
  limit: number,
  allowed: (row: number) => boolean,
): RankedItem[] {
  const values = state.terms ?? termValues(index, state);
  const score = scores(values, state.weights);
  return topRows(score, limit, allowed).map((row) => {
    const terms = scoreParts(values, state.weights, row);
    const personalPart = PERSONAL_TERMS.reduce((sum, name) => sum + (terms[name] ?? 0), 0);
    const source: Source = personalPart > (terms.popularity ?? 0) ? 'personal' : 'popularity';
    const reason = source === 'personal' ? becauseOf(index, state.taste, row, terms) : 'Popular in this shop';
    return { row, score: score[row], source, terms, reason };
  });
}

function similar(index: CatalogueIndex, request: RankRequest, allowed: (row: number) => boolean): RankedItem[] {
  const row = request.row as number;
  const score = index.similar.to(row);
  // An item without features has a zero vector: nothing is similar to it, so the list falls through to what is popular.
  const known = score[row] > 0;
  if (!known) return common(index, request.limit, allowed);
  const reason = `Similar to “${index.items[row].title}”`;
  return topRows(score, request.limit, allowed).map((at) => ({
    row: at,
    score: score[at],
    source: 'content',
    terms: {},
    reason,
  }));
}

/** What others chose with the item in view, by lift; what resembles it where nobody knows. */
function complement(index: CatalogueIndex, request: RankRequest, allowed: (row: number) => boolean): RankedItem[] {
  const row = request.row as number;
  const lift = index.companions && companionship(index.companions, [row], index.items.length);
  const known = lift ? topRows(lift, request.limit, (at) => lift[at] > 0 && allowed(at)) : [];
  if (!lift || known.length === 0) return similar(index, request, allowed);
  const reason = chosenWith(index, row);
  return known.map((at) => ({
    row: at,
    score: lift[at],
    source: 'companions',
    terms: { companions: lift[at] },
    reason,
  }));
}

function common(index: CatalogueIndex, limit: number, allowed: (row: number) => boolean): RankedItem[] {
  const source: Source = index.hasPopularity ? 'popularity' : 'catalogue';
  const reason = index.hasPopularity ? 'Popular in this shop' : 'From the catalogue';
  return topRows(index.logPopularity, limit, allowed).map((row) => ({
    row,
    score: index.logPopularity[row],
    source,
    terms: index.hasPopularity ? { popularity: index.logPopularity[row] } : {},
    reason,
  }));
}

function recent(index: CatalogueIndex, taste: Taste, limit: number, allowed: (row: number) => boolean): RankedItem[] {
  const rows = [...new Set(taste.rows.toReversed())].filter(allowed).slice(0, limit);
  if (rows.length === 0) return common(index, limit, allowed);
  return rows.map((row, at) => ({
    row,
    score: rows.length - at,
    source: 'personal',
    terms: {},
    reason: 'You looked at this',
  }));
}
