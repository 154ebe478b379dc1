import { easeOf } from './ease';
import { graph } from './graph';
import { ITEM_KNN } from './item-knn';
import { type LeaveOneOutMethod, popularityOf, tuned } from './ranker';
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
