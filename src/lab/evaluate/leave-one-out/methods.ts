import { ease } from './ease';
import { ials } from './ials';
import { itemKnn } from './item-knn';
import { popularity } from './popularity';
import type { LeaveOneOutMethod } from './ranker';
import { sasrec } from './sasrec';
import { vsknn } from './vsknn';

/** The methods with which the learner is compared, in the order of the tables. */
export const LEAVE_ONE_OUT_RIVALS: Readonly<Record<string, LeaveOneOutMethod>> = {
  popularity,
  'item-knn': itemKnn,
  ease,
  ials,
  vsknn,
  sasrec,
};
