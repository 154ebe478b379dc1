import type { CatalogIndex } from '../catalog-index';
import type { ScoreBreakdown } from '../lists/scored';
import { NEAREST } from '../nearest-neighbors';
import type { Source } from '../placement';
import { type RankRequest, scoreAll } from '../rank';
import type { ExpertPart, RankState } from '../rank-state';
import { type ModalitySimilarity, modalitySimilarity, similarity, vectorOf, weightedMean } from '../similarities';
import { MAX_HISTORY, recencyWeights, SESSION, type TermName } from '../terms/terms';
import { contributorsFor } from './contributors';
import { reasonText } from './reason-text';

/** Why an item has its score in a list. */
export interface RowExplanation {
  score: number;
  source: Source;
  /** Named contributions that add up to the score; content similarity is split by modality (`text`, `image`). */
  contributions: Record<string, number>;
  /** Items that contributed to the score, the largest contribution first. */
  contributors: { row: number; part: number }[];
  /** Parts of the contribution `preference` by the shopper's experts, the largest first; they add up to it. */
  experts: ExpertPart[];
  reason: string;
}

/** Maximum number of contributors in an explanation. */
const MAX_CONTRIBUTORS = 8;

/** Explains one item as the list of a request would show it, whether it is in that list or not. */
export function explain(index: CatalogIndex, state: RankState, request: RankRequest, row: number): RowExplanation {
  const { scored } = scoreAll(index, state, request);
  const { contributions, contributors, experts = [] } = scored.breakdown(row, scoreBreakdown);
  return {
    score: scored.score[row],
    source: scored.source(row),
    contributions,
    contributors: [...contributors]
      .map(([contributor, part]) => ({ row: contributor, part }))
      .filter(({ part }) => part !== 0)
      .sort((a, b) => b.part - a.part || a.row - b.row)
      .slice(0, MAX_CONTRIBUTORS),
    experts: experts.toSorted((a, b) => b.contribution - a.contribution),
    reason: reasonText(scored.reasonKind(row), request),
  };
}

/** The terms that only compare content; a breakdown splits them by modality. */
const CONTENT_TERMS = ['recent', 'session', 'nearestHistory'] as const satisfies TermName[];

/**
 * Breaks a personal score down: the content terms become contributions of text and of image; past items and the shopper's
 * experts have their parts, see `contributorsFor`.
 * @param terms contributions of the terms to the item's score
 */
export function scoreBreakdown(
  index: CatalogIndex,
  { history, weights, expertParts }: RankState,
  row: number,
  terms: Partial<Record<TermName, number>>,
): ScoreBreakdown {
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const { content: vectors } = index;
  const content: ModalitySimilarity = { text: 0, image: 0 };
  const add = (query: Float32Array, weight: number): void => {
    const { text, image } = modalitySimilarity(vectors, row, query);
    content.text += weight * text;
    content.image += weight * image;
  };
  add(weightedMean(vectors, rows, recencyWeights(strengths)), weights.recent);
  add(weightedMean(vectors, rows.slice(-SESSION), strengths.slice(-SESSION)), weights.session);
  const nearest = [...new Set(rows)]
    .map((past) => ({ past, value: similarity(vectors, past, row) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, NEAREST);
  for (const { past } of nearest) add(vectorOf(vectors, past), weights.nearestHistory / nearest.length);
  const others = Object.entries(terms).filter(([name]) => !CONTENT_TERMS.some((term) => term === name));
  const { pastItems, of } = contributorsFor(index, { history, weights });
  const contributors = new Map<number, number>();
  for (const [place, part] of of(row).entries()) if (!Number.isNaN(part)) contributors.set(pastItems[place], part);
  const experts = expertParts?.(row)
    .map((part) => ({ ...part, contribution: weights.preference * part.contribution }))
    .filter(({ contribution }) => contribution !== 0);
  return {
    contributions: { ...Object.fromEntries(others), ...content },
    contributors,
    experts,
  };
}
