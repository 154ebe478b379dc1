import type { Item } from '../../core/catalog';
import { grouped, kept } from '../../core/common/grouped';
import type { CatalogIndex } from './catalog-index';
import { contributorsFor } from './explanation/contributors';
import type { ReasonKind } from './explanation/reason-text';
import { reasonsFor } from './explanation/reasons';
import type { Source } from './placement';
import type { RankState, Scored } from './rank-state';
import { scores, termContributions } from './score';
import { modalitySimilarity, vectorOf } from './similarities';
import type { CategoryIndex } from './terms/category-preference';
import { PERSONAL_TERMS, termValues } from './terms/terms';

const BY_AVAILABILITY: readonly Item['availability'][] = ['in-stock', 'preorder', 'out-of-stock'];

/** Source and reason of an item without a personal reason: it counts as popular only if somebody chose it. */
function commonReason({ items, variants }: CatalogIndex): Pick<Scored, 'source' | 'reasonKind'> {
  const isPopular = (row: number): boolean => ((variants ? variants.popularity[row] : items[row].popularity) ?? 0) > 0;
  return {
    source: (row) => (isPopular(row) ? 'popularity' : 'catalog'),
    reasonKind: (row) => ({ kind: isPopular(row) ? 'popular' : 'none' }),
  };
}

/**
 * Items by current sales, or by popularity, the same for every shopper; if popularity is unknown, items of every category in
 * turn.
 */
export function commonList(index: CatalogIndex, holds: (row: number) => boolean): Scored {
  const score = index.hasPopularity ? (index.trend ?? index.logPopularity) : variety(index, holds);
  const name = index.hasPopularity ? 'popularity' : 'variety';
  return {
    score,
    holds,
    contributions: (row) => (score[row] === 0 ? {} : { [name]: score[row] }),
    ...commonReason(index),
  };
}

/** From 1 for the first item of a varied list down to 1 / n for the last of n; 0 for items outside the list. */
function variety({ items, categories }: CatalogIndex, holds: (row: number) => boolean): Float32Array {
  const held = [...items.keys()].filter(holds);
  const order = BY_AVAILABILITY.flatMap((availability) =>
    variedOrder(
      categories,
      held.filter((row) => items[row].availability === availability),
    ),
  );
  const score = new Float32Array(items.length);
  for (const [place, row] of order.entries()) score[row] = 1 - place / order.length;
  return score;
}

/**
 * Orders items round-robin over categories: the first of each, then the second of each, and so on; within a category
 * over its subcategories in the same way. Categories, and the items of one, keep their order.
 * @param rows in catalogue order; an item counts for the first of its category paths
 */
export function variedOrder(categories: Pick<CategoryIndex, 'ofItem' | 'names'>, rows: readonly number[]): number[] {
  const levels = categories.names.map((name) => name.split('/').length - 1);
  const categoryAt = (row: number, level: number): number | undefined => {
    const id: number | undefined = categories.ofItem[row][level];
    // After the last level of a path the item's next path begins.
    return id !== undefined && levels[id] === level ? id : undefined;
  };
  const order = (some: readonly number[], level: number): readonly number[] => {
    const groups = grouped(some, (row) => categoryAt(row, level));
    return interleaved([...groups].map(([id, group]) => (id === undefined ? group : order(group, level + 1))));
  };
  return [...order(rows, 0)];
}

function interleaved(lists: (readonly number[])[]): number[] {
  const out: number[] = [];
  for (let turn = 0, left = lists; left.length > 0; turn++) {
    left = left.filter((list) => turn < list.length);
    for (const list of left) out.push(list[turn]);
  }
  return out;
}

/** Weight of an equal price, relative to a content similarity of 1. */
const SAME_PRICE = 0.1;

/**
 * Items similar to an item: by content, with a weight of shared category, which is large only where the content says little,
 * and a small one of the price; shops use both as well when they link products (see `shop/bundler/build-bundle-links.test.ts`). Null for an item without features.
 */
export function similarList(
  index: CatalogIndex,
  row: number,
  holds: (row: number) => boolean,
  { source, reasonKind }: { source: Source; reasonKind: ReasonKind } = {
    source: 'content',
    reasonKind: { kind: 'similar', about: index.items[row] },
  },
): Scored | null {
  const content = index.similarities.similaritiesTo(row);
  if (!(content[row] > 0)) return null;
  const share = sharedCategory(index, row);
  const closeness = priceCloseness(index, row);
  const category = (at: number): number => Math.fround(index.similarCategory * share(at));
  const price = (at: number): number => Math.fround(SAME_PRICE * closeness(at));
  const score = new Float32Array(content.length);
  for (let at = 0; at < score.length; at++) score[at] = content[at] + category(at) + price(at);
  return {
    score,
    holds,
    contributions(at) {
      const { text } = modalitySimilarity(index.content, at, vectorOf(index.content, row));
      const all = { text, image: content[at] - text, sameCategory: category(at), price: price(at) };
      return Object.fromEntries(Object.entries(all).filter(([, contribution]) => contribution !== 0));
    },
    contributors: (at) => new Map(at === row ? [] : [[row, score[at]]]),
    source: () => source,
    reasonKind: (at) => (at === row ? { kind: 'none' } : reasonKind),
  };
}

/** Difference of log prices at which the affinity has fallen to 1/e. */
const PRICE_SCALE = 0.3;

/**
 * Share of category levels that items have in common with item `row`: levels in common over the larger count of the two.
 * @returns of each item, 0..1; 0 for an item without category
 */
function sharedCategory(
  { categories: { paths, pathOf } }: Pick<CatalogIndex, 'categories'>,
  row: number,
): (other: number) => number {
  const own = new Set(paths[pathOf[row]]);
  const ofPath = Float32Array.from(paths, (ids) => {
    let common = 0;
    for (const id of ids) if (own.has(id)) common++;
    return common === 0 ? 0 : common / Math.max(own.size, ids.length);
  });
  return (other) => ofPath[pathOf[other]];
}

/** (1 + price)^(1 / 0.3) of every item, NaN without a price, per list of items: offers replace the list. */
const powers = new WeakMap<CatalogIndex['items'], Float64Array>();

/**
 * exp(-|log(1 + a) - log(1 + b)| / 0.3) with the price a of item `row` and the price b of each item.
 * @returns one value per item, 0..1; 0 if a price is missing
 */
function priceCloseness({ items }: Pick<CatalogIndex, 'items'>, row: number): (other: number) => number {
  const known = kept(powers, items, () =>
    Float64Array.from(items, ({ price = Number.NaN }) => Math.exp(Math.log1p(price) / PRICE_SCALE)),
  );
  const own = known[row];
  // As (1 + a)^(1 / 0.3) over (1 + b)^(1 / 0.3), the smaller over the larger.
  return (other) => Math.fround(Math.min(own / known[other], known[other] / own)) || 0;
}

/** The sum of all terms for one shopper. */
export function personalList(index: CatalogIndex, state: RankState, holds: (row: number) => boolean): Scored {
  const values = state.terms ?? termValues(index, state);
  const contributions = (row: number) => termContributions(values, state.weights, row);
  const isPersonal = (row: number): boolean => {
    const terms = contributions(row);
    return PERSONAL_TERMS.reduce((sum, name) => sum + (terms[name] ?? 0), 0) > (terms.popularity ?? 0);
  };
  // If the personal terms contribute less than popularity, the item keeps its source for every shopper.
  const common = commonReason(index);
  const contributors = contributorsFor(index, state);
  const reasonOf = reasonsFor(index, state, contributors);
  return {
    score: scores(values, state.weights),
    holds,
    contributions,
    contributors,
    ofTerms: true,
    source: (row) => (isPersonal(row) ? 'personal' : common.source(row)),
    reasonKind: (row) => (isPersonal(row) ? reasonOf(row, contributions(row)) : common.reasonKind(row)),
  };
}

/** The items that the shopper looked at, the last one first; it has no fallback. @param rows of the history */
export function recentList(index: CatalogIndex, rows: readonly number[], holds: (row: number) => boolean): Scored {
  const places = new Map([...new Set(rows.toReversed())].map((row, place) => [row, place]));
  const recency = (row: number): number => places.size - (places.get(row) ?? places.size);
  return {
    score: Float32Array.from(index.items.keys(), recency),
    holds: (row) => places.has(row) && holds(row),
    contributions: (row): Record<string, number> => (places.has(row) ? { recency: recency(row) } : {}),
    source: () => 'personal',
    reasonKind: () => ({ kind: 'seen' }),
  };
}
