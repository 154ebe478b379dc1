export { easeOf } from './ease';
export {
  LEAVE_ONE_OUT_RIVALS,
  type LeaveOneOutRun,
  leaveOneOutSchema,
  runLeaveOneOut,
} from './evaluate';
export { ITEM_KNN } from './item-knn';
export {
  type AddScores,
  belowScores,
  bestSettings,
  gridOf,
  type LeaveOneOutMethod,
  type LeaveOneOutShop,
  type MethodSettings,
  popularityOf as choicesOf,
  type Ranker,
  rankerOf,
  ranksOf,
  type TunedMethod,
  tuned,
} from './ranker';
export { side } from './side';
export { type ChoiceCase, type ChoiceHistory, type LeaveOneOutSplit, leaveOneOut } from './split';
export { VSKNN, type VsknnSettings } from './vsknn';
