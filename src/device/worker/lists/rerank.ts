import * as v from 'valibot';
import { exactObject } from '../../../core/common/schema';
import { callSchema } from '../../protocol';
import { rerank as reranked, ruleFields } from '../../ranking';
import { type Call, takes } from '../call';

const MAX_IDS = 10_000;
/** Number of ids of a list whose shards are loaded: the part that a shopper sees first. */
const LOADED_IDS = 48;

const position = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_IDS - 1));
const idsSchema = v.pipe(v.array(v.string()), v.maxLength(MAX_IDS, `must have at most ${MAX_IDS} ids`));
const rerankSchema = exactObject({
  strength: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  boost: ruleFields.boost,
  bury: ruleFields.bury,
  coldStart: ruleFields.coldStart,
  pin: v.optional(v.pipe(v.array(exactObject({ itemId: v.string(), position })), v.maxLength(100))),
});

export const rerank = takes(
  'rerank()',
  [['ids', idsSchema], v.optional(rerankSchema, {}), callSchema],
  async (
    { catalog, rest, shards, shopper, lists }: Pick<Call, 'catalog' | 'rest' | 'shards' | 'shopper' | 'lists'>,
    ids,
    { strength, ...own },
  ) => {
    const rules = lists.rulesOf(null, own);
    if (strength > 0) await rest.waitFor();
    // Without a history, the order is the shop's, and no item data is needed.
    const personal = strength > 0 && (await shopper.turns.run(({ learner }) => learner.history.rows.length > 0));
    if (personal) await shards?.loadList(ids.slice(0, LOADED_IDS));
    return shopper.turns.run(({ learner }) => ({
      ids: reranked(catalog.index, shopper.experiment.state(learner.stateAt(Date.now())), { ids, strength, rules }),
      id: lists.idOf('rerank'),
    }));
  },
);
