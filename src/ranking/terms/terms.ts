import type { ChoiceHistory } from '../../events';
import type { CatalogueIndex } from '../catalog-index';
import { similarities, weightedMean } from '../similarities';
import { placeCloseness } from './catalog-order';
import { categoryPreference } from './category-preference';
import { liftNewcomers } from './cold-start';
import { companionship } from './cooccurrence';
import { numericCloseness } from './numeric-affinity';

/**
 * The named terms of the personal score.
 * - `base`: what the shop's base model says of this history
 * - `embedding`: similarity to the recency-weighted history in the base model's embedding
 * - `companions`: chosen by others near the last choices, against chance
 * - `recent`: content similarity to the recency-weighted history (half-life 20 events)
 * - `session`: content similarity to the last 3 items
 * - `closest`: mean of the 3 largest content similarities to any past item
 * - `category`: preference for the item's categories against the catalogue's base rate
 * - `numbers`: closeness to the history in price and other numbers
 * - `place`: closeness to the last 10 choices in the order of the catalogue
 * - `popularity`: log popularity
 * - `newcomer`: 1 for an item that nobody can have chosen yet, so that new items are found; no choice changes its weight
 * - `disliked`: content similarity to the closest of the last 200 dismissed items, negative
 * - `taste`: what the taste experts learned that the other terms did not know
 * - `experts`: what the experts of the item ladders change about the similarity to the history
 */
export const TERMS = [
  'base',
  'embedding',
  'companions',
  'recent',
  'session',
  'closest',
  'category',
  'numbers',
  'place',
  'popularity',
  'newcomer',
  'disliked',
  'taste',
  'experts',
] as const;
export type TermName = (typeof TERMS)[number];

/** Terms that need a history; the rest speak without one. */
export const PERSONAL_TERMS: readonly TermName[] = [
  'base',
  'embedding',
  'companions',
  'recent',
  'session',
  'closest',
  'category',
  'numbers',
  'place',
  'taste',
  'experts',
];

/** One value per item for each term. */
export type TermValues = Record<TermName, Float32Array>;

/** Unit item embeddings with the experts heard and with the experts silent, [count * width] each. */
export interface ExpertEmbeddings {
  width: number;
  learned: Float32Array;
  base: Float32Array;
}

/** What the shop's base model knows of the items and of this shopper. */
export interface BaseSignal {
  width: number;
  /** Unit item embeddings, [count * width]. */
  items: Float32Array;
  /** Score of every item after this history, [count]. */
  scores: Float32Array;
}

/** Events after which an event counts half. */
export const HALF_LIFE = 20;
/** Choices, and dismissals, looked at; older choices have faded (2^-10 of the weight of the newest). */
export const LONGEST_HISTORY = 200;
/** Choices of the `session` term. */
export const SESSION = 3;

/** Strengths faded by age: strength * 2^(-age / half-life), newest has age 0. */
export function recencyWeights(strengths: ArrayLike<number>, halfLife = HALF_LIFE): Float64Array {
  const n = strengths.length;
  return Float64Array.from({ length: n }, (_, at) => strengths[at] * 2 ** (-(n - 1 - at) / halfLife));
}

/** cos(user, item) with the experts minus the same without: the experts' own effect. */
function expertsEffect(experts: ExpertEmbeddings, rows: number[], weights: ArrayLike<number>): Float32Array {
  const { width, learned, base } = experts;
  const count = learned.length / width;
  const heard = similarities(
    { count, width, values: learned },
    weightedMean({ width, values: learned }, rows, weights),
  );
  const silent = similarities({ count, width, values: base }, weightedMean({ width, values: base }, rows, weights));
  for (let i = 0; i < count; i++) heard[i] -= silent[i];
  return heard;
}

/** What the terms are computed from, beside the catalogue. */
export interface TermSources {
  taste: ChoiceHistory;
  /** Null for a shop without a base model. */
  base: BaseSignal | null;
  /** What the taste experts add to every item, [count]; null while there are none. */
  liking: Float32Array | null;
  /** Null while no expert of the ladders was trained. */
  experts: ExpertEmbeddings | null;
}

/**
 * Values of every term for every item. Terms without a basis (no history, no experts, no dismissals) are all zero, so
 * they cannot change the order, and neither can a value that is not finite: it counts as 0.
 */
export function termValues(index: CatalogueIndex, sources: TermSources): TermValues {
  const values = rawTermValues(index, sources);
  for (const name of TERMS) values[name] = finiteValues(values[name]);
  return values;
}

/** The values with 0 for those that are not finite, in a copy where there are any. */
function finiteValues(values: Float32Array): Float32Array {
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) return values.map((value) => (Number.isFinite(value) ? value : 0));
  }
  return values;
}

/**
 * Values of every term for every item as the sources give them: some may not be finite. `termValues` is for lists.
 * @returns for each term [items]
 */
export function rawTermValues(index: CatalogueIndex, { taste, base, liking, experts }: TermSources): TermValues {
  const count = index.items.length;
  const nothing = new Float32Array(count);
  const rows = taste.rows.slice(-LONGEST_HISTORY);
  const strengths = taste.strengths.slice(-LONGEST_HISTORY);
  const values: TermValues = {
    ...(Object.fromEntries(TERMS.map((name) => [name, nothing])) as TermValues),
    popularity: index.logPopularity,
    newcomer: index.newcomers,
  };
  if (taste.dismissed.size > 0) values.disliked = dislike(index, taste.dismissed);
  if (liking) values.taste = liking;
  if (rows.length === 0) return values;
  const weights = recencyWeights(strengths);
  if (index.companions) {
    values.companions = companionship(index.companions, rows, count);
    liftNewcomers(values.companions, index.companions, index.content);
  }
  values.recent = similarities(index.content, weightedMean(index.content, rows, weights));
  values.session = similarities(
    index.content,
    weightedMean(index.content, rows.slice(-SESSION), strengths.slice(-SESSION)),
  );
  values.closest = index.closest.of(rows);
  values.category = categoryPreference(index.categories, rows, weights);
  values.numbers = numericCloseness(index.numbers, rows, weights, count);
  values.place = placeCloseness(rows, count);
  if (experts) values.experts = expertsEffect(experts, rows, weights);
  if (base) {
    const embeddings = { count, width: base.width, values: base.items };
    values.base = base.scores;
    values.embedding = similarities(embeddings, weightedMean(embeddings, rows, weights));
  }
  return values;
}

/** Minus the content similarity to the closest of the last 200 of these items, at most 0. */
function dislike({ disliked }: CatalogueIndex, dismissed: Iterable<number>): Float32Array {
  const [closest] = disliked.to([...dismissed].slice(-LONGEST_HISTORY));
  return closest.map((similarity) => -Math.max(0, similarity));
}
