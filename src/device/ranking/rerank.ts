import type { CatalogIndex } from './catalog-index';
import type { RankState } from './rank-state';
import { deviation } from './rules/apply-rules';
import { type Rules, strengthOf } from './rules/rules';
import { scores } from './score';
import { termValues } from './terms/terms';

/**
 * Orders one of the shop's own lists for a shopper. The result contains the same ids, each the same number of times. In this
 * order of precedence:
 *
 * 1. A pinned id is at its position, even if the catalogue lacks it. If two pins name the same place, the first counts; pins
 *    of ids that are not in the list, or beyond its end, have no effect.
 * 2. An id that the catalogue lacks keeps its place, and so does every copy of an id after the first. If a pin has that
 *    place, the id takes the next free one.
 * 3. All other ids fill the remaining places by ascending (1 - strength) * s + strength * p: s is the rank among them in the
 *    shop's list, p the rank by the shopper's score. Equal scores and equal sums keep the shop's order. Ranks have no scale
 *    that differs between shops, and as strength rises from 0 to 1, two items swap at most once.
 *
 * For a shopper without history p is s.
 * @param ids in the shop's order
 * @param strength 0: the shop's order, 1: the shopper's
 */
export function rerank(
  index: CatalogIndex,
  state: RankState,
  { ids, strength, rules }: { ids: readonly string[]; strength: number; rules: Rules },
): string[] {
  const places = new Array<string | undefined>(ids.length);
  const pins = pinsOf(ids, rules.pin ?? []);
  for (const [place, id] of pins) places[place] = id;
  const pinned = new Set(pins.values());
  const seen = new Set<string>();
  const ranked: string[] = [];
  const rows: number[] = [];
  const displaced: number[] = [];
  for (const [at, id] of ids.entries()) {
    const row = index.rowOf.get(id);
    const first = !seen.has(id);
    seen.add(id);
    if (first && pinned.has(id)) continue;
    if (first && row !== undefined) {
      ranked.push(id);
      rows.push(row);
    } else if (pins.has(at)) displaced.push(at);
    else places[at] = id;
  }
  const free = [...places.keys()].filter((place) => places[place] === undefined);
  for (const at of displaced) {
    const next = free.findIndex((place) => place > at);
    const [place] = free.splice(next < 0 ? free.length - 1 : next, 1);
    places[place] = ids[at];
  }
  for (const [n, rank] of mixedOrder(personalScores(index, state, rows, rules), rows.length, strength).entries()) {
    places[free[n]] = ranked[rank];
  }
  return places.filter((id) => id !== undefined);
}

/** Pinned ids by place, each once. */
function pinsOf(ids: readonly string[], pin: NonNullable<Rules['pin']>): Map<number, string> {
  const pins = new Map<number, string>();
  if (pin.length === 0) return pins;
  const waiting = new Set(ids);
  for (const { itemId, position } of pin) {
    if (position < ids.length && !pins.has(position) && waiting.delete(itemId)) pins.set(position, itemId);
  }
  return pins;
}

/** Scores of these rows for the shopper, with boosts in deviations of these scores; null without a history. */
function personalScores(
  index: CatalogIndex,
  state: RankState,
  rows: readonly number[],
  { boost = [], bury = [], coldStart = state.weights.coldStart }: Rules,
): Float32Array | null {
  if (state.history.rows.length === 0) return null;
  const all = scores(state.terms ?? termValues(index, state), { ...state.weights, coldStart });
  const score = Float32Array.from(rows, (row) => all[row]);
  if (boost.length === 0 && bury.length === 0) return score;
  const spread = deviation(score.filter(Number.isFinite));
  const [boosted, buried] = [strengthOf(boost), strengthOf(bury)];
  return score.map((value, n) => {
    const item = index.items[rows[n]];
    return value + spread * (boosted(item) - buried(item));
  });
}

/**
 * Ranks in the shop's list, in the mixed order.
 * @param score of each rank; null: the shop's order. NaN counts as the lowest
 */
function mixedOrder(score: Float32Array | null, count: number, strength: number): number[] {
  const order = Array.from({ length: count }, (_, rank) => rank);
  if (!score || strength === 0) return order;
  const value = score.map((given) => (Number.isNaN(given) ? Number.NEGATIVE_INFINITY : given));
  // Infinity - Infinity is NaN, which breaks sorting.
  const byScore = order.toSorted((a, b) => (value[a] === value[b] ? a - b : value[b] - value[a]));
  const key = new Float64Array(count);
  for (const [personal, rank] of byScore.entries()) key[rank] = (1 - strength) * rank + strength * personal;
  return order.sort((a, b) => key[a] - key[b] || a - b);
}
