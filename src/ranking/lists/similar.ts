import type { CatalogueIndex } from '../catalog-index';
import type { Ground } from '../explanation/reason-text';
import { priceCloseness, sharedCategory } from '../item-affinity';
import { modalityParts } from '../modalities';
import type { Source } from '../placement';
import { vectorOf } from '../similarities';
import { becauseOf, type Scored } from './scored';

/** Weight of a category that is the same down to its last level, against a content similarity of 1. */
const SAME_CATEGORY = 0.1;
/** Weight of a price that is the same. */
const PRICE = 0.1;

/**
 * What resembles an item: content similarity, and a little of shared category and price closeness, by which shopkeepers
 * go as well (see `cli/links.test.ts`). Null for an item without features, which resembles
 * nothing.
 */
export function similarList(
  index: CatalogueIndex,
  row: number,
  holds: (row: number) => boolean,
  { source, ground }: { source: Source; ground: Ground } = {
    source: 'content',
    ground: { kind: 'similar', name: index.items[row].title },
  },
): Scored | null {
  const content = index.similar.to(row);
  if (!(content[row] > 0)) return null;
  const category = sharedCategory(index, row).map((share) => SAME_CATEGORY * share);
  const price = priceCloseness(index, row).map((closeness) => PRICE * closeness);
  const score = content.map((similarity, at) => similarity + category[at] + price[at]);
  const parts = (at: number): Record<string, number> => {
    const { text } = modalityParts(index.content, at, vectorOf(index.content, row));
    const all = { text, image: content[at] - text, sameCategory: category[at], price: price[at] };
    return Object.fromEntries(Object.entries(all).filter(([, part]) => part !== 0));
  };
  return {
    score,
    holds,
    parts,
    source: () => source,
    ground: (at) => (at === row ? { kind: 'catalogue' } : ground),
    attribution: (at) => ({ parts: parts(at), because: becauseOf(row, at, score[at]) }),
  };
}
