export { type LeaveOneOutRun, leaveOneOutText, parseLeaveOneOut, runLeaveOneOut } from './evaluate';
export { LEAVE_ONE_OUT_RIVALS } from './methods';
export {
  fading,
  type LeaveOneOutMethod,
  type LeaveOneOutShop,
  type MethodSettings,
  popularityOf as choicesOf,
  type Ranker,
  rankerOf,
} from './ranker';
export { side, sideIds, sideRanker } from './side';
export { type ChoiceCase, type ChoiceHistory, evenly, type LeaveOneOutSplit, leaveOneOut } from './split';
export { gridOf, type TunedMethod, tuned } from './tuned';
export { VsknnIndex, type VsknnSettings } from './vsknn';
