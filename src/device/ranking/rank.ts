import type { Shown } from '../../core/catalog/locales';
import { NO_RECORD, type ShopperRecord } from '../../core/events';
import type { CatalogIndex } from './catalog-index';
import { reasonText } from './explanation/reason-text';
import type { HintedCatalog } from './hints';
import { commonList, personalList, recentList, similarList } from './lists';
import { OWN, type PriceRange, type Source, type VariantRequest } from './placement';
import { type ListInView, type RankState, type Scored, withParts } from './rank-state';
import { admission, applyBoosts, arrange, type ListPlace } from './rules/apply-rules';
import { placeShares } from './rules/tastes';
import { scores } from './score';
import { termValues } from './terms/terms';

export interface RankRequest extends VariantRequest {
  /**
   * The list of the items in view; `row` is null then, and `exclude` contains their rows. `complement`, and every list about
   * more than one item, needs it. Its code loads late, see `aboutItems`.
   */
  inView?: ListInView;
  lang?: string;
  /** Translates an item for the names in reasons. Default: the item itself. */
  shown?: Shown;
  /** Milliseconds since the epoch, for the rule `rotation` and for reasons. Default 0. */
  now?: number;
  hints?: HintedCatalog | null;
}

export interface RankedItem {
  row: number;
  /** Higher is better; comparable only inside one list. Pins, tastes, cap, diversity and `fresh` change the order, not the score. */
  score: number;
  source: Source;
  /** Named contributions that add up to the score; zero ones are left out. */
  contributions: Record<string, number>;
  /** Why it is in the list, as one sentence for the shopper; empty without a reason. */
  reason: string;
  /** Price range of its product's variants, if the list shows one of them and their prices differ. */
  prices?: PriceRange;
}

/** Default of the rule `excludeRecent`. */
export const EXCLUDE_RECENT = 40;

/**
 * The list for one placement. Falls back from personal scores or co-occurrence to content similarity, then to popularity,
 * then to items of every category in turn; only `recent` and `again` have no fallback. Never returns items in view or items
 * that the rules exclude.
 */
export function rank(index: CatalogIndex, state: RankState, request: RankRequest): RankedItem[] {
  const { limit, rules } = request;
  const { scored, ...admitted } = scoreAll(index, state, request);
  const shares = request.placement === 'for-you' ? placeShares(index, state, rules?.tastes) : null;
  return arrange(index, scored, { ...admitted, limit, rules, shares }).map((place) =>
    rankedItem(index, scored, place, request),
  );
}

export function rankedItem(
  { items, variants }: CatalogIndex,
  scored: Scored,
  { row, pinned }: ListPlace,
  request: RankRequest,
): RankedItem {
  const prices = request.rules?.variants === 'all' ? undefined : variants?.prices(items, row);
  return {
    row,
    score: scored.score[row],
    source: pinned ? 'pinned' : scored.source(row),
    contributions: scored.contributions(row),
    reason: reasonText(pinned ? { kind: 'picked' } : scored.reasonKind(row), request),
    ...(prices && { prices }),
  };
}

/** Scores of every item for a request, rules included, before the list is arranged. */
export function scoreAll(index: CatalogIndex, given: RankState, asked: RankRequest) {
  const { variants, items } = index;
  const terms = variants ? (given.terms ?? termValues(index, given)) : undefined;
  // A list shows one variant of each product.
  const { state, request } =
    variants && terms
      ? variants.narrow(items, { ...given, terms }, asked, scores(terms, given.weights))
      : { state: given, request: asked };
  const { rules = {}, now = 0, hints } = request;
  const record = state.record ?? NO_RECORD;
  const { admits, pinnable } = admission(index, state.history, record, request);
  const again = repeatsForYou(index, state, record, request);
  const list = listOf(index, state, request, admits, again);
  // Hints apply before the boosts, which count in standard deviations of the other parts of the score.
  const scored = applyBoosts(index, hints?.apply(list) ?? list, record, rules, now);
  // Lists of the shopper's own items contain no other items, so pins of other items have no effect there.
  return {
    shownBefore: request.shownBefore,
    scored,
    pinnable: OWN.includes(request.placement) ? scored.holds : pinnable,
  };
}

/** Previously bought rows that `for-you` may contain: the most often bought ones, unless a rule excludes bought items. */
function repeatsForYou(
  index: CatalogIndex,
  { history }: RankState,
  record: ShopperRecord,
  request: RankRequest,
): ReadonlySet<number> {
  const { placement, repeatable, rules } = request;
  if (placement !== 'for-you' || !repeatable || rules?.excludeOwned) return new Set();
  const { admits } = admission(index, history, record, { ...request, rules: { ...rules, excludeOwned: false } });
  return new Set([...repeatable.gains.keys()].filter(admits).slice(0, repeatable.places));
}

function listOf(
  index: CatalogIndex,
  state: RankState,
  { placement, row, inView, repeatable, rules: { excludeRecent = EXCLUDE_RECENT, coldStart } = {} }: RankRequest,
  admits: (row: number) => boolean,
  again: ReadonlySet<number>,
): Scored {
  const { history } = state;
  const gains = repeatable?.gains ?? new Map<number, number>();
  const about = (kind: 'similar' | 'complement', holds: (at: number) => boolean): Scored =>
    inView?.(index, holds, kind) ?? (row === null ? null : similarList(index, row, holds)) ?? commonList(index, holds);
  switch (placement) {
    case 'recent':
      return recentList(index, history.rows, admits);
    case 'again':
      return boughtBefore(
        personalList(index, state, (at) => gains.has(at) && admits(at)),
        gains,
      );
    case 'similar':
    case 'complement':
      return about(placement, admits);
    case 'trending':
      return commonList(index, admits);
    case 'for-you': {
      const { rows } = history;
      const recent = rows.slice(Math.max(0, rows.length - excludeRecent));
      const last = index.variants?.all(recent) ?? new Set(recent);
      const notRecent = (at: number): boolean => again.has(at) || (admits(at) && !last.has(at));
      const weights = coldStart === undefined ? state.weights : { ...state.weights, coldStart };
      if (rows.length > 0) {
        const admitted = new Map([...gains].filter(([at]) => again.has(at)));
        return boughtBefore(personalList(index, { ...state, weights }, notRecent), admitted);
      }
      return about('similar', notRecent);
    }
  }
}

/** A list in which items that the shopper bought score higher, and have that as their reason. @param gains of their scores, by row */
const boughtBefore = (list: Scored, gains: ReadonlyMap<number, number>): Scored => {
  if (gains.size === 0) return list;
  const gain = (row: number): Record<string, number> => (gains.has(row) ? { repeats: gains.get(row) ?? 0 } : {});
  return {
    ...withParts(list, gain),
    source: (row) => (gains.has(row) ? 'personal' : list.source(row)),
    reasonKind: (row) => (gains.has(row) ? { kind: 'again' } : list.reasonKind(row)),
  };
};
