import * as v from 'valibot';
import { settingsSchema } from '../result';
import { easeOf } from './ease';
import { graph } from './graph';
import { ITEM_KNN } from './item-knn';
import { type LeaveOneOutMethod, type LeaveOneOutShop, popularityOf, ranksOf, type Scores, tuned } from './ranker';
import type { ChoiceCase } from './split';
import { VSKNN } from './vsknn';

/** The items by the number of their choices: the same list for everybody. */
const popularity: LeaveOneOutMethod = ({ whole, count }) => {
  const scores = popularityOf(whole, count);
  return { settings: {}, scores: () => scores };
};

/** The methods with which the learner is compared, in the order of the tables. */
export const LEAVE_ONE_OUT_RIVALS: Readonly<Record<string, LeaveOneOutMethod>> = {
  popularity,
  'item-knn': tuned(ITEM_KNN),
  ease: tuned(easeOf([50, 150, 500], false)),
  vsknn: tuned(VSKNN),
  graph,
};

export const leaveOneOutSchema = v.object({
  name: v.string(),
  settings: settingsSchema,
  /** NDCG@10 on the validation with these settings. */
  validation: v.optional(v.number()),
  /** Time to choose the settings and to learn. */
  seconds: v.number(),
  /** Rank of each case of the test, in order. */
  ranks: v.array(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

/** Result of a method on the test. */
export type LeaveOneOutRun = v.InferOutput<typeof leaveOneOutSchema>;

/** Builds a method and reads the test, once. */
export async function runLeaveOneOut(
  name: string,
  method: LeaveOneOutMethod,
  shop: LeaveOneOutShop,
  test: readonly ChoiceCase[],
): Promise<LeaveOneOutRun> {
  const start = performance.now();
  const { settings, validation, scores } = await method(shop);
  const seconds = (performance.now() - start) / 1000;
  shop.meter.start(`Test of ${name}`, test.length);
  const counted: Scores = (history) => {
    shop.meter.advance(1);
    return scores(history);
  };
  const ranks = ranksOf(counted, test);
  shop.meter.stop();
  return {
    name,
    settings: { ...settings },
    seconds,
    ranks,
    ...(validation === undefined ? {} : { validation }),
  };
}
