import { categoryPaths } from '../../catalog';
import type { CatalogueIndex } from '../catalog-index';
import { chosenWith } from '../explanation/reason-kind';
import { companionship } from '../terms/cooccurrence';
import { becauseOf, type Scored } from './scored';
import { similarList } from './similar';

/**
 * What others chose with an item, by lift. Where nobody knows: items of other categories in its style. Null where there
 * are none either.
 */
export function complementList(index: CatalogueIndex, row: number, holds: (row: number) => boolean): Scored | null {
  return companionList(index, row, holds) ?? styleList(index, row, holds);
}

function companionList(index: CatalogueIndex, row: number, holds: (row: number) => boolean): Scored | null {
  if (!index.companions) return null;
  const score = companionship(index.companions, [row], index.items.length);
  if (!score.some((lift, at) => lift > 0 && holds(at))) return null;
  const parts = (at: number): Record<string, number> => (score[at] === 0 ? {} : { companions: score[at] });
  return {
    score,
    holds: (at) => score[at] > 0 && holds(at),
    parts,
    source: () => 'companions',
    ground: (at) =>
      at === row ? { kind: 'catalogue' } : { kind: chosenWith(index.companions), name: index.items[row].title },
    attribution: (at) => ({ parts: parts(at), because: becauseOf(row, at, score[at]) }),
  };
}

/** What resembles an item outside its own categories: a shirt is not completed by another shirt. */
function styleList(index: CatalogueIndex, row: number, holds: (row: number) => boolean): Scored | null {
  const own = new Set(categoryPaths(index.items[row].category));
  if (own.size === 0) return null;
  const elsewhere = (at: number): boolean => {
    const paths = categoryPaths(index.items[at].category);
    return paths.length > 0 && !paths.some((path) => own.has(path)) && holds(at);
  };
  if (!index.items.some((_, at) => elsewhere(at))) return null;
  const ground = { kind: 'style', name: index.items[row].title } as const;
  return similarList(index, row, elsewhere, { source: 'style', ground });
}
