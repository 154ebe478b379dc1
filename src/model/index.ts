export { LAYER_NORM_EPS, type ModelConfig } from './config';
export { linear, logSumExp, product, unitRows } from './differentiable';
export { type ExpandPolicy, expandLayer, mostUsed } from './expand';
export { type ExpertWeights, expert } from './expert';
export { type FusionWeights, fuse } from './fusion';
export { type LayerWeights, ladder, type Tally } from './ladder';
export { type Batch, disposeLossTerms, inBatchLoss, type LossTerms, lossTerms } from './loss';
export { blockNames, expertNames, FUSION_NAMES, LADDERS, type Ladder, routerNames, USER_NAMES } from './names';
export {
  type BatchInputs,
  batchLoss,
  type ForwardOptions,
  type ItemTaps,
  itemEmbeddings,
  ladderOutputs,
  type ModelTally,
} from './network';
export {
  disposeParameters,
  type ExpertCounts,
  expertCounts,
  fusionOf,
  layersOf,
  type Parameters,
  trainableNames,
} from './parameters';
export { expertToPrune, type Pruned, type PrunePolicy, prune } from './prune';
export { type Random, seededRandom, uniform } from './random';
export { gates, type RouterWeights } from './router';
export { decodeSafetensors, encodeSafetensors, type StoredType } from './safetensors';
export { storedExpertCounts } from './stored-layer';
export { type Loss, Trainer, type TrainerOptions } from './trainer';
export { type AttentionMask, attentionMask, disposeMask, lastPositions, userEncoder } from './user-encoder';
export { normalize, type Utilization, UtilizationMeter } from './utilization';
export { parametersFrom, type Weight, type Weights, weightsFrom, withParameters } from './weights';
