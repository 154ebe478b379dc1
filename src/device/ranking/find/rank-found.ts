import { NO_RECORD } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import type { ReasonKind } from '../explanation/reason-text';
import type { Scored } from '../lists/scored';
import type { Source } from '../placement';
import { type RankedItem, type RankRequest, rankedItem, scoreAll } from '../rank';
import type { RankState } from '../rank-state';
import { admission } from '../rules/admission';
import { deviation } from '../rules/apply-boosts';
import { arrange } from '../rules/arrange';
import type { Rules } from '../rules/rules';

/** Weight of the shopper's taste beside the words: what one standard deviation of its scores among the found items adds. */
const TASTE_WEIGHT = 0.02;

/** What a query found. */
export interface Found {
  /** [items] how well each item fits the query, at most 1; 0 for items that it did not find. */
  scores: Float32Array;
  /** Name of the contribution of the fit. */
  by: 'words' | 'meaning' | 'photo';
  source: Source;
  reason: ReasonKind;
  /** Weight of the shopper's taste. Default: `TASTE_WEIGHT`. */
  taste?: number;
}

/**
 * The rules that a list of found items follows: those that exclude items, and boosts, which order what the words leave open. Shoppers
 * look for what they know: only an explicit rule excludes what they bought, have in the cart or dismissed.
 */
export function rulesOfFind({ filter, variants, boost, bury, coldStart, ...rules }: Rules): Rules {
  const { excludeOutOfStock, excludeOwned = false, excludeInCart = false, excludeDismissed = false } = rules;
  const excluding = { excludeOutOfStock, excludeOwned, excludeInCart, excludeDismissed, excludeRecent: 0 };
  return { filter, variants, boost, bury, coldStart, ...excluding, repeats: false };
}

/**
 * Ranks the items that a query found, by how well they fit it; the score of `for-you` orders items that fit equally. The result's score
 * is the fit plus a small weight times that score, in standard deviations among the found items; all its terms are contributions.
 * @param asked with rules from `rulesOfFind`
 * @param find finds items among those that the list may contain
 */
export function rankFound(
  index: CatalogIndex,
  state: RankState,
  asked: RankRequest,
  find: (admits: (row: number) => boolean) => Found,
): RankedItem[] {
  const request: RankRequest = { ...asked, placement: 'for-you' };
  const { limit, rules = {} } = request;
  const { admits } = admission(index, state.history, state.record ?? NO_RECORD, { ...request, rules });
  const { scores, by, source, reason, taste: weight = TASTE_WEIGHT } = find(admits);
  // Among the variants of a product, the one that fits the query best is listed.
  const fitting = { lifts: scores, apply: (list: Scored) => list };
  const { scored: taste } = scoreAll(index, state, { ...request, hints: fitting });
  // Loops without closures: this runs for every letter that a shopper types, and the first letters match most of the catalogue.
  const listed: number[] = [];
  const known: number[] = [];
  for (let row = 0; row < scores.length; row++) {
    if (scores[row] === 0 || !taste.holds(row)) continue;
    listed.push(row);
    if (Number.isFinite(taste.score[row])) known.push(taste.score[row]);
  }
  const scale = weight / deviation(Float32Array.from(known));
  const partOf = (row: number): number => (Number.isFinite(taste.score[row]) ? scale * taste.score[row] : 0);
  const score = new Float32Array(scores.length).fill(Number.NaN);
  for (const row of listed) score[row] = scores[row] + partOf(row);
  const contributions = (row: number): Record<string, number> => {
    const terms = partOf(row) === 0 ? [] : Object.entries(taste.contributions(row));
    return { [by]: scores[row], ...Object.fromEntries(terms.map(([name, part]) => [name, scale * part])) };
  };
  const list: Scored = {
    score,
    // Items that were not found have no score.
    holds: () => true,
    contributions,
    source: () => source,
    reasonKind: () => reason,
    breakdown: (row) => ({ contributions: contributions(row), contributors: new Map() }),
  };
  const places = arrange(index, list, { limit, rules: {}, pinnable: () => false, shownBefore: new Set() });
  return places.map((place) => rankedItem(index, list, place, { ...request, rules }));
}
