import './differentiable';
import {
  dispose,
  type Scalar,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { entryOf, type Parameters, parametersFrom, type StateDict, type Weights } from './weights';

/** A loss as a function of the parameters. */
export type Loss = (parameters: Parameters) => Scalar;

/** The value and the gradients of a loss. */
export interface Gradients {
  loss: number;
  /** Of each weight that the loss depends on and that learns, row-major. */
  gradients: StateDict<Float32Array>;
}

/** A loss of batches of any sizes: whatever else differs between two batches is in their constants. */
export interface BatchLoss<Sizes extends StateDict<number>> {
  /** Shape of each constant in a batch of these sizes, and of each weight whose shape depends on them. */
  shapes(sizes: Sizes): StateDict<number[]>;
  /** @returns [] the loss, on the present compute backend; the caller frees it */
  value(parameters: Parameters, constants: StateDict<Tensor>, sizes: Sizes): Scalar;
}

/** The data of one step of a training. */
export interface Batch<Sizes extends StateDict<number>> {
  /** The larger one first where sizes are subtracted. */
  sizes: Sizes;
  /** Row-major; whole numbers are indices. */
  constants: StateDict<Float32Array | Int32Array>;
}

/**
 * Computes the loss of a batch and its gradients.
 * @param learning names of the weights that need gradients
 */
export type BatchGradients<Sizes extends StateDict<number>> = (
  batch: Batch<Sizes>,
  weights: Weights,
  learning: readonly string[],
) => Promise<Gradients>;

/** The loss and its gradients by tfjs, whose compute backend must be set. @param learning names of the weights that need gradients */
export async function gradientsOf(loss: Loss, weights: Weights, learning: Iterable<string>): Promise<Gradients> {
  const parameters = parametersFrom(weights);
  // A variable holds its own reference to its initial value.
  const variables = new Map<string, Variable>();
  for (const name of learning) variables.set(name, variable(entryOf(parameters, name)));
  const trainable = [...variables.values()];
  const given = { ...parameters, ...Object.fromEntries(variables) };
  const { value, grads } = variableGrads(() => loss(given), trainable);
  dispose(parameters);
  const found = [...variables].flatMap(([name, { name: key }]) => (grads[key] ? [[name, grads[key]] as const] : []));
  const [[read], ...values] = await Promise.all([value.data(), ...found.map(([, gradient]) => gradient.data())]);
  dispose([value, ...trainable, ...Object.values(grads)]);
  return { loss: read, gradients: Object.fromEntries(found.map(([name], n) => [name, values[n] as Float32Array])) };
}

/** Prepares the gradients of a loss for any number of batches. */
export type BatchCompute = <Sizes extends StateDict<number>>(loss: BatchLoss<Sizes>) => BatchGradients<Sizes>;

/** Gradients of batches by tfjs, whose compute backend must be set. */
export const tfjsGradients: BatchCompute =
  ({ shapes, value }) =>
  async ({ sizes, constants }, weights, learning) => {
    const shapeOf = shapes(sizes);
    const given = tidy(() =>
      Object.fromEntries(
        Object.entries(constants).map(([name, values]) => [
          name,
          tensor(values, shapeOf[name], values instanceof Int32Array ? 'int32' : 'float32'),
        ]),
      ),
    );
    const found = await gradientsOf((parameters) => value(parameters, given, sizes), weights, learning);
    dispose(Object.values(given));
    return found;
  };

let compute = tfjsGradients;

/** Sets what computes the gradients of batches in this process. Default: tfjs */
export function useGradients(own: BatchCompute): void {
  compute = own;
}

/** Gradients of the batches of a loss. */
export const batchGradients: BatchCompute = (loss) => compute(loss);
