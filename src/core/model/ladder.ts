import {
  add,
  concat1d,
  keep,
  mean,
  mul,
  norm,
  reshape,
  split,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { SidestreamError } from '../../error';
import { expert } from './expert';
import { checkLayer, type Layer } from './layer';
import { gates } from './router';

/** Options of one pass through a ladder. */
export interface LadderOptions {
  /** Weights that gradients are wanted for; all when absent. */
  trainable?: ReadonlySet<Tensor>;
  /**
   * Called once per layer with [n + 1]: the mean over samples of the L2 norm of gate * candidate, backbone first. The
   * tensor is kept and belongs to the callee.
   */
  onActivation?(layer: number, activation: Tensor1D): void;
}

/**
 * One modality's side network: x = tap 0; at layer i, x = sum of gate_j * candidate_j over the frozen backbone
 * (tap i + 1) and the experts of x.
 * @param taps K+1 tensors [N, D], shallow to deep; they carry no gradient
 * @param layers K layers
 * @returns [N, D]
 * @throws SidestreamError `model/bad-shape` when taps and layers do not fit
 */
export function ladder(taps: Tensor2D[], layers: Layer<Tensor>[], options: LadderOptions = {}): Tensor2D {
  check(taps, layers);
  return tidy(() => {
    let x = taps[0];
    for (let i = 0; i < layers.length; i++) x = mixture(x, taps[i + 1], layers[i], i, options);
    return x;
  });
}

function mixture(
  x: Tensor2D,
  backbone: Tensor2D,
  { experts, router }: Layer<Tensor>,
  index: number,
  { trainable, onActivation }: LadderOptions,
): Tensor2D {
  // Tap 0, the input of the first layer, carries no gradient.
  const input = index === 0;
  const columns = split(gates(x, router, input), experts.length + 1, 1);
  const candidates = [
    backbone,
    ...experts.map(({ down, up }) => {
      const frozen = trainable !== undefined && !trainable.has(down) && !trainable.has(up);
      return expert(x, { down, up }, { frozen, input });
    }),
  ];
  const parts = candidates.map((candidate, j) => mul(columns[j], candidate));
  if (onActivation) {
    const activation = tidy(() => concat1d(parts.map((part) => reshape(mean(norm(part, 2, 1)), [1]))));
    onActivation(index, keep(activation));
  }
  return parts.reduce((sum, part) => add(sum, part)) as Tensor2D;
}

function check(taps: Tensor2D[], layers: Layer<Tensor>[]): void {
  const refuse = (reason: string): never => {
    throw new SidestreamError('model/bad-shape', `${reason}; use the features that the weights were made for.`);
  };
  if (taps.length !== layers.length + 1) {
    refuse(`${layers.length} layers need ${layers.length + 1} taps but got ${taps.length}`);
  }
  for (const [index, layer] of layers.entries()) {
    checkLayer(layer);
    const width = layer.router.weight.shape[1];
    const tap = taps.find(({ shape }) => shape[1] !== width || shape[0] !== taps[0].shape[0]);
    if (tap) refuse(`layer ${index} takes taps of [${taps[0].shape[0]}, ${width}] but got [${tap.shape}]`);
  }
}
