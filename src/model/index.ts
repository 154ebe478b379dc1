export { checkWeights, type TapShape } from './check-weights';
export { crossEntropy } from './cross-entropy';
export { linear, product, unitRows } from './differentiable';
export { expandByMean, randomRouterRow } from './expand';
export { freshLayer, LADDERS, type Ladder } from './layer';
export { disposeLossTerms, lossTerms } from './loss';
export { batchLoss, type ForwardOptions, type ItemTaps, itemEmbeddings } from './network';
export { nextWindow } from './next-window';
export { prune } from './prune';
export { type Random, seededRandom, uniform } from './random';
export { decodeSafetensors, encodeSafetensors } from './safetensors';
export {
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
