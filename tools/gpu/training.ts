import type { Tensor } from '@tensorflow/tfjs-core';
import { baseConfig, initialWeights } from '../../src/base-model';
import type { FeatureTable } from '../../src/catalog';
import { seededRandom, Trainer, type Weights } from '../../src/model';
import { prepareBatch } from '../../src/training/training-step';
import type { Check, Findings, Time } from './findings';
import { type Compared, type Host, type Say, timed } from './host';
import { check, cosine, distance, largestDifference } from './parity';
import { nowhereZero, randomTable } from './random-shop';
import type { Sizes, TrainerSizes } from './sizes';

/** As the shop's training sets them for the base model. */
const ADAM = { learningRate: 5e-3, clipNorm: 1 };
/** Longest history of a chunk. */
const LENGTH = 20;

/** Numbers by weight. */
type Numbers = Record<string, Float32Array>;

/** The training of a base model on WebGPU against wasm: gradients, weights after some steps, times with the first step apart. */
export async function compareTrainers(host: Host, { trainer: sizes }: Sizes, say: Say): Promise<Findings> {
  const run = (backend: Compared): Promise<Trained> => {
    say(`training on tfjs ${backend}`);
    return train(host, backend, sizes);
  };
  const expected = await run('wasm');
  const found = await run('webgpu');
  return {
    checks: trainingChecks('tfjs webgpu', found, expected),
    times: [...expected.times, ...found.times],
  };
}

interface Trained {
  loss: number;
  gradients: Numbers;
  /** Weights that learn, before the first step and after the last. */
  before: Numbers;
  after: Numbers;
  /** Loss before the last step. */
  lastLoss: number;
  times: Time[];
}

async function train(host: Host, backend: Compared, sizes: TrainerSizes): Promise<Trained> {
  const start = await timed(() => host.startTfjs(backend));
  const { table, weights, batch } = trainingProblem(sizes);
  const open = () => new Trainer(weights, Object.keys(weights), ADAM);
  const prepared = batch(table);
  /** Steps in a row: only the last loss is waited for. */
  const steps = async (trainer: Trainer, count: number): Promise<number> => {
    for (let step = 1; step < count; step++) trainer.step(prepared.loss).dispose();
    return (await read(trainer.step(prepared.loss)))[0];
  };
  const training = open();
  const first = await timed(() => steps(training, 1));
  const later = await timed(() => steps(training, sizes.steps));
  const after = valuesOf(await training.read());
  training.dispose();
  // From the start again, and last: what this compiles is no part of the first step then.
  const again = open();
  const found = again.gradients(prepared.loss);
  const gradients: Numbers = {};
  for (const [name, gradient] of Object.entries(found.gradients)) gradients[name] = await read(gradient);
  const [loss] = await read(found.loss);
  again.dispose();
  prepared.dispose();
  const rows: [string, number][] = [
    ['start the backend', start.milliseconds],
    ['the first step, with its compilation', first.milliseconds],
    [`a step, of ${sizes.steps} in a row after it`, later.milliseconds / sizes.steps],
  ];
  return {
    ...{ loss, gradients, before: valuesOf(weights), after, lastLoss: later.value },
    times: rows.map(([name, milliseconds]) => ({ part: 'trainer', name, on: `tfjs ${backend}`, milliseconds })),
  };
}

function trainingChecks(name: string, found: Trained, expected: Trained): Check[] {
  const weights = Object.keys(expected.gradients);
  const over = (measure: (a: Float32Array, b: Float32Array) => number): number[] =>
    weights.map((weight) => measure(found.gradients[weight] ?? [], expected.gradients[weight]));
  const relative = (a: number, b: number): number => Math.abs(a - b) / Math.abs(b);
  const all = (numbers: Numbers): Float32Array =>
    Float32Array.from(Object.keys(expected.after).flatMap((weight) => Array.from(numbers[weight] ?? [])));
  const moved = distance(all(expected.after), all(expected.before));
  return [
    check('trainer', 'largest difference of a gradient', name, Math.max(...over(largestDifference))),
    check('trainer', 'smallest cosine of a gradient of one weight', name, Math.min(...over(cosine))),
    check('trainer', 'difference of the loss, relative', name, relative(found.loss, expected.loss)),
    check(
      'trainer',
      'difference of the loss, relative',
      `${name}, before the last step`,
      relative(found.lastLoss, expected.lastLoss),
    ),
    check(
      'trainer',
      'difference of the weights after the steps, as a share of their movement',
      name,
      distance(all(found.after), all(expected.after)) / moved,
    ),
  ];
}

/** A catalogue of random features, a model in which every weight counts, and a batch of shoppers. */
function trainingProblem({ items, dim, bottleneck, embeddingDim, layers, shoppers, choices }: TrainerSizes) {
  const table = randomTable(items, dim, layers + 1);
  const config = baseConfig('sidestream', { embeddingDim, maxSeqLen: Math.min(LENGTH, choices - 1) });
  const weights = nowhereZero(initialWeights(config, table, bottleneck, 11));
  const sequences = Array.from({ length: shoppers }, (_, shopper) =>
    Int32Array.from({ length: config.maxSeqLen + 1 }, (_, n) => (shopper * 31 + n * 7) % items),
  );
  const choicesOf = new Float32Array(items);
  for (const rows of sequences) for (const row of rows) choicesOf[row]++;
  const source = {
    count: items,
    own: sequences.map((rows) => new Set(rows)),
    choices: choicesOf,
    total: choicesOf.reduce((sum, value) => sum + value, 0),
    prior: choicesOf.map((value) => Math.log1p(value)),
    negatives: Math.min(items, 64),
  };
  const chunks = sequences.map((rows, sequence) => ({ sequence, rows }));
  const batch = (of: FeatureTable) => prepareBatch(config, of, chunks, source, seededRandom(3));
  return { table, weights, batch };
}

const valuesOf = (weights: Weights): Numbers =>
  Object.fromEntries(Object.entries(weights).map(([name, { values }]) => [name, values]));

/** Reads a tensor and frees it. */
async function read(tensor: Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}
