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
import { averageShare, RowTable } from './row-table';
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
  /** Names of weights [rows, columns] of which each step uses few rows, see `stepRows`. Default: none. */
  rowWise?: readonly string[];
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
  readonly #tables = new Map<string, RowTable>();
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
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, averaging, weightDecay = () => 0, rowWise = [] } = options;
    for (const name of new Set(trainable)) {
      const { shape, values } = entryOf(weights, name);
      if (rowWise.includes(name)) {
        const own = { beta1, beta2, epsilon, averaging, weightDecay: weightDecay(name) };
        this.#tables.set(name, new RowTable({ shape, values }, own));
        continue;
      }
      const initial = tensor(values, shape, 'float32');
      // A variable holds its own reference to the initial value's data.
      this.#variables.set(name, variable(initial));
      if (averaging !== undefined) this.#averages.set(name, variable(initial, false));
      initial.dispose();
    }
    this.parameters = Object.fromEntries(
      Object.entries(weights).flatMap(([name, { shape, values }]) =>
        this.#tables.has(name) ? [] : [[name, this.#variables.get(name) ?? tensor(values, shape, 'float32')]],
      ),
    );
    this.#optimizer = this.#adam();
  }

  /** The loss and its gradients by name, without changing any weight. @returns tensors that the caller frees */
  gradients(loss: Loss): { loss: Scalar; gradients: Record<string, Tensor> } {
    return gradientsOf(loss, this.parameters, this.#variables);
  }

  /** One step of Adam. @returns the loss before the step; the caller frees it */
  step(loss: Loss): Scalar {
    const found = this.gradients(loss);
    const scale = this.#clipScale(found.gradients);
    tidy(() => this.#move(found.gradients, scale));
    dispose([...Object.values(found.gradients), ...(scale ? [scale] : [])]);
    return found.loss;
  }

  /**
   * One step of Adam in which the loss uses only some rows of the weights called `rowWise`: its parameters of that name have these rows
   * alone, in this order.
   * @param rows each once
   * @returns the loss before the step
   */
  async stepRows(loss: Loss, rows: Int32Array): Promise<number> {
    const picked = new Map(
      [...this.#tables].map(([name, table]) => {
        const initial = tensor(table.pick(rows), [rows.length, table.width], 'float32');
        const own = variable(initial);
        initial.dispose();
        return [name, own] as const;
      }),
    );
    const parameters = { ...this.parameters, ...Object.fromEntries(picked) };
    const found = gradientsOf(loss, parameters, new Map([...this.#variables, ...picked]));
    dispose([...picked.values()]);
    const scale = this.#clipScale(found.gradients);
    const ofRows = [...this.#tables.keys()].filter((name) => found.gradients[name]);
    const [[value], factor, ...read] = await Promise.all([
      found.loss.data(),
      scale ? scale.data() : [1],
      ...ofRows.map((name) => found.gradients[name].data()),
    ]);
    for (const [n, name] of ofRows.entries())
      this.#tables.get(name)?.step(rows, read[n], factor[0], this.#learningRate);
    tidy(() =>
      this.#move(Object.fromEntries(Object.entries(found.gradients).filter(([name]) => !picked.has(name))), scale),
    );
    dispose([found.loss, ...Object.values(found.gradients), ...(scale ? [scale] : [])]);
    return value;
  }

  /** The learning weights as plain data. */
  async read(): Promise<Weights> {
    const tables = [...this.#tables].map(([name, table]) => [name, table.read()]);
    return { ...(await weightsFrom(Object.fromEntries(this.#variables))), ...Object.fromEntries(tables) };
  }

  /** Moving averages of the learning weights as plain data; empty without `averaging`. */
  async readAverages(): Promise<Weights> {
    const averages = [...this.#tables].flatMap(([name, table]) => {
      const own = table.readAverages();
      return own ? [[name, own]] : [];
    });
    return { ...(await weightsFrom(Object.fromEntries(this.#averages))), ...Object.fromEntries(averages) };
  }

  /** Adam's state: its number of steps as `steps`, the moments of each weight as `m/` and `v/` and its name. */
  async state(): Promise<Weights> {
    const [steps, ...moments] = await this.#optimizer.getWeights();
    const names = ['m/', 'v/'].flatMap((prefix) => this.#moved.map((name) => prefix + name));
    const state = await weightsFrom(Object.fromEntries(moments.map(({ tensor }, index) => [names[index], tensor])));
    const count = await weightFrom(steps.tensor);
    steps.tensor.dispose();
    const ofRows = [...this.#tables].flatMap(([name, table]) => {
      const { first, second } = table.moments();
      return [
        [`m/${name}`, first],
        [`v/${name}`, second],
      ];
    });
    return { ...state, ...Object.fromEntries(ofRows), steps: count };
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
    const stepped = Object.keys(state).flatMap((name) => (name.startsWith('m/') ? [name.slice(2)] : []));
    const moved = stepped.filter((name) => !this.#tables.has(name));
    const stored = ['m/', 'v/'].flatMap((prefix) => moved.map((name) => entryOf(state, prefix + name)));
    const [steps] = entryOf(state, 'steps').values;
    const given: NamedTensor[] = [
      { name: 'steps', tensor: scalar(steps, 'int32') },
      ...stored.map(({ shape, values }) => ({ name: '', tensor: tensor(values, shape, 'float32') })),
    ];
    this.#moved = moved;
    this.#steps = steps;
    for (const [name, table] of this.#tables)
      table.resume(steps, entryOf(state, `m/${name}`), entryOf(state, `v/${name}`), averages[name]);
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

  #move(gradients: Record<string, Tensor>, scale: Tensor | null): void {
    this.#moved = Object.keys(gradients);
    this.#optimizer.applyGradients(
      Object.entries(gradients).map(([name, gradient]) => ({
        name: this.#variables.get(name)!.name,
        tensor: scale ? mul(gradient, scale) : gradient,
      })),
    );
    this.#decay();
    this.#steps++;
    this.#average();
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
    const kept = averageShare(averaging, this.#steps);
    for (const [name, average] of this.#averages) {
      const stored = this.#variables.get(name);
      if (stored) tidy(() => average.assign(add(mul(average, kept), mul(stored, 1 - kept))));
    }
  }

  #clipScale(gradients: Record<string, Tensor>): Tensor | null {
    const { clipNorm } = this.#options;
    if (clipNorm === undefined) return null;
    return tidy(() => {
      // Pair by pair: one addN over all of them needs more storage buffers than WebGPU grants a shader.
      const total = sqrt(
        Object.values(gradients)
          .map((gradient) => sum(square(gradient)))
          .reduce((a, b) => add(a, b)),
      );
      return div(clipNorm, maximum(total, clipNorm));
    });
  }
}

function gradientsOf(loss: Loss, parameters: Parameters, variables: ReadonlyMap<string, Variable>) {
  const trainable = [...variables.values()];
  const { value, grads } = variableGrads(() => loss(parameters, new Set(trainable)), trainable);
  const gradients: Record<string, Tensor> = {};
  for (const [name, { name: key }] of variables) if (grads[key]) gradients[name] = grads[key];
  return { loss: value, gradients };
}

function assignValues(into: Variable, { shape, values }: Weight): void {
  const fresh = tensor(values, shape, 'float32');
  into.assign(fresh);
  fresh.dispose();
}
