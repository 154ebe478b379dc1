import type { CatalogueIndex } from '../catalog-index';
import type { Attribution } from '../lists/scored';
import { type ModalityParts, modalityParts } from '../modalities';
import type { RankState } from '../rank-state';
import { similarity, vectorOf, weightedMean } from '../similarities';
import { companionParts } from '../terms/cooccurrence';
import { LONGEST_HISTORY, recencyWeights, SESSION, type TermName } from '../terms/terms';

/** The terms that look at content alone; an explanation tells them by modality. */
const CONTENT_TERMS = ['recent', 'session', 'closest'] as const satisfies TermName[];

/**
 * Takes a personal score apart: the terms that look at content become the share of the texts and that of the pictures,
 * and they and the companions are counted to the past items that they come from. Terms of the history as a whole (base
 * model, category, numbers, taste, experts) belong to no single item, and the similarity of an
 * item that was chosen before to itself is counted to none.
 * @param terms the parts of the item's score
 */
export function attributed(
  index: CatalogueIndex,
  { taste, weights }: RankState,
  row: number,
  terms: Partial<Record<TermName, number>>,
): Attribution {
  const rows = taste.rows.slice(-LONGEST_HISTORY);
  const strengths = taste.strengths.slice(-LONGEST_HISTORY);
  const because = new Map<number, number>();
  const add = (past: number, part: number): void => {
    // An item is no reason for itself.
    if (past !== row) because.set(past, (because.get(past) ?? 0) + part);
  };
  const content: ModalityParts = { text: 0, image: 0 };
  const { content: vectors } = index;

  /** One of the terms that compare with a mean of past items. */
  const mean = (of: number[], strength: ArrayLike<number>, weight: number): void => {
    const query = weightedMean(vectors, of, strength);
    const parts = modalityParts(vectors, row, query);
    content.text += weight * parts.text;
    content.image += weight * parts.image;
    const length = of.reduce((sum, past, n) => sum + strength[n] * total(modalityParts(vectors, past, query)), 0);
    if (length === 0) return;
    for (const [n, past] of of.entries()) add(past, (weight * strength[n] * similarity(vectors, past, row)) / length);
  };
  mean(rows, recencyWeights(strengths), weights.recent);
  mean(rows.slice(-SESSION), strengths.slice(-SESSION), weights.session);
  const closest = [...new Set(rows)]
    .map((past) => ({ past, value: similarity(vectors, past, row) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, 3);
  for (const { past, value } of closest) {
    const parts = modalityParts(vectors, row, vectorOf(vectors, past));
    content.text += (weights.closest * parts.text) / closest.length;
    content.image += (weights.closest * parts.image) / closest.length;
    add(past, (weights.closest * value) / closest.length);
  }
  if (index.companions) {
    for (const [past, part] of companionParts(index.companions, rows, row)) add(past, weights.companions * part);
  }

  const others = Object.entries(terms).filter(([name]) => !CONTENT_TERMS.some((term) => term === name));
  return { parts: { ...Object.fromEntries(others), ...content }, because };
}

const total = ({ text, image }: ModalityParts): number => text + image;
