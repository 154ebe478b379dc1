import { NO_RECORD } from '../events';
import type { CatalogIndex } from './catalog-index';
import { reasonText } from './explanation/reason-text';
import { commonList } from './lists/common';
import { complementList } from './lists/complement';
import { personalList } from './lists/personal';
import { recentList } from './lists/recent';
import type { Scored } from './lists/scored';
import { similarList } from './lists/similar';
import type { Placement, Source } from './placement';
import type { RankState } from './rank-state';
import { type Admission, admission } from './rules/admission';
import { applyBoosts } from './rules/apply-boosts';
import { arrange } from './rules/arrange';
import type { Rules } from './rules/rules';

/** A request for a ranked list. */
export interface RankRequest {
  placement: Placement;
  /** Row of the item in view, if any. */
  row: number | null;
  limit: number;
  /** Rows already in view. */
  exclude: ReadonlySet<number>;
  /** Default: only the exclusions that are on by default. */
  rules?: Rules;
  /** Language tag of the reasons. Default English. */
  lang?: string;
  /** Rows that earlier pages of this visit showed, for the rule `fresh`. Default none. */
  shownBefore?: ReadonlySet<number>;
  /** Milliseconds since the epoch, for the rule `rotation` and for reasons. Default 0. */
  now?: number;
}

/** One place of a ranked list. */
export interface RankedItem {
  row: number;
  /** Higher is better; comparable only inside one list. Pins, cap, diversity and `fresh` change the order, not the score. */
  score: number;
  source: Source;
  /** Named contributions that add up to the score; zero ones are left out. */
  contributions: Record<string, number>;
  /** Why it is in the list, as one sentence for the shopper. */
  reason: string;
}

/** Default of the rule `excludeRecent`. */
const EXCLUDE_RECENT = 40;

/**
 * The list for one placement. Falls back from personal scores or co-occurrence to content similarity, then to popularity,
 * then to items of every category in turn; only `recent` has no fallback. Never returns items in view or what the rules
 * exclude.
 */
export function rank(index: CatalogIndex, state: RankState, request: RankRequest): RankedItem[] {
  const { limit, rules = {}, shownBefore = new Set<number>() } = request;
  const { scored, pinnable } = scoreAll(index, state, request);
  return arrange(index, scored, { limit, rules, pinnable, shownBefore }).map(({ row, pinned }) => ({
    row,
    score: scored.score[row],
    source: pinned ? 'pinned' : scored.source(row),
    contributions: scored.contributions(row),
    reason: reasonText(pinned ? { kind: 'picked' } : scored.reasonKind(row), request),
  }));
}

/** Scores of every item for a request, rules included, before the list is arranged. */
export function scoreAll(
  index: CatalogIndex,
  state: RankState,
  request: RankRequest,
): { scored: Scored } & Pick<Admission, 'pinnable'> {
  const { rules = {}, now = 0 } = request;
  const record = state.record ?? NO_RECORD;
  const { admits, pinnable } = admission(index, state.history, record, { ...request, rules });
  const scored = applyBoosts(index, listOf(index, state, request, admits), record, rules, now);
  // `recent` holds nothing but what the shopper looked at, so pins of other items have no effect there.
  return { scored, pinnable: request.placement === 'recent' ? scored.holds : pinnable };
}

function listOf(
  index: CatalogIndex,
  state: RankState,
  { placement, row, rules: { excludeRecent = EXCLUDE_RECENT, coldStart } = {} }: RankRequest,
  admits: (row: number) => boolean,
): Scored {
  const { history } = state;
  switch (placement) {
    case 'recent':
      return recentList(index, history, admits);
    case 'similar':
      return (row === null ? null : similarList(index, row, admits)) ?? commonList(index, admits);
    case 'complement':
      return (
        (row === null ? null : (complementList(index, row, admits) ?? similarList(index, row, admits))) ??
        commonList(index, admits)
      );
    case 'trending':
      return commonList(index, admits);
    case 'for-you': {
      const { rows } = history;
      const last = new Set(rows.slice(Math.max(0, rows.length - excludeRecent)));
      const notRecent = (at: number): boolean => admits(at) && !last.has(at);
      const weights = coldStart === undefined ? state.weights : { ...state.weights, coldStart };
      if (rows.length > 0) return personalList(index, { ...state, weights }, notRecent);
      return (row === null ? null : similarList(index, row, notRecent)) ?? commonList(index, notRecent);
    }
  }
}
