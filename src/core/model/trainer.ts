import './differentiable';
import {
  AdamOptimizer,
  add,
  dispose,
  div,
  maximum,
  mul,
  type Scalar,
  scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { NamedTensor } from '@tensorflow/tfjs-core/dist/tensor_types';
import { entryOf, type Parameters, type Weight, type Weights, weightFrom, weightsFrom } from './weights';

/** Options of a trainer. Adam's defaults equal PyTorch's. */
export interface TrainerOptions {
  learningRate: number;
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
  /** Gradients are scaled down to this L2 norm over all of them; not at all when absent. */
  clipNorm?: number;
  /**
   * Weight decay of a step at learning rate 1, as a share of the weight, in addition to Adam's own step (AdamW), by name.
   * Default 0.
   */
  weightDecay?: (name: string) => number;
  /**
   * Decay of the moving average of each weight per step, 0 to 1 (Polyak and Juditsky 1992, exponentially fading); the first
   * steps count more, to fade the starting point. Default: no average.
   */
  averaging?: number;
}

/** Adam with a schedulable learning rate: changing it keeps the moments. */
class Adam extends AdamOptimizer {
  set rate(rate: number) {
    this.learningRate = rate;
  }
}

/** A loss as a function of the parameters; `trainable` lists the parameters that need gradients. */
export type Loss = (parameters: Parameters, trainable: ReadonlySet<Tensor>) => Scalar;

/** Adam over some of a model's weights; the other weights are frozen. Holds tensors until `dispose`. */
export class Trainer {
  /** The weights as they are now; the trainer owns them. */
  readonly parameters: Parameters;
  readonly #variables = new Map<string, Variable>();
  readonly #averages = new Map<string, Variable>();
  readonly #options: TrainerOptions;
  #learningRate: number;
  #optimizer: Adam;
  /** Names of the weights that steps moved, in the order of the optimizer's moments. */
  #moved: string[] = [];
  #steps = 0;

  /**
   * @param trainable names of the weights that learn
   * @throws SidestreamError `model/bad-weights` when a name is missing
   */
  constructor(weights: Weights, trainable: Iterable<string>, options: TrainerOptions) {
    this.#options = options;
    this.#learningRate = options.learningRate;
    for (const name of new Set(trainable)) {
      const { shape, values } = entryOf(weights, name);
      const initial = tensor(values, shape, 'float32');
      // A variable holds its own reference to the initial value's data.
      this.#variables.set(name, variable(initial));
      if (options.averaging !== undefined) this.#averages.set(name, variable(initial, false));
      initial.dispose();
    }
    this.parameters = Object.fromEntries(
      Object.entries(weights).map(([name, { shape, values }]) => [
        name,
        this.#variables.get(name) ?? tensor(values, shape, 'float32'),
      ]),
    );
    this.#optimizer = this.#adam();
  }

  /** The loss and its gradients by name, without changing any weight. @returns tensors that the caller frees */
  gradients(loss: Loss): { loss: Scalar; gradients: Record<string, Tensor> } {
    const trainable = [...this.#variables.values()];
    const { value, grads } = variableGrads(() => loss(this.parameters, new Set(trainable)), trainable);
    const gradients: Record<string, Tensor> = {};
    for (const [name, { name: key }] of this.#variables) if (grads[key]) gradients[name] = grads[key];
    return { loss: value, gradients };
  }

  /** One step of Adam. @returns the loss before the step; the caller frees it */
  step(loss: Loss): Scalar {
    const found = this.gradients(loss);
    this.#moved = Object.keys(found.gradients);
    tidy(() => {
      const scale = this.#clipScale(Object.values(found.gradients));
      this.#optimizer.applyGradients(
        Object.entries(found.gradients).map(([name, gradient]) => ({
          name: this.#variables.get(name)!.name,
          tensor: scale ? mul(gradient, scale) : gradient,
        })),
      );
    });
    dispose(found.gradients);
    this.#decay();
    this.#steps++;
    this.#average();
    return found.loss;
  }

  /** The learning weights as plain data. */
  read(): Promise<Weights> {
    return weightsFrom(Object.fromEntries(this.#variables));
  }

  /** Moving averages of the learning weights as plain data; empty without `averaging`. */
  readAverages(): Promise<Weights> {
    return weightsFrom(Object.fromEntries(this.#averages));
  }

  /** Adam's state: its number of steps as `steps`, the moments of each weight as `m/` and `v/` and its name. */
  async state(): Promise<Weights> {
    const [steps, ...moments] = await this.#optimizer.getWeights();
    const names = ['m/', 'v/'].flatMap((prefix) => this.#moved.map((name) => prefix + name));
    const state = await weightsFrom(Object.fromEntries(moments.map(({ tensor }, index) => [names[index], tensor])));
    const count = await weightFrom(steps.tensor);
    steps.tensor.dispose();
    return { ...state, steps: count };
  }

  /** Sets the learning rate of the following steps; Adam's moments stay. */
  set learningRate(rate: number) {
    this.#learningRate = rate;
    this.#optimizer.rate = rate;
  }

  /**
   * Continues from the state of an earlier trainer of the same weights.
   * @param averages result of `readAverages`. Default: no averages
   * @throws SidestreamError `model/bad-weights` when a part of the state is missing
   */
  async resume(state: Weights, averages: Weights = {}): Promise<void> {
    const moved = Object.keys(state).flatMap((name) => (name.startsWith('m/') ? [name.slice(2)] : []));
    const stored = ['m/', 'v/'].flatMap((prefix) => moved.map((name) => entryOf(state, prefix + name)));
    const [steps] = entryOf(state, 'steps').values;
    const given: NamedTensor[] = [
      { name: 'steps', tensor: scalar(steps, 'int32') },
      ...stored.map(({ shape, values }) => ({ name: '', tensor: tensor(values, shape, 'float32') })),
    ];
    this.#moved = moved;
    this.#steps = steps;
    for (const [name, average] of this.#averages) assignValues(average, entryOf(averages, name));
    this.#optimizer.dispose();
    this.#optimizer = this.#adam();
    await this.#optimizer.setWeights(given);
    // The optimizer keeps its own references.
    dispose(given.map((entry) => entry.tensor));
  }

  dispose(): void {
    dispose(Object.values(this.parameters));
    dispose([...this.#averages.values()]);
    this.#optimizer.dispose();
  }

  #adam(): Adam {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = this.#options;
    return new Adam(this.#learningRate, beta1, beta2, epsilon);
  }

  /** Loshchilov and Hutter 2019: the decay does not go through Adam's moments. */
  #decay(): void {
    const { weightDecay } = this.#options;
    if (!weightDecay) return;
    for (const name of this.#moved) {
      const share = this.#learningRate * weightDecay(name);
      if (share === 0) continue;
      const stored = this.#variables.get(name);
      if (stored) tidy(() => stored.assign(mul(stored, 1 - share)));
    }
  }

  #average(): void {
    const { averaging } = this.#options;
    if (averaging === undefined) return;
    const kept = Math.min(averaging, (1 + this.#steps) / (10 + this.#steps));
    for (const [name, average] of this.#averages) {
      const stored = this.#variables.get(name);
      if (stored) tidy(() => average.assign(add(mul(average, kept), mul(stored, 1 - kept))));
    }
  }

  #clipScale(gradients: Tensor[]): Tensor | null {
    const { clipNorm } = this.#options;
    if (clipNorm === undefined) return null;
    // Pair by pair: one addN over all of them needs more storage buffers than WebGPU grants a shader.
    const total = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b)));
    return div(clipNorm, maximum(total, clipNorm));
  }
}

function assignValues(into: Variable, { shape, values }: Weight): void {
  const fresh = tensor(values, shape, 'float32');
  into.assign(fresh);
  fresh.dispose();
}
