export { type BatchCompute, type BatchGradients, type BatchLoss, useGradients } from './gradients';
export { entryOf, type StateDict, type Weights } from './weights';
