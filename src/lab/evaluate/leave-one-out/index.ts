export { easeItems, easeWeights } from './ease';
export {
  LEAVE_ONE_OUT_RIVALS,
  type LeaveOneOutRun,
  leaveOneOutText,
  parseLeaveOneOut,
  runLeaveOneOut,
} from './evaluate';
export { type ItemWeights, itemKnn, shrunkCosines } from './item-knn';
export {
  gridOf,
  type LeaveOneOutMethod,
  type LeaveOneOutShop,
  popularityOf as choicesOf,
  type Ranker,
  rankerOf,
  ranksOf,
} from './ranker';
export { side, sideIds } from './side';
export { type ChoiceCase, type ChoiceHistory, evenly, type LeaveOneOutSplit, leaveOneOut } from './split';
export { VsknnIndex, type VsknnSettings } from './vsknn';
