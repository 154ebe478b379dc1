import { categoryPrefixes, type Item } from '../../../core/catalog';
import { counted } from '../../../core/common/grouped';
import { NO_RECORD } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import type { ReasonKind } from '../explanation/reason-text';
import type { Source } from '../placement';
import { type RankedItem, type RankRequest, rankedItem, scoreAll } from '../rank';
import type { RankState, Scored } from '../rank-state';
import { admission, arrange, deviation } from '../rules/apply-rules';
import type { Rules } from '../rules/rules';

/** Number of found items that are looked at. */
const FIRST = 8;
/** Share of them that must lie in the category. */
const SHARE = 0.6;

/** The narrowest category that most of the first found items share; null without one. @param items the best first */
export function sharedCategory(items: readonly Pick<Item, 'category'>[]): string | null {
  const first = items.slice(0, FIRST);
  if (first.length < 2) return null;
  const counts = counted(first.flatMap(({ category }) => categoryPrefixes(category)));
  const shared = [...counts].filter(([, count]) => count >= SHARE * first.length).map(([path]) => path);
  return shared.reduce<string | null>((long, path) => (path.length > (long?.length ?? 0) ? path : long), null);
}

/** Weight of the shopper's taste beside the words: what one standard deviation of its scores among the found items adds. */
const TASTE_WEIGHT = 0.02;

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
 * Weight of a query's meaning beside its words, for the square of the part of the words that the best item lacks: a missing adjective
 * counts little, most words of a sentence much. Of 2, 3 and 4 without the square and 3 with it, this puts most of what 62 queries of the
 * demo shop look for among the first five.
 */
const MEANING_WEIGHT = 3;

/**
 * Mixes the words of a query with its meaning: the less of the words the best item has, the more the meaning counts. The items are found by
 * words if the first of them has any.
 * @param shares of the query's words that each item has, as in `WordMatches`
 * @param meaning with the scores of `nearestToText`
 */
export function mixed(shares: Float32Array, meaning: Found): Found {
  const most = shares.reduce((max, share) => Math.max(max, share), 0);
  const weight = MEANING_WEIGHT * (1 - most) ** 2;
  const sums = meaning.scores.map((near, row) => shares[row] + weight * near);
  const highest = sums.reduce((max, sum) => Math.max(max, sum), 0);
  const first = sums.indexOf(highest);
  return { ...meaning, by: shares[first] > 0 ? 'words' : 'meaning', scores: sums.map((sum) => sum / (highest || 1)) };
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
  const { admits } = admission(index, state.history, state.record ?? NO_RECORD, request);
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
  const list: Scored = {
    score,
    // Items that were not found have no score.
    holds: () => true,
    contributions(row) {
      const terms = partOf(row) === 0 ? [] : Object.entries(taste.contributions(row));
      return { [by]: scores[row], ...Object.fromEntries(terms.map(([name, part]) => [name, scale * part])) };
    },
    source: () => source,
    reasonKind: () => reason,
  };
  const places = arrange(index, list, { limit });
  return places.map((place) => rankedItem(index, list, place, { ...request, rules }));
}
