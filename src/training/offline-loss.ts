import {
  add,
  customGrad,
  gather,
  matMul,
  mul,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { type BaseConfig, disposeView, type HistoryView, historyView, itemRows, userRows } from '../base-model';
import { crossEntropy, type ForwardOptions, type ItemTaps, linear, type Parameters } from '../model';
import type { OfflineBatch } from './offline-batch';

/** A batch on the compute backend. */
export interface OfflineTensors {
  view: HistoryView;
  /** [B * L] */
  inputs: Tensor1D;
  /** [U, B * L]: 1 where the column is the step's input. */
  scatter: Tensor2D;
  /** [B * L, U] */
  offset: Tensor2D;
  /** [B * L, U]: the step's weight in its label's column. */
  label: Tensor2D;
  /** [B * L, 1]: 1 / (steps that count), 0 where padded. */
  weight: Tensor2D;
}

/** The caller frees the result with `disposeTensors`. */
export function offlineTensors({ size, length, rows, inputs, mask, labels, offset }: OfflineBatch): OfflineTensors {
  const steps = size * length;
  const width = rows.length;
  const scatter = new Float32Array(width * steps);
  const label = new Float32Array(steps * width);
  const share = 1 / mask.reduce((total, value) => total + value, 0);
  for (let step = 0; step < steps; step++) {
    if (mask[step] === 0) continue;
    scatter[inputs[step] * steps + step] = 1;
    label[step * width + labels[step]] = share;
  }
  return {
    view: historyView(mask, length),
    inputs: tensor1d(inputs, 'int32'),
    scatter: tensor2d(scatter, [width, steps]),
    offset: tensor2d(offset, [steps, width]),
    label: tensor2d(label, [steps, width]),
    weight: tensor2d(
      mask.map((counts) => counts * share),
      [steps, 1],
    ),
  };
}

export function disposeTensors({ view, ...tensors }: OfflineTensors): void {
  disposeView(view);
  for (const tensor of Object.values(tensors)) tensor.dispose();
}

/** Loss of one batch of the `sidestream` recipe: softmax over cosines / temperature + offset, mean over the steps. */
export function offlineLoss(
  parameters: Parameters,
  config: BaseConfig,
  taps: ItemTaps,
  { view, inputs, scatter, offset, label, weight }: OfflineTensors,
  options?: ForwardOptions,
): Scalar {
  return tidy(() => {
    const items = itemRows(parameters, config, taps, options);
    const users = userRows(parameters, config, pick(items, inputs, scatter), view);
    const logits = add(linear(mul(users, 1 / config.temperature), items), offset) as Tensor2D;
    return crossEntropy(logits, label, weight);
  });
}

/** Rows of x by index; the gradient is a product, as wasm has no kernel for that of gather. */
function pick(x: Tensor2D, index: Tensor1D, scatter: Tensor2D): Tensor2D {
  return customGrad<Tensor2D>((input) => ({
    value: gather(input as Tensor2D, index),
    gradFunc: (dy) => [matMul(scatter, dy)],
  }))(x);
}
