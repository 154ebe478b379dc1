import * as v from 'valibot';
import type { Item } from '../../../core/catalog';
import { itemIdSchema } from '../../../core/events';
import { type Explanation, recommendSchema } from '../../protocol';
import { explain as explained } from '../../ranking';
import { type Call, takes } from '../call';

/** Explains the score of an item, with the items and choices that led to it. */
export const explain = takes(
  'explain()',
  [['itemId', itemIdSchema], v.optional(recommendSchema, {})],
  async ({ catalog, lists }: Pick<Call, 'catalog' | 'lists'>, itemId, given): Promise<Explanation> =>
    lists.withInput(
      given,
      ({ index, input, shown }) => {
        const row = catalog.rowOf(itemId);
        const itemAt = (at: number): Item => shown(index.items[at]);
        const { contributors, experts, ...found } = explained(index, ...input, row);
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
    ),
);
