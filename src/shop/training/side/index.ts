export { type ChoiceSequence, choiceRanks, rankableChoices } from './choice-ranks';
export { inputWidths, type SideFeatures, sideFeatures } from './side-features';
export { decodeSideNetwork, encodeSideNetwork, type SideNetwork, type SideWindow } from './side-network';
export { sideUse } from './side-use';
export { nextTraining, type SideContinuation } from './side-window';
export { expertsText, savedSeconds } from './side-windows';
export {
  SIDE_SETTINGS,
  type SideReport,
  type SideSettings,
  trainSide,
} from './train-side';
export { heldOutSplit, type SideModelRequest, trainSideModel } from './train-side-model';
