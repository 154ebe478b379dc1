export { type Random, seededRandom, uniform } from '../common/random';
export { affine, checkRank, differentiable, gelu, linear, product } from './differentiable';
export { decodeSafetensors, encodeSafetensors } from './safetensors';
export { type Loss, Trainer } from './trainer';
export {
  disposeParameters,
  entryOf,
  type Parameters,
  parametersFrom,
  type StateDict,
  type Weight,
  type Weights,
} from './weights';
