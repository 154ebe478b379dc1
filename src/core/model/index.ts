export { type Random, seededRandom, uniform } from '../common/random';
export { crossEntropy } from './cross-entropy';
export { linear, product } from './differentiable';
export { expandByMean } from './expand';
export { LADDERS, type Ladder } from './layer';
export { disposeLossTerms, lossTerms } from './loss';
export { batchLoss, type ItemTaps, itemEmbeddings } from './network';
export { prune } from './prune';
export { decodeSafetensors, encodeSafetensors } from './safetensors';
export {
  entryOf,
  expertCounts,
  layersOf,
  mapLayers,
  userEncoderEntries,
  userEncoderOf,
} from './state-dict';
export { type Loss, Trainer } from './trainer';
export {
  attentionMask,
  disposeMask,
  lastPositions,
  userEncoder,
  userEncoderShapes,
} from './user-encoder';
export { UtilizationMeter } from './utilization';
export {
  disposeParameters,
  type Parameters,
  parametersFrom,
  type Weight,
  type Weights,
} from './weights';
