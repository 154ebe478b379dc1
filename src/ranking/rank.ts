import { NO_RECORD } from '../events';
import type { CatalogueIndex } from './catalog-index';
import { sentence } from './explanation/reason-text';
import { commonList } from './lists/common';
import { complementList } from './lists/complement';
import { personalList } from './lists/personal';
import { recentList } from './lists/recent';
import type { Scored } from './lists/scored';
import { similarList } from './lists/similar';
import type { Placement, Source } from './placement';
import type { RankState } from './rank-state';
import { type Admission, admission } from './rules/admission';
import { adjusted } from './rules/apply-boosts';
import { arranged } from './rules/arrange';
import type { Rules } from './rules/rules';

/** What is asked of the ranking. */
export interface RankRequest {
  placement: Placement;
  /** Row of the item in view, if any. */
  row: number | null;
  limit: number;
  /** Rows already in view. */
  exclude: ReadonlySet<number>;
  /** Default: none but the exclusions that are on by themselves. */
  rules?: Rules;
  /** Language of the sentences. Default English. */
  lang?: string;
  /** Rows that earlier pages of this visit showed, for the rule `fresh`. Default none. */
  shownBefore?: ReadonlySet<number>;
  /** Milliseconds since the epoch, for the rule `rotation`. Default 0. */
  now?: number;
}

/** One place of a ranked list. */
export interface RankedItem {
  row: number;
  /** Higher is better; comparable only inside one list. Pins, cap, diversity and `fresh` change the order, not the score. */
  score: number;
  source: Source;
  /** The named parts of the score, zero ones left out; they add up to it. */
  terms: Record<string, number>;
  /** One sentence for the shopper. */
  reason: string;
}

/** Default of the rule `excludeRecent`. */
const EXCLUDE_RECENT = 40;

/**
 * The list for one placement. Falls from personal or what others chose to content similarity to popularity to some of
 * every category, whichever is known first; only `recent` has no fallback. Never returns items in view or what the rules
 * exclude.
 */
export function rank(index: CatalogueIndex, state: RankState, request: RankRequest): RankedItem[] {
  const { limit, rules = {}, lang, shownBefore = new Set<number>() } = request;
  const { scored, pinnable } = judged(index, state, request);
  return arranged(index, scored, { limit, rules, pinnable, shownBefore }).map(({ row, pinned }) => ({
    row,
    score: scored.score[row],
    source: pinned ? 'pinned' : scored.source(row),
    terms: scored.parts(row),
    reason: sentence(pinned ? { kind: 'picked' } : scored.ground(row), lang),
  }));
}

/** What a request says of every item, rules included, before places are given. */
export function judged(
  index: CatalogueIndex,
  state: RankState,
  request: RankRequest,
): { scored: Scored } & Pick<Admission, 'pinnable'> {
  const { rules = {}, now = 0 } = request;
  const record = state.record ?? NO_RECORD;
  const { admits, pinnable } = admission(index, state.taste, record, { ...request, rules });
  const scored = adjusted(index, listOf(index, state, request, admits), record, rules, now);
  // `recent` holds nothing but what the shopper looked at, so pins of other items do not count there.
  return { scored, pinnable: request.placement === 'recent' ? scored.holds : pinnable };
}

function listOf(
  index: CatalogueIndex,
  state: RankState,
  { placement, row, rules: { excludeRecent = EXCLUDE_RECENT } = {} }: RankRequest,
  admits: (row: number) => boolean,
): Scored {
  const { taste } = state;
  switch (placement) {
    case 'recent':
      return recentList(index, taste, admits);
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
      const { rows } = taste;
      const last = new Set(rows.slice(Math.max(0, rows.length - excludeRecent)));
      const notRecent = (at: number): boolean => admits(at) && !last.has(at);
      if (taste.rows.length > 0) return personalList(index, state, notRecent);
      return (row === null ? null : similarList(index, row, notRecent)) ?? commonList(index, notRecent);
    }
  }
}
