import type { ContentVectors } from '../../../src/core/catalog';
import { shuffled } from '../../../src/core/common/random';
import { type CatalogIndex, topRows } from '../../../src/device/ranking';
import { drawRow, normal, randomOf } from './seeds';

/** The catalogue of simulated shoppers. Items that appear during a visit are in the last rows. */
export type World = ReturnType<typeof makeWorld>;

/** A shopper's wishes at one time. */
export interface Taste {
  /** [items] how likely each is to be the next choice, up to a factor. */
  weights: Float64Array;
  /** The most wanted rows, best first. */
  best: readonly number[];
  /** Number of favorites among them: 5 % of the catalogue, at least ten. */
  favorites: number;
  /** Weight of the tenth of them: an item of that weight is clicked half as often as one can be. */
  usual: number;
}

/**
 * Parts of a taste, in standard deviations over the catalogue: subject of the text, style of the picture, category, traits that
 * no feature captures but that other shoppers also like, general appeal, and an individual part.
 */
const PARTS = { text: 1, style: 0.5, category: 1, hidden: 0.5, appeal: 0.5, whim: 0.5 };
/** Number of item traits that no feature captures. */
const HIDDEN = 8;
/** A taste is as wide as an even choice between this many times sqrt(items) items. */
const WIDTH = 3;
/** Share of the catalogue that are favorites. */
const FAVORITES = 0.05;
/** Maximum number of choices in a visit: this many of the best items may be gone. */
const MAX_VISIT_CHOICES = 100;
/** Purposes of random numbers. */
const [APPEAL, ORDER, TRAITS] = [1, 2, 3];

/** The world of a catalogue. @param known number of items that exist from the beginning: the first rows */
export function makeWorld({ content, items }: Pick<CatalogIndex, 'content' | 'items'>, known: number, seed: number) {
  const [random, traits] = [APPEAL, TRAITS].map((purpose) => randomOf(seed, purpose));
  return {
    content,
    categories: items.map(({ category }) => category),
    known,
    /** [items] how attractive each is to everybody: standard normal. */
    appeal: Float64Array.from(items, () => normal(random)),
    /** Traits that no feature captures, each standard normal. */
    hidden: {
      count: items.length,
      width: HIDDEN,
      values: Float32Array.from({ length: HIDDEN * items.length }, () => normal(traits)),
    },
    seed,
  };
}

/**
 * An order of the rows of a catalogue with the later items at the end; both parts keep their order.
 * @param share share of the items that appear later, 0 to 1
 */
export function newItemsLast(count: number, share: number, seed: number): { order: number[]; known: number } {
  const known = count - Math.round(share * count);
  const rows = [...Array(count).keys()];
  const late = new Set(shuffled(rows, randomOf(seed, ORDER)).slice(known));
  return { order: [...rows.filter((row) => !late.has(row)), ...rows.filter((row) => late.has(row))], known };
}

/**
 * A taste: items whose text is like that of one item, whose picture is like that of another, and which are of the first one's
 * category, are wanted more; and so are items with traits that some shoppers like and no feature captures, items that everybody
 * likes, and random ones.
 */
export function makeTaste(world: World, ...seeds: number[]): Taste {
  const { content, categories, known, appeal, hidden, seed } = world;
  const random = randomOf(seed, ...seeds);
  const among = appeal.map((value, row) => (row < known ? Math.exp(PARTS.appeal * value) : 0));
  const [subject, style] = [drawRow(random, among) ?? 0, drawRow(random, among) ?? 0];
  const half = content.width / 2;
  const text = standardized(products(content, rowOf(content, subject), 0, half));
  const picture = standardized(products(content, rowOf(content, style), half, content.width));
  const liked = Float32Array.from({ length: HIDDEN }, () => normal(random));
  const traits = standardized(products(hidden, liked, 0, HIDDEN));
  const values = appeal.map(
    (value, row) =>
      PARTS.text * text[row] +
      PARTS.style * picture[row] +
      PARTS.category * Number(categories[row] === categories[subject]) +
      PARTS.hidden * traits[row] +
      PARTS.appeal * value +
      PARTS.whim * normal(random),
  );
  const weights = ofWidth(values, Math.min(WIDTH * Math.sqrt(values.length), values.length / 3));
  const favorites = Math.max(10, Math.round(FAVORITES * weights.length));
  const best = topRows(Float32Array.from(weights), favorites + MAX_VISIT_CHOICES);
  return { weights, best, favorites, usual: weights[best[Math.min(9, best.length - 1)]] };
}

/** The favorites among the rows that are still available. */
export function favoritesAmong({ best, favorites }: Taste, isLeft: (row: number) => boolean): Set<number> {
  const found = new Set<number>();
  for (const row of best) {
    if (found.size === favorites) break;
    if (isLeft(row)) found.add(row);
  }
  return found;
}

/** The taste that has least in common with another one: tastes change to something different. */
export function otherTaste(world: World, taste: Taste, ...seeds: number[]): Taste {
  const all = Array.from({ length: 4 }, (_, n) => makeTaste(world, ...seeds, n));
  const own = favoritesAmong(taste, () => true);
  const common = (other: Taste): number => other.best.slice(0, other.favorites).filter((row) => own.has(row)).length;
  return all.reduce((least, other) => (common(other) < common(least) ? other : least));
}

const rowOf = ({ width, values }: ContentVectors, row: number): Float32Array =>
  values.subarray(row * width, (row + 1) * width);

/** Products of the columns `from` to `to` of every item with those of one vector. */
function products(
  { count, width, values }: ContentVectors,
  vector: Float32Array,
  from: number,
  to: number,
): Float64Array {
  const out = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let d = from; d < to; d++) sum += values[row * width + d] * vector[d];
    out[row] = sum;
  }
  return out;
}

/** Standardises to mean 0 and deviation 1; all 0 if the values are equal. */
function standardized(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const scale = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
  return values.map((value) => (value - mean) * scale);
}

/** exp(b values) with b such that the perplexity of a choice by these weights is `width`; the largest weight is 1. */
function ofWidth(values: Float64Array, width: number): Float64Array {
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weigh = (b: number): Float64Array => values.map((value) => Math.exp(b * (value - most)));
  let [low, high] = [0, 16];
  for (let step = 0; step < 18; step++) {
    const middle = (low + high) / 2;
    if (perplexity(weigh(middle)) > width) low = middle;
    else high = middle;
  }
  return weigh((low + high) / 2);
}

/** exp of the entropy of a choice in proportion to weights: from how many items an even choice would be as uncertain. */
export function perplexity(weights: Float64Array): number {
  let [total, sum] = [0, 0];
  for (const weight of weights) {
    total += weight;
    if (weight > 0) sum += weight * Math.log(weight);
  }
  return Math.exp(Math.log(total) - sum / total);
}
