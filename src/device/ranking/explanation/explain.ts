import type { CatalogIndex } from '../catalog-index';
import type { ScoreBreakdown } from '../lists/scored';
import { NEAREST } from '../nearest-neighbors';
import type { Source } from '../placement';
import { productOf } from '../product-variants';
import { type RankRequest, scoreAll } from '../rank';
import type { ExpertPart, RankState } from '../rank-state';
import { type ModalitySimilarity, modalitySimilarity, similarity, vectorOf, weightedMean } from '../similarities';
import { cooccurrenceContributions } from '../terms/cooccurrence';
import { sideContributions } from '../terms/side-scores';
import { MAX_HISTORY, recencyWeights, SESSION, type TermName } from '../terms/terms';
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
 * Breaks a personal score down: the content terms become contributions of text and of image, and the content terms,
 * co-occurrence and the side model are attributed to past items, and the preference to the shopper's experts. Terms of the
 * whole history (category, numeric affinity) are not attributed to items, nor is the similarity of an item to its own
 * earlier choice.
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
  const product = productOf(index);
  const contributors = new Map<number, number>();
  const add = (past: number, contribution: number): void => {
    // A product is not a reason for itself.
    if (product(past) !== product(row)) contributors.set(past, (contributors.get(past) ?? 0) + contribution);
  };
  const content: ModalitySimilarity = { text: 0, image: 0 };
  const { content: vectors } = index;

  /** Adds a term that compares an item with the weighted mean of past items. */
  const addMean = (pastRows: number[], strength: ArrayLike<number>, weight: number): void => {
    const query = weightedMean(vectors, pastRows, strength);
    const { text, image } = modalitySimilarity(vectors, row, query);
    content.text += weight * text;
    content.image += weight * image;
    const length = pastRows.reduce(
      (sum, past, n) => sum + strength[n] * total(modalitySimilarity(vectors, past, query)),
      0,
    );
    if (length === 0) return;
    for (const [n, past] of pastRows.entries())
      add(past, (weight * strength[n] * similarity(vectors, past, row)) / length);
  };
  addMean(rows, recencyWeights(strengths), weights.recent);
  addMean(rows.slice(-SESSION), strengths.slice(-SESSION), weights.session);
  const nearest = [...new Set(rows)]
    .map((past) => ({ past, value: similarity(vectors, past, row) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, NEAREST);
  for (const { past, value } of nearest) {
    const { text, image } = modalitySimilarity(vectors, row, vectorOf(vectors, past));
    const weight = weights.nearestHistory / nearest.length;
    content.text += weight * text;
    content.image += weight * image;
    add(past, weight * value);
  }
  if (index.cooccurrence) {
    const parts = cooccurrenceContributions(index.cooccurrence, rows.map(product), product(row));
    for (const [past, lift] of parts) {
      add(rows.find((chosen) => product(chosen) === past) ?? past, weights.boughtTogether * lift);
    }
  }

  if (index.side) {
    // The remainder of the term is the item's bias, which no choice explains.
    const parts = sideContributions(index.side, rows.map(product), product(row));
    for (const [past, contribution] of parts) {
      add(rows.find((chosen) => product(chosen) === past) ?? past, weights.sideModel * contribution);
    }
  }

  const others = Object.entries(terms).filter(([name]) => !CONTENT_TERMS.some((term) => term === name));
  const experts = expertParts?.(row)
    .map((part) => ({ ...part, contribution: weights.preference * part.contribution }))
    .filter(({ contribution }) => contribution !== 0);
  return { contributions: { ...Object.fromEntries(others), ...content }, contributors, experts };
}

const total = ({ text, image }: ModalitySimilarity): number => text + image;
