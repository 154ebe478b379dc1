import type { CatalogueIndex } from '../catalog-index';
import type { Scored } from '../lists/scored';
import { topRows } from '../score';
import { CategoryCount } from './category-count';
import type { Rules } from './rules';

/** Items that one place of a diverse list is chosen from. */
const POOL = 100;
/** Share of a list that stays when the rest is to be fresh. */
const STABLE = 0.5;

/** One place of a list. */
export interface Place {
  row: number;
  pinned: boolean;
}

/** How the places of a list are given. */
export interface Arrangement {
  limit: number;
  rules: Rules;
  /** Rows that may be pinned. */
  pinnable(row: number): boolean;
  /** Rows that earlier pages of this visit showed. */
  shownBefore: ReadonlySet<number>;
}

/**
 * Gives the places of a list: by score, but pins at their places, what was shown before below what was not, no more than
 * the cap of a category, and different items near each other where the rules say so.
 */
export function arranged(index: CatalogueIndex, scored: Scored, arrangement: Arrangement): Place[] {
  const { limit, rules, shownBefore } = arrangement;
  const { pin = [], categoryCap, diversity = 0, fresh = false } = rules;
  const plain = pin.length === 0 && categoryCap === undefined && diversity === 0 && !(fresh && shownBefore.size > 0);
  if (plain) return topRows(scored.score, limit, scored.holds).map((row) => ({ row, pinned: false }));

  const pins = pinnedRows(index, arrangement);
  const reserved = new Set(pins.values());
  const waiting = freshOrder(
    topRows(scored.score, scored.score.length, scored.holds),
    fresh ? shownBefore : null,
    limit,
  )
    .map((tier) => tier.filter((row) => !reserved.has(row)))
    .filter((tier) => tier.length > 0);
  const count = new CategoryCount(index, categoryCap);
  const relevance = relevanceOf(scored, waiting);
  const places: Place[] = [];
  const likeness = new Float32Array(diversity > 0 ? scored.score.length : 0).fill(-1);
  const take = (row: number, pinned: boolean): void => {
    places.push({ row, pinned });
    count.add(row);
    if (diversity === 0) return;
    const similar = index.similar.to(row);
    for (let other = 0; other < likeness.length; other++) likeness[other] = Math.max(likeness[other], similar[other]);
  };
  const worth = (row: number): number =>
    places.length === 0 ? relevance(row) : (1 - diversity) * relevance(row) - diversity * likeness[row];

  for (let at = 0; at < limit; at++) {
    const pinned = pins.get(at);
    const row = pinned ?? next(waiting, (candidate) => count.fits(candidate), diversity > 0 ? worth : null);
    if (row !== null) take(row, pinned !== undefined);
  }
  return places;
}

/** Pinned rows by place, each once. */
function pinnedRows(index: CatalogueIndex, { limit, rules, pinnable }: Arrangement): Map<number, number> {
  const pins = new Map<number, number>();
  const used = new Set<number>();
  for (const { itemId, position } of rules.pin ?? []) {
    const row = index.rowOf.get(itemId);
    if (row === undefined || position >= limit || pins.has(position) || used.has(row) || !pinnable(row)) continue;
    pins.set(position, row);
    used.add(row);
  }
  return pins;
}

/** Rows in the order they are taken in: those that stay, those not shown before, those shown. */
function freshOrder(order: number[], shown: ReadonlySet<number> | null, limit: number): number[][] {
  if (!shown || shown.size === 0) return [order];
  const stay = Math.ceil(limit * STABLE);
  const rest = order.slice(stay);
  return [order.slice(0, stay), rest.filter((row) => !shown.has(row)), rest.filter((row) => shown.has(row))];
}

/** Takes the next row out of what waits; null when nothing fits. @param worth by which it is chosen, default the order */
function next(
  waiting: number[][],
  fits: (row: number) => boolean,
  worth: ((row: number) => number) | null,
): number | null {
  for (const tier of waiting) {
    let best: number | null = null;
    let seen = 0;
    for (const row of tier) {
      if (!fits(row)) continue;
      if (best === null || (worth && worth(row) > worth(best))) best = row;
      if (!worth || ++seen >= POOL) break;
    }
    if (best === null) continue;
    tier.splice(tier.indexOf(best), 1);
    return best;
  }
  return null;
}

/** Scores of the best, brought to 0..1. */
function relevanceOf({ score }: Scored, waiting: readonly number[][]): (row: number) => number {
  const [first = []] = waiting;
  const high = Math.max(...waiting.map(([best]) => score[best]), Number.NEGATIVE_INFINITY);
  const low = score[first[Math.min(first.length, POOL) - 1]] ?? 0;
  const range = high - low || 1;
  return (row) => (score[row] - low) / range;
}
