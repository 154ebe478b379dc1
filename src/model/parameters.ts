import type { Rank, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { SidestreamError } from '../error';
import type { FusionWeights } from './fusion';
import type { LayerWeights } from './ladder';
import { expertNames, FUSION_NAMES, LADDERS, type Ladder, routerNames } from './names';

/** All weights of a model by name. Linear weights are [out, in]. The holder disposes of them. */
export type Parameters = Readonly<Record<string, Tensor>>;

/** Per ladder and layer, a number of experts. */
export type ExpertCounts = Record<Ladder, number[]>;

/**
 * The parameter of that name.
 * @throws SidestreamError `model/bad-weights` when it is missing, `model/bad-shape` when its rank differs
 */
export function parameter(parameters: Parameters, name: string, rank: 1): Tensor1D;
export function parameter(parameters: Parameters, name: string, rank: 2): Tensor2D;
export function parameter(parameters: Parameters, name: string, rank: 1 | 2): Tensor<Rank> {
  const tensor = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (!tensor) {
    throw new SidestreamError(
      'model/bad-weights',
      `The weight "${name}" is missing; load the complete weights of one model.`,
    );
  }
  if (tensor.rank !== rank) {
    throw new SidestreamError(
      'model/bad-shape',
      `The weight "${name}" has shape [${tensor.shape}] but needs ${rank} dimensions; load weights of this model.`,
    );
  }
  return tensor;
}

/** Number of experts of every layer; a ladder that is not there has none. */
export function expertCounts(parameters: Readonly<Record<string, unknown>>): ExpertCounts {
  const counts: ExpertCounts = { text: [], image: [] };
  for (const ladder of LADDERS) {
    for (let layer = 0; Object.hasOwn(parameters, routerNames(ladder, layer).weight); layer++) {
      let count = 0;
      while (Object.hasOwn(parameters, expertNames(ladder, layer, count).down)) count++;
      counts[ladder].push(count);
    }
  }
  return counts;
}

/**
 * The mixture layers of one ladder as a view on the parameters (no tensor is copied).
 * @param trainable names that gradients are wanted for; all experts when absent
 */
export function layersOf(parameters: Parameters, ladder: Ladder, trainable?: ReadonlySet<string>): LayerWeights[] {
  return expertCounts(parameters)[ladder].map((count, layer) => {
    const experts = Array.from({ length: count }, (_, index) => {
      const names = expertNames(ladder, layer, index);
      return {
        down: parameter(parameters, names.down, 2),
        up: parameter(parameters, names.up, 2),
        frozen: trainable !== undefined && !trainable.has(names.down) && !trainable.has(names.up),
      };
    });
    const { weight, bias } = routerNames(ladder, layer);
    const router = { weight: parameter(parameters, weight, 2) };
    if (!Object.hasOwn(parameters, bias)) return { experts, router };
    return { experts, router: { ...router, bias: parameter(parameters, bias, 1) } };
  });
}

/** The fusion as a view on the parameters. */
export const fusionOf = (parameters: Parameters): FusionWeights => ({
  weight: parameter(parameters, FUSION_NAMES.weight, 2),
  bias: parameter(parameters, FUSION_NAMES.bias, 1),
});

/**
 * Names that learn in a window: everything but the experts older than the newest of their layer.
 * @param parameters a model's weights in any form
 * @param frozen whether older experts stand still; false in the first window of a model with several initial experts
 */
export function trainableNames(parameters: Readonly<Record<string, unknown>>, frozen = true): string[] {
  const counts = expertCounts(parameters);
  const still = new Set<string>();
  if (frozen) {
    for (const ladder of LADDERS) {
      for (const [layer, count] of counts[ladder].entries()) {
        for (let index = 0; index < count - 1; index++) {
          const { down, up } = expertNames(ladder, layer, index);
          still.add(down).add(up);
        }
      }
    }
  }
  return Object.keys(parameters).filter((name) => !still.has(name));
}

/** Frees every tensor of the record. */
export function disposeParameters(parameters: Parameters): void {
  for (const tensor of Object.values(parameters)) tensor.dispose();
}
