export type { ModelConfig } from './config';
export { linear, logSumExp, product, unitRows } from './differentiable';
export { expandLayer, mostUsed } from './expand';
export { disposeLossTerms, lossTerms } from './loss';
export { blockNames, expertNames, FUSION_NAMES, LADDERS, type Ladder, routerNames, USER_NAMES } from './names';
export {
  batchLoss,
  type ForwardOptions,
  type ItemTaps,
  itemEmbeddings,
  ladderOutputs,
  type ModelTally,
} from './network';
export { disposeParameters, type ExpertCounts, type Parameters, trainableNames } from './parameters';
export { prune } from './prune';
export { type Random, seededRandom, uniform } from './random';
export { decodeSafetensors, encodeSafetensors, type StoredType } from './safetensors';
export { storedExpertCounts } from './stored-layer';
export { type Loss, Trainer } from './trainer';
export { type AttentionMask, attentionMask, disposeMask, lastPositions, userEncoder } from './user-encoder';
export { normalize, type Utilization, UtilizationMeter } from './utilization';
export { parametersFrom, type Weight, type Weights } from './weights';
