import {
  add,
  concat1d,
  keep,
  mean,
  mul,
  norm,
  reshape,
  split,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { SidestreamError } from '../error';
import { type ExpertWeights, expert } from './expert';
import { gates, type RouterWeights } from './router';

/** Weights of one mixture layer. */
export interface LayerWeights {
  /** Oldest first, at least one. */
  experts: ExpertWeights[];
  router: RouterWeights;
}

/**
 * Called once per layer with [n + 1]: the mean over samples of the L2 norm of gate * candidate, backbone first. The
 * tensor is kept and belongs to the callee.
 */
export type GateCounts = (layer: number, activation: Tensor1D) => void;

/**
 * One modality's side network: x = tap 0; at layer i, x = sum of gate_j * candidate_j over the frozen backbone
 * (tap i + 1) and the experts of x.
 * @param taps K+1 tensors [N, D], shallow to deep; they carry no gradient
 * @param layers K layers
 * @returns [N, D]
 * @throws SidestreamError `model/bad-shape` when taps and layers do not fit
 */
export function ladder(taps: Tensor2D[], layers: LayerWeights[], tally?: GateCounts): Tensor2D {
  check(taps, layers);
  return tidy(() => {
    let x = taps[0];
    for (let i = 0; i < layers.length; i++) x = mixture(x, taps[i + 1], layers[i], i, tally);
    return x;
  });
}

function mixture(x: Tensor2D, backbone: Tensor2D, layer: LayerWeights, index: number, tally?: GateCounts): Tensor2D {
  const constant = index === 0;
  const columns = split(gates(x, layer.router, constant), layer.experts.length + 1, 1);
  const parts = [mul(columns[0], backbone)];
  for (const [j, weights] of layer.experts.entries()) parts.push(mul(columns[j + 1], expert(x, weights, constant)));
  if (tally) {
    const activation = tidy(() => concat1d(parts.map((part) => reshape(mean(norm(part, 2, 1)), [1]))));
    tally(index, keep(activation));
  }
  return parts.reduce((sum, part) => add(sum, part)) as Tensor2D;
}

function check(taps: Tensor2D[], layers: LayerWeights[]): void {
  const refuse = (reason: string): never => {
    throw new SidestreamError('model/bad-shape', `${reason}; use the features that the weights were made for.`);
  };
  if (taps.length !== layers.length + 1) {
    refuse(`${layers.length} layers need ${layers.length + 1} taps but got ${taps.length}`);
  }
  for (const [index, { experts, router }] of layers.entries()) {
    const [rows, width] = router.weight.shape;
    if (rows !== experts.length + 1) refuse(`layer ${index} has ${experts.length} experts but ${rows} router rows`);
    const tap = taps.find(({ shape }) => shape[1] !== width || shape[0] !== taps[0].shape[0]);
    if (tap) refuse(`layer ${index} takes taps of [${taps[0].shape[0]}, ${width}] but got [${tap.shape}]`);
  }
}
