export { checkWeights, type TapShape } from './check-weights';
export { crossEntropy } from './cross-entropy';
export { type Affine, linear, product, unitRows } from './differentiable';
export { expandByMean, randomRouterRow } from './expand';
export { freshLayer, LADDERS, type Ladder, type Layer, layerShapes } from './layer';
export { disposeLossTerms, lossTerms } from './loss';
export { batchLoss, type ForwardOptions, type ItemTaps, itemEmbeddings, ladderOutputs } from './network';
export { nextWindow } from './next-window';
export { prune } from './prune';
export { type Random, seededRandom, uniform } from './random';
export { decodeSafetensors, encodeSafetensors, type StoredType } from './safetensors';
export {
  type ExpertCounts,
  entryOf,
  expertCounts,
  fusionEntries,
  ladderEntries,
  layersOf,
  mapLayers,
  trainableNames,
  userEncoderEntries,
  userEncoderNames,
  userEncoderOf,
} from './state-dict';
export { type Loss, Trainer } from './trainer';
export {
  type AttentionMask,
  attentionMask,
  disposeMask,
  lastPositions,
  type UserEncoderConfig,
  userEncoder,
  userEncoderShapes,
} from './user-encoder';
export { type Utilization, UtilizationMeter } from './utilization';
export {
  disposeParameters,
  type Parameters,
  parametersFrom,
  type StateDict,
  type Weight,
  type Weights,
} from './weights';
