export { type ChoiceSequence, choiceRanks, rankableChoices } from './choice-ranks';
export { type HeldOutQuality, heldOutQuality } from './held-out';
export { inputWidths, type SideFeatures, sideFeatures } from './side-features';
export { type SideCatalog, sideModelOf } from './side-model-of';
export {
  decodeSideNetwork,
  encodeSideNetwork,
  readSideNetwork,
  type SideNetwork,
  type SideWindow,
  writeSideNetwork,
} from './side-network';
export { sideUse } from './side-use';
export { nextTraining, type SideContinuation, type SideWindowRequest } from './side-window';
export {
  SIDE_SETTINGS,
  type SideReport,
  type SideResult,
  type SideSettings,
  type SideTraining,
  type SideTrainingState,
  trainSide,
} from './train-side';
export { type SideModelRequest, type TrainedSideModel, trainSideModel } from './train-side-model';
