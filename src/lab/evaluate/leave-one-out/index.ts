export { type LeaveOneOutRun, leaveOneOutText, parseLeaveOneOut, runLeaveOneOut } from './evaluate';
export { LEAVE_ONE_OUT_RIVALS } from './methods';
export {
  type LeaveOneOutMethod,
  type LeaveOneOutShop,
  popularityOf as choicesOf,
  type Ranker,
} from './ranker';
export { side, sideIds } from './side';
export { type ChoiceCase, type ChoiceHistory, evenly, type LeaveOneOutSplit, leaveOneOut } from './split';
export { gridOf } from './tuned';
export { VsknnIndex, type VsknnSettings } from './vsknn';
