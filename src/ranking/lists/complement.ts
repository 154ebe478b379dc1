import { categoryPaths } from '../../catalog';
import type { CatalogIndex } from '../catalog-index';
import { cooccurrenceReason } from '../explanation/reason-kind';
import { cooccurrence } from '../terms/cooccurrence';
import { contributorInView, type Scored } from './scored';
import { similarList } from './similar';

/**
 * What others chose with an item, by lift; where no co-occurrence is known, similar items of other categories. Null where
 * there are none either.
 */
export function complementList(index: CatalogIndex, row: number, holds: (row: number) => boolean): Scored | null {
  return cooccurrenceList(index, row, holds) ?? styleList(index, row, holds);
}

function cooccurrenceList(index: CatalogIndex, row: number, holds: (row: number) => boolean): Scored | null {
  if (!index.cooccurrence) return null;
  const score = cooccurrence(index.cooccurrence, index.variants?.first([row]) ?? [row], index.items.length);
  index.variants?.share(score);
  if (!score.some((lift, at) => lift > 0 && holds(at))) return null;
  const contributions = (at: number): Record<string, number> => (score[at] === 0 ? {} : { boughtTogether: score[at] });
  return {
    score,
    holds: (at) => score[at] > 0 && holds(at),
    contributions,
    source: () => 'boughtTogether',
    reasonKind: (at) =>
      at === row ? { kind: 'catalog' } : { kind: cooccurrenceReason(index.cooccurrence), name: index.items[row].title },
    breakdown: (at) => ({ contributions: contributions(at), contributors: contributorInView(row, at, score[at]) }),
  };
}

/** Similar items outside the item's own categories: another shirt does not complement a shirt. */
function styleList(index: CatalogIndex, row: number, holds: (row: number) => boolean): Scored | null {
  const own = new Set(categoryPaths(index.items[row].category));
  if (own.size === 0) return null;
  const elsewhere = (at: number): boolean => {
    const paths = categoryPaths(index.items[at].category);
    return paths.length > 0 && !paths.some((path) => own.has(path)) && holds(at);
  };
  if (!index.items.some((_, at) => elsewhere(at))) return null;
  const reasonKind = { kind: 'style', name: index.items[row].title } as const;
  return similarList(index, row, elsewhere, { source: 'style', reasonKind });
}
