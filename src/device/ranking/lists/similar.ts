import type { CatalogIndex } from '../catalog-index';
import type { ReasonKind } from '../explanation/reason-text';
import { priceCloseness, sharedCategory } from '../item-affinity';
import type { Source } from '../placement';
import { modalitySimilarity, vectorOf } from '../similarities';
import { contributorInView, type Scored } from './scored';

/** Weight of a category that matches down to the last level, relative to a content similarity of 1. */
const SAME_CATEGORY = 0.1;
/** Weight of an equal price. */
const SAME_PRICE = 0.1;

/**
 * Items similar to an item: by content, with a small weight of shared category and price, which shops use as well when
 * they link products (see `build/links.test.ts`). Null for an item without features.
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
  const category = (at: number): number => Math.fround(SAME_CATEGORY * share(at));
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
