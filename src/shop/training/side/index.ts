export { type ChoiceSequence, choiceRanks, rankableChoices } from './choice-ranks';
export { inputWidths, type SideFeatures, sideFeatures } from './side-features';
export {
  readSideNetwork,
  type SideNetwork,
  type SideWindow,
  writeSideNetwork,
} from './side-network';
export { sideUse } from './side-use';
export { nextTraining, type SideContinuation } from './side-window';
export {
  SIDE_SETTINGS,
  type SideSettings,
  trainSide,
} from './train-side';
export { trainSideModel } from './train-side-model';
