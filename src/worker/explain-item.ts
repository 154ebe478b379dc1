import type { Item } from '../catalog';
import type { Shown } from '../catalog/locales';
import type { Explanation } from '../protocol';
import type { CatalogIndex, RankRequest, RankState } from '../ranking';
import { explain } from '../ranking/explanation';

/**
 * Explains the item in a row as the list of a request would show it, with the items and choices that brought it there.
 * @param shown items in the language of the request
 */
export function explainItem(
  index: CatalogIndex,
  [state, request]: [RankState, RankRequest],
  row: number,
  shown: Shown,
): Omit<Explanation, 'placement'> {
  const itemAt = (at: number): Item => shown(index.items[at]);
  const { contributors, experts, ...found } = explain(index, state, request, row);
  return {
    ...found,
    item: itemAt(row),
    contributors: contributors.map(({ row: at, part }) => ({ item: itemAt(at), part })),
    experts: experts.map(({ choices, ...expert }) => ({
      ...expert,
      choices: choices.toReversed().map(({ row: at, time }) => ({ item: itemAt(at), time })),
    })),
  };
}
