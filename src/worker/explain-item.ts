import type { Explanation } from '../protocol';
import type { CatalogIndex, RankRequest, RankState } from '../ranking';
import { explain } from '../ranking/explanation';

/** Explains the item in a row as the list of a request would show it, with the items and choices that brought it there. */
export function explainItem(
  index: CatalogIndex,
  [state, request]: [RankState, RankRequest],
  row: number,
): Omit<Explanation, 'placement'> {
  const { items } = index;
  const { contributors, experts, ...found } = explain(index, state, request, row);
  return {
    ...found,
    item: items[row],
    contributors: contributors.map(({ row: at, part }) => ({ item: items[at], part })),
    experts: experts.map(({ choices, ...expert }) => ({
      ...expert,
      choices: choices.toReversed().map(({ row: at, time }) => ({ item: items[at], time })),
    })),
  };
}
