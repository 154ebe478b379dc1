import type { CatalogueIndex } from './catalogue-index';
import { categoryPreference } from './category-preference';
import { similarities, weightedMean } from './content-vectors';

/**
 * The named terms of the personal score.
 * - `base`: what the shop's base model says of this history
 * - `embedding`: similarity to the recency-weighted history in the base model's embedding
 * - `recent`: content similarity to the recency-weighted history (half-life 20 events)
 * - `session`: content similarity to the last 3 items
 * - `closest`: mean of the 3 largest content similarities to any past item
 * - `category`: preference for the item's categories against the catalogue's base rate
 * - `price`: closeness to the prices of the history
 * - `popularity`: log popularity
 * - `disliked`: content similarity to the closest dismissed item, negative
 * - `experts`: what the learned experts change about the similarity to the history
 */
export const TERMS = [
  'base',
  'embedding',
  'recent',
  'session',
  'closest',
  'category',
  'price',
  'popularity',
  'disliked',
  'experts',
] as const;
export type TermName = (typeof TERMS)[number];

/** Terms that need a history; the rest speak without one. */
export const PERSONAL_TERMS: readonly TermName[] = [
  'base',
  'embedding',
  'recent',
  'session',
  'closest',
  'category',
  'price',
  'experts',
];

/** One value per item for each term. */
export type TermValues = Record<TermName, Float32Array>;

/** What one shopper did, as rows of the catalogue. */
export interface Taste {
  /** Item rows, oldest first. */
  rows: number[];
  /** Strength of each event, above 0, same length. */
  strengths: number[];
  /** Rows of dismissed items. */
  dismissed: ReadonlySet<number>;
}

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
/** Events looked at; older ones have faded (2^-10 of the weight of the newest). */
const LONGEST_HISTORY = 200;

/** Strengths faded by age: strength * 2^(-age / half-life), newest has age 0. */
export function recencyWeights(strengths: ArrayLike<number>, halfLife = HALF_LIFE): Float64Array {
  const n = strengths.length;
  return Float64Array.from({ length: n }, (_, at) => strengths[at] * 2 ** (-(n - 1 - at) / halfLife));
}

/** Mean of the 3 largest similarities of each item to the given rows (each counted once). */
function closestOf(index: CatalogueIndex, rows: Iterable<number>): Float32Array {
  const { count } = index.content;
  const top = [new Float32Array(count).fill(-1), new Float32Array(count).fill(-1), new Float32Array(count).fill(-1)];
  let seen = 0;
  for (const row of new Set(rows)) {
    seen++;
    const sims = index.similar.to(row);
    for (let i = 0; i < count; i++) {
      let x = sims[i];
      for (const rank of top) {
        if (x <= rank[i]) continue;
        const pushed = rank[i];
        rank[i] = x;
        x = pushed;
      }
    }
  }
  const used = top.slice(0, Math.min(3, seen));
  const out = new Float32Array(count);
  for (const rank of used) for (let i = 0; i < count; i++) out[i] += rank[i] / used.length;
  return out;
}

/** -|log price - mean log price of the history| per item; 0 where a price is missing. */
function priceCloseness(index: CatalogueIndex, rows: number[], weights: ArrayLike<number>): Float32Array {
  let sum = 0;
  let total = 0;
  for (let n = 0; n < rows.length; n++) {
    const price = index.logPrice[rows[n]];
    if (Number.isNaN(price)) continue;
    sum += weights[n] * price;
    total += weights[n];
  }
  const out = new Float32Array(index.items.length);
  if (total === 0) return out;
  const mean = sum / total;
  for (let i = 0; i < out.length; i++) {
    if (!Number.isNaN(index.logPrice[i])) out[i] = -Math.abs(index.logPrice[i] - mean);
  }
  return out;
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

/**
 * Values of every term for every item. Terms without a basis (no history, no experts, no dismissals) are all zero, so
 * they cannot change the order.
 */
export function termValues(
  index: CatalogueIndex,
  taste: Taste,
  experts: ExpertEmbeddings | null,
  base: BaseSignal | null = null,
): TermValues {
  const count = index.items.length;
  const zero = () => new Float32Array(count);
  const rows = taste.rows.slice(-LONGEST_HISTORY);
  const strengths = taste.strengths.slice(-LONGEST_HISTORY);
  const disliked = zero();
  for (const row of taste.dismissed) {
    const sims = index.similar.to(row);
    for (let i = 0; i < count; i++) disliked[i] = Math.min(disliked[i], -sims[i]);
  }
  const values: TermValues = {
    base: zero(),
    embedding: zero(),
    recent: zero(),
    session: zero(),
    closest: zero(),
    category: zero(),
    price: zero(),
    popularity: index.hasPopularity ? index.logPopularity : zero(),
    disliked,
    experts: zero(),
  };
  if (rows.length === 0) return values;
  const weights = recencyWeights(strengths);
  values.recent = similarities(index.content, weightedMean(index.content, rows, weights));
  values.session = similarities(index.content, weightedMean(index.content, rows.slice(-3), strengths.slice(-3)));
  values.closest = closestOf(index, rows);
  values.category = categoryPreference(index.categories, rows, weights);
  values.price = priceCloseness(index, rows, weights);
  if (experts) values.experts = expertsEffect(experts, rows, weights);
  if (base) {
    const embeddings = { count, width: base.width, values: base.items };
    values.base = base.scores;
    values.embedding = similarities(embeddings, weightedMean(embeddings, rows, weights));
  }
  return values;
}
