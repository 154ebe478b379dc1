export { type Random, seededRandom, uniform } from '../common/random';
export { affine, checkRank, differentiable, gelu, linear, product } from './differentiable';
export {
  type Batch,
  type BatchCompute,
  type BatchGradients,
  type BatchLoss,
  batchGradients,
  gradientsOf,
  type Loss,
  useGradients,
} from './gradients';
export { decodeSafetensors, encodeSafetensors } from './safetensors';
export { Trainer } from './trainer';
export {
  disposeParameters,
  entryOf,
  type Parameters,
  parametersFrom,
  type StateDict,
  type Weight,
  type Weights,
} from './weights';
