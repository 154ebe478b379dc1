import type { Item } from '../../core/catalog';
import { itemIdSchema } from '../../core/events';
import { type Explanation, parsed, type RecommendRequest, recommendSchema } from '../protocol';
import { explain } from '../ranking/explanation';
import type { InputSource } from './list-input';
import type { LoadedCatalog } from './loaded-catalog';

/**
 * Explains the score of an item, as `Recommender.explain()`, with the items and choices that brought it there. No list needs this
 * code.
 * @param id and `request`: parsed here
 */
export function explainedItem(
  id: string,
  request: RecommendRequest,
  service: InputSource,
  catalog: LoadedCatalog,
): Promise<Explanation> {
  const itemId = parsed(itemIdSchema, id, 'explain()', 'itemId');
  const given = parsed(recommendSchema, request, 'explain()');
  return service.withInput(
    given,
    ({ index, input, shown }) => {
      const row = catalog.rowOf(itemId);
      const itemAt = (at: number): Item => shown(index.items[at]);
      const { contributors, experts, ...found } = explain(index, ...input, row);
      return {
        ...found,
        item: itemAt(row),
        placement: given.placement,
        contributors: contributors.map(({ row: at, part }) => ({ item: itemAt(at), part })),
        experts: experts.map(({ choices, ...expert }) => ({
          ...expert,
          choices: choices.toReversed().map(({ row: at, time }) => ({ item: itemAt(at), time })),
        })),
      };
    },
    [itemId],
  );
}
