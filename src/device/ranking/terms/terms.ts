import { adapterContext } from '../../../core/catalog';
import type { ChoiceHistory } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { productOf } from '../placement';
import { weightedMean } from '../similarities';
import { categoryPreference } from './category-preference';
import { choiceTable, coldStart, cooccurrence } from './cooccurrence';
import { numericAffinity } from './numeric-affinity';
import { type ProductChoices, sideQueries, sideScores } from './side-scores';

/**
 * The named terms of the personal score.
 * - `sideModel`: score by the shop's side model after the history
 * - `boughtTogether`: co-occurrence with the last choices among other shoppers, against chance
 * - `recent`: content similarity to the recency-weighted history (half-life 20 events); 0 beside a side model
 * - `session`: content similarity to the last 3 choices; 0 beside a side model
 * - `nearestHistory`: mean of the 3 largest content similarities to any past item
 * - `category`: preference of the history for the item's categories against the catalogue's base rate
 * - `numericAffinity`: closeness to the history in price and other numbers
 * - `popularity`: log popularity
 * - `coldStart`: 1 for an item too new to have a popularity, to surface new items; choices do not change its weight
 * - `disliked`: minus the content similarity to the nearest of the last 200 dismissed items
 * - `preference`: residual scores of the shopper's experts, which learn the errors of the other terms
 */
export const TERMS = [
  'sideModel',
  'boughtTogether',
  'recent',
  'session',
  'nearestHistory',
  'category',
  'numericAffinity',
  'popularity',
  'coldStart',
  'disliked',
  'preference',
] as const;
export type TermName = (typeof TERMS)[number];

const COMMON_TERMS: readonly TermName[] = ['popularity', 'coldStart', 'disliked'];
/** Terms that are 0 without choices or learned state. */
export const PERSONAL_TERMS = TERMS.filter((name) => !COMMON_TERMS.includes(name));

export type TermValues = Record<TermName, Float32Array>;

/** Age, in events, at which an event counts half. */
const HALF_LIFE = 20;
/** Factor of the weight of a choice that becomes one event older. */
export const OLDER = 2 ** (-1 / HALF_LIFE);
/** Number of last choices that the terms use; older choices weigh less than 2^-10 of the newest. */
export const MAX_HISTORY = 200;
export const SESSION = 3;
/**
 * Number of the last dismissals that count in this term, all alike: here a dismissal does not fade, but newer ones push it out. Its
 * effect on the shopper's experts fades with every choice, see `fading` in `learner/personal-weights.ts`.
 */
const MAX_DISMISSALS = 200;

/** Strengths decayed by age: strength * 2^(-age / half-life); the newest has age 0. */
export function recencyWeights(strengths: ArrayLike<number>): Float64Array {
  const n = strengths.length;
  return Float64Array.from({ length: n }, (_, at) => strengths[at] * 2 ** (-(n - 1 - at) / HALF_LIFE));
}

/** Values of terms without a basis: all 0. */
const zeroValues = new WeakSet<Float32Array>();

/** Whether these are values of a term without a basis, which change no score. */
export const isWithoutBasis = (values: Float32Array): boolean => zeroValues.has(values);

/** Inputs of the terms in addition to the catalogue. */
export interface TermSources {
  history: ChoiceHistory;
  /** Contribution of the shopper's experts to every item's score, [count]; null without experts. */
  residualScores: Float32Array | null;
}

/**
 * Values of every term for every item. Terms without a basis (no history, no experts, no dismissals) are all zero and cannot
 * change the order; neither can a non-finite value, which counts as 0.
 */
export function termValues(index: CatalogIndex, sources: TermSources): TermValues {
  const values = rawTermValues(index, sources);
  for (const name of TERMS) if (!isWithoutBasis(values[name])) values[name] = finiteValues(values[name]);
  return values;
}

/** The values, with 0 for non-finite ones; a copy if there are any. */
export function finiteValues(values: Float32Array): Float32Array {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return Number.isFinite(sum) ? values : values.map((value) => (Number.isFinite(value) ? value : 0));
}

/** The last of some choices, as rows of the products that the shop's models know: the first variant of each. */
const lastProducts = (index: CatalogIndex, { rows, orders }: ProductChoices): ProductChoices => ({
  rows: rows.slice(-MAX_HISTORY).map(productOf(index)),
  orders: orders?.slice(-MAX_HISTORY),
});

/** State of a side model after some choices: queries of its states, and context of its adapters. */
export interface SideState {
  /** See `sideQueries`. */
  query: Float32Array;
  /** See `adapterContext`; null for a model without adapters. */
  context: Float32Array | null;
}

/** State of the shop's side model after some choices; null without a model. */
export function sideStateAfter(index: CatalogIndex, choices: ProductChoices): SideState | null {
  const { side } = index;
  if (!side) return null;
  const query = sideQueries(side, lastProducts(index, choices))();
  return { query, context: side.adapters ? adapterContext(side.adapters, query) : null };
}

/** The same, of which some may not be finite. */
function rawTermValues(index: CatalogIndex, { history, residualScores }: TermSources): TermValues {
  const count = index.items.length;
  const zeros = new Float32Array(count);
  zeroValues.add(zeros);
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const values: TermValues = {
    ...(Object.fromEntries(TERMS.map((name) => [name, zeros])) as TermValues),
    popularity: index.logPopularity,
    coldStart: index.coldStart,
  };
  if (history.dismissed.size > 0) {
    const [nearest] = index.nearestDismissed.nearestTo([...history.dismissed].slice(-MAX_DISMISSALS));
    values.disliked = nearest.map((similarity) => -Math.max(0, similarity));
  }
  if (residualScores) values.preference = residualScores;
  if (rows.length === 0) return values;
  const weights = recencyWeights(strengths);
  const known = lastProducts(index, history);
  if (index.side) {
    values.sideModel = sideScores(index.side, known);
    index.variants?.share(values.sideModel);
  }
  const choices = choiceTable(index);
  if (choices) {
    values.boughtTogether = cooccurrence(choices, known, count);
    coldStart(values.boughtTogether, choices, index);
    index.variants?.share(values.boughtTogether);
  }
  // The side model already covers the similarity to the last choices.
  if (!index.side) {
    [values.recent, values.session] = index.similarities.products([
      weightedMean(index.content, rows, weights),
      weightedMean(index.content, rows.slice(-SESSION), strengths.slice(-SESSION)),
    ]);
  }
  values.nearestHistory = index.nearestHistory.meanSimilarity(rows);
  const category = categoryPreference(index.categories, rows, weights, !choices && !index.side);
  const affinity = numericAffinity(index.numbers, rows, weights);
  [values.category, values.numericAffinity] = [new Float32Array(count), new Float32Array(count)];
  for (let row = 0; row < count; row++) {
    values.category[row] = category(row);
    values.numericAffinity[row] = affinity(row);
  }
  return values;
}
