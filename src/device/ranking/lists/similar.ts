import type { CatalogIndex } from '../catalog-index';
import type { ReasonKind } from '../explanation/reason-text';
import type { Source } from '../placement';
import { modalitySimilarity, vectorOf } from '../similarities';
import { contributorInView, type Scored } from './scored';

/** Weight of an equal price, relative to a content similarity of 1. */
const SAME_PRICE = 0.1;

/**
 * Items similar to an item: by content, with a weight of shared category, which is large only where the content says little,
 * and a small one of the price; shops use both as well when they link products (see `build/links.test.ts`). Null for an item without features.
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
  const contributions = (at: number): Record<string, number> => {
    const { text } = modalitySimilarity(index.content, at, vectorOf(index.content, row));
    const all = { text, image: content[at] - text, sameCategory: category(at), price: price(at) };
    return Object.fromEntries(Object.entries(all).filter(([, contribution]) => contribution !== 0));
  };
  return {
    score,
    holds,
    contributions,
    source: () => source,
    reasonKind: (at) => (at === row ? { kind: 'none' } : reasonKind),
    breakdown: (at) => ({ contributions: contributions(at), contributors: contributorInView(row, at, score[at]) }),
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

/** Powers of the prices, per list of items: offers replace the list. */
const powers = new WeakMap<CatalogIndex['items'], Float64Array>();

/**
 * exp(-|log(1 + a) - log(1 + b)| / 0.3) with the price a of item `row` and the price b of each item.
 * @returns one value per item, 0..1; 0 if a price is missing
 */
function priceCloseness({ items }: Pick<CatalogIndex, 'items'>, row: number): (other: number) => number {
  const known = powers.get(items) ?? pricePowers(items);
  powers.set(items, known);
  const own = known[row];
  // As (1 + a)^(1 / 0.3) over (1 + b)^(1 / 0.3), the smaller over the larger.
  return (other) => Math.fround(Math.min(own / known[other], known[other] / own)) || 0;
}

/** (1 + price)^(1 / 0.3) of every item; NaN without a price. */
const pricePowers = (items: CatalogIndex['items']): Float64Array =>
  Float64Array.from(items, ({ price }) =>
    price === undefined ? Number.NaN : Math.exp(Math.log1p(price) / PRICE_SCALE),
  );
