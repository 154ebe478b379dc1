export { nextSideWindow } from '../model/next-window';
export { freshSideWeights } from '../model/side-weights';
export type { Weight, Weights } from '../model/weights';
export { type ChoiceSequence, choiceRanks, rankableChoices } from './choice-ranks';
export { chosenHalfLife, halfLifeText } from './half-life';
export { heldOutShoppers } from './held-out';
export type { KeptBytes } from './kept-weights';
export { type SideFeatures, sideConfigOf, sideFeatures } from './side-features';
export { sequencesFrom } from './side-sequences';
export { SIDE_SETTINGS, type SideSettings } from './side-settings';
export {
  type ShardData,
  type ShardRound,
  type ShardRunner,
  type ShardState,
  ShardTrainer,
  shardDataSchema,
  shardResultSchema,
  shardRoundSchema,
  shardStateSchema,
} from './side-shard';
export {
  decodeSideNetwork,
  encodeSideNetwork,
  expertsText,
  nextTraining,
  type SideContinuation,
  type SideNetwork,
  type SideWindow,
  sideUse,
} from './side-window';
export { type SideReport, trainEpochs } from './train-epochs';
export { type SideModelRequest, trainSideModel } from './train-side-model';
export { windowDiscriminants } from './window-discriminants';
