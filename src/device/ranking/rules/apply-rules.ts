import { kept } from '../../../core/common/grouped';
import { standardDeviation } from '../../../core/common/standard-deviation';
import type { ChoiceHistory, ShopperRecord } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { OWN, type VariantRequest } from '../placement';
import { type Scored, withParts } from '../rank-state';
import { topRows } from '../score';
import { itemFilter } from './filter';
import { type CategoryCap, fieldReader, type Rules, strengthOf } from './rules';

/** @returns whether a row may be pinned, because it is not excluded, and whether a list admits it, because it also passes the filter */
export function admission(
  index: CatalogIndex,
  { dismissed }: Pick<ChoiceHistory, 'dismissed'>,
  record: ShopperRecord,
  { placement, row: inView, exclude, rules = {} }: Pick<VariantRequest, 'placement' | 'row' | 'exclude' | 'rules'>,
) {
  const byDefault = !OWN.includes(placement);
  const {
    excludeOutOfStock = true,
    excludeDismissed = true,
    excludeOwned = byDefault,
    // Items in the cart are already being bought again.
    excludeInCart = placement !== 'recent',
  } = rules;
  const fits = rules.filter ? itemFilter(rules.filter) : () => true;
  const pinnable = (row: number): boolean =>
    row !== inView &&
    !exclude.has(row) &&
    !(excludeDismissed && dismissed.has(row)) &&
    !(excludeOwned && record.owned.has(row)) &&
    !(excludeInCart && record.cart.has(row)) &&
    !(excludeOutOfStock && index.items[row].availability === 'out-of-stock');
  return { pinnable, admits: (row: number): boolean => pinnable(row) && fits(index.items[row]) };
}

/** Maximum number of standard deviations that rotation subtracts. */
const MAX_ROTATION = 2;
/** Number of impressions after which half of the maximum is subtracted. */
const HALF_ROTATION_TIMES = 3;

/**
 * Applies the rules `boost`, `bury` and `rotation` to the scores, each as a named contribution.
 * @param now milliseconds since the epoch
 */
export function applyBoosts(
  index: CatalogIndex,
  scored: Scored,
  record: ShopperRecord,
  { boost = [], bury = [], rotation = 0 }: Rules,
  now: number,
): Scored {
  if (boost.length === 0 && bury.length === 0 && rotation === 0) return scored;
  const spread = deviation(scored.score.filter((value, row) => Number.isFinite(value) && scored.holds(row)));
  const [boosted, buried] = [strengthOf(boost), strengthOf(bury)];
  const changes = (row: number): Record<string, number> => {
    const item = index.items[row];
    const fatigue = rotation === 0 ? 0 : 1 - 2 ** (-record.timesShown(row, now) / HALF_ROTATION_TIMES);
    const all = {
      boost: spread * boosted(item),
      bury: -spread * buried(item),
      rotation: -spread * MAX_ROTATION * rotation * fatigue,
    };
    return Object.fromEntries(Object.entries(all).filter(([, contribution]) => contribution !== 0));
  };
  return withParts(scored, changes);
}

/** Standard deviation of the scores of the items that a list may contain, which must be finite; 1 if they are all equal. */
export const deviation = (known: Float32Array): number => standardDeviation(known) || 1;

/** Number of candidates for each place of a diverse list. */
const MAX_POOL = 100;
/** Share of the list that the rule `fresh` leaves in place. */
const STABLE_SHARE = 0.5;

/** How groups of items share the places of a list. */
export interface PlaceShares {
  /** The group of a row; undefined for a row of no group. */
  groupOf(row: number): number | undefined;
  /** Share of the places that each group has at least, above 0. If each has 1, the groups take turns. */
  least: ReadonlyMap<number, number>;
}

const NO_SHARES: PlaceShares = { groupOf: () => undefined, least: new Map() };

/** Counts the items of each group of a list. */
class GroupCount {
  readonly #counts = new Map<number, number>();

  constructor(private readonly shares: PlaceShares | null) {}

  add(row: number): void {
    const group = this.shares?.groupOf(row);
    if (group !== undefined) this.#counts.set(group, (this.#counts.get(group) ?? 0) + 1);
  }

  /** Places that the group of a row lacks in a list of this length, the most first: 0 if none. */
  turn(length: number): (row: number) => number {
    const { groupOf, least } = this.shares ?? NO_SHARES;
    const lacking = new Map<number | undefined, number>();
    // A share of a third has its first place in a list of three.
    for (const [group, share] of least)
      lacking.set(group, Math.max(0, Math.floor(share * length - (this.#counts.get(group) ?? 0) + 1e-9)));
    return (row) => lacking.get(groupOf(row)) ?? 0;
  }
}

export interface ListPlace {
  row: number;
  pinned: boolean;
}

interface Arrangement {
  limit: number;
  rules?: Rules;
  /** Default: no row. */
  pinnable?(row: number): boolean;
  /** Rows that earlier pages of this visit showed. Default: none. */
  shownBefore?: ReadonlySet<number>;
  /** Places of groups of items. Default: no groups. */
  shares?: PlaceShares | null;
}

/**
 * Arranges a list: by score, with pins at their positions, previously shown items below new ones, at most `max` items per
 * category, and dissimilar items next to each other, as the rules require, with the places of each group.
 */
export function arrange(
  index: CatalogIndex,
  scored: Pick<Scored, 'score' | 'holds' | 'distinct'>,
  arrangement: Arrangement,
): ListPlace[] {
  const { limit, rules = {}, shownBefore = new Set(), shares = null } = arrangement;
  const { categoryCap, diversity = 0, fresh = false } = rules;
  const plain = categoryCap === undefined && scored.distinct === undefined;
  const inOrder = plain && diversity === 0 && !(fresh && shownBefore.size > 0);
  const pins = pinnedRows(index, arrangement);
  const reserved = new Set(pins.values());
  const best = bestRows(scored, inOrder ? limit + pins.size : scored.score.length, shares);
  if (inOrder && shares === null && pins.size === 0) return best.map((row) => ({ row, pinned: false }));

  const waiting = freshOrder(best, fresh ? shownBefore : new Set(), limit)
    .map((tier) => tier.filter((row) => !reserved.has(row)))
    .filter((tier) => tier.length > 0);
  const count = new ListCount(index, categoryCap, scored.distinct);
  const relevance = relevanceOf(scored, waiting);
  const places: ListPlace[] = [];
  const maxSimilarity = new Float32Array(diversity > 0 ? scored.score.length : 0).fill(-1);
  const groups = new GroupCount(shares);
  const take = (row: number, pinned: boolean): void => {
    places.push({ row, pinned });
    count.add(row);
    groups.add(row);
    if (diversity === 0) return;
    const similar = index.similarities.similaritiesTo(row);
    for (let other = 0; other < maxSimilarity.length; other++)
      maxSimilarity[other] = Math.max(maxSimilarity[other], similar[other]);
  };
  const marginalRelevance = (row: number): number =>
    places.length === 0 ? relevance(row) : (1 - diversity) * relevance(row) - diversity * maxSimilarity[row];

  for (let at = 0; at < limit; at++) {
    const pinned = pins.get(at);
    const row = pinned ?? next(waiting, count, groups.turn(at + 1), diversity > 0 ? marginalRelevance : null);
    if (row !== null) take(row, pinned !== undefined);
  }
  return places;
}

/** The rows of the highest scores, of all rows and of each group, best first. @param most rows of each */
function bestRows(
  { score, holds }: Pick<Scored, 'score' | 'holds'>,
  most: number,
  shares: PlaceShares | null,
): number[] {
  const best = topRows(score, most, holds);
  if (shares === null || most >= score.length) return best;
  const { groupOf, least } = shares;
  const ofGroup = (group: number): number[] => topRows(score, most, (row) => groupOf(row) === group && holds(row));
  return [...new Set([...best, ...[...least.keys()].flatMap(ofGroup)])].sort((a, b) => score[b] - score[a] || a - b);
}

function pinnedRows(index: CatalogIndex, { limit, rules, pinnable }: Arrangement): Map<number, number> {
  const pins = new Map<number, number>();
  const used = new Set<number>();
  for (const { itemId, position } of rules?.pin ?? []) {
    const row = index.rowOf.get(itemId);
    if (row === undefined || position >= limit || pins.has(position) || used.has(row) || !pinnable?.(row)) continue;
    pins.set(position, row);
    used.add(row);
  }
  return pins;
}

/** Tiers of rows in order of placement: rows that stay, rows not shown before, rows shown before. */
function freshOrder(order: number[], shown: ReadonlySet<number>, limit: number): number[][] {
  if (shown.size === 0) return [order];
  const stay = Math.ceil(limit * STABLE_SHARE);
  const rest = order.slice(stay);
  return [order.slice(0, stay), rest.filter((row) => !shown.has(row)), rest.filter((row) => shown.has(row))];
}

/**
 * Removes and returns the next row; null if no row fits. A place that the cap takes from the best row goes to the best row of
 * the nearest category that has room: of the same parent, then of its parent, and so on.
 * @param value chooses the highest; null: the order decides
 */
function next(
  waiting: number[][],
  count: ListCount,
  turn: (row: number) => number,
  value: ((row: number) => number) | null,
): number | null {
  for (const tier of waiting) {
    const best = bestOf(tier, value, (row) => (count.isTaken(row) ? null : turn(row)));
    if (best === null) continue;
    tier.splice(tier.indexOf(best), 1);
    if (count.fits(best)) return best;
    const nearest = bestOf(tier, value, (row) =>
      count.fits(row) && !count.isTaken(row) ? count.sharedLevels(best, row) : null,
    );
    if (nearest === null) continue;
    tier.splice(tier.indexOf(nearest), 1);
    return nearest;
  }
  return null;
}

/**
 * The best row of those with the highest rank.
 * @param rows in order of their scores
 * @param value chooses the highest among the first hundred; null: the order decides
 * @param rankOf null for rows that may not be chosen
 */
function bestOf(
  rows: readonly number[],
  value: ((row: number) => number) | null,
  rankOf: (row: number) => number | null,
): number | null {
  let [best, highest, seen]: [number | null, number, number] = [null, Number.NEGATIVE_INFINITY, 0];
  for (const row of rows) {
    const rank = rankOf(row);
    if (rank === null || rank < highest) continue;
    if (rank > highest) [best, highest, seen] = [row, rank, 0];
    else if (value && best !== null && seen < MAX_POOL && value(row) > value(best)) best = row;
    seen++;
  }
  return best;
}

/** Scores of the best candidates, scaled to 0..1. */
function relevanceOf({ score }: Pick<Scored, 'score'>, waiting: readonly number[][]): (row: number) => number {
  const [first = []] = waiting;
  const high = Math.max(...waiting.map(([best]) => score[best]), Number.NEGATIVE_INFINITY);
  const low = score[first[Math.min(first.length, MAX_POOL) - 1]] ?? 0;
  const range = high - low || 1;
  return (row) => (score[row] - low) / range;
}

/** Counts a list's items per category against the cap, and remembers the values of which there may be only one item. */
class ListCount {
  readonly #cap: CategoryCap | null;
  readonly #counts = new Map<string, number>();
  readonly #taken = new Set<string>();
  /** By the number of its category, what the cap counts of an item. */
  readonly #names = new Map<number, Set<string>>();

  /** @param cap undefined: everything fits @param distinct see `Scored` */
  constructor(
    private readonly index: CatalogIndex,
    cap: number | CategoryCap | undefined,
    private readonly distinct: Scored['distinct'],
  ) {
    this.#cap = typeof cap === 'number' ? { max: cap } : (cap ?? null);
  }

  /** Whether an item of the list has a value of which there may be only one item. */
  isTaken(row: number): boolean {
    return this.distinct?.(row).some((value) => this.#taken.has(value)) ?? false;
  }

  /** Whether the cap leaves room for one more item of the row's categories. */
  fits(row: number): boolean {
    const cap = this.#cap;
    if (cap === null) return true;
    for (const name of this.#namesOf(row)) if ((this.#counts.get(name) ?? 0) >= cap.max) return false;
    return true;
  }

  add(row: number): void {
    for (const value of this.distinct?.(row) ?? []) this.#taken.add(value);
    if (this.#cap === null) return;
    for (const name of this.#namesOf(row)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Number of levels, from the broadest, that the categories of two rows have in common. */
  sharedLevels(row: number, other: number): number {
    let most = 0;
    for (const name of this.#namesOf(row)) {
      const levels = name.split('/');
      for (const otherName of this.#namesOf(other)) {
        const others = otherName.split('/');
        const different = levels.findIndex((level, at) => level !== others[at]);
        most = Math.max(most, different < 0 ? levels.length : different);
      }
    }
    return most;
  }

  #namesOf(row: number): Set<string> {
    return kept(this.#names, this.index.categories.pathOf[row], () => {
      return new Set(fieldReader('category', this.#cap?.depth)(this.index.items[row]));
    });
  }
}
