import { createTable, type FeatureTable, quantizeRow } from '../../src/catalog';
import {
  type Ladder,
  type Layer,
  ladderEntries,
  layerShapes,
  seededRandom,
  uniform,
  type Weight,
} from '../../src/model';
import type { Check, Findings, Time } from './findings';
import { type Host, type Say, timed } from './host';
import { check, cosine, distance, largestDifference } from './parity';
import type { LadderSizes, Sizes } from './sizes';
import { calibrated, type Numbers, type Problem, REFERENCE, TRAINERS, type TrainerKind } from './trainers';

/** Every trainer against the reference: gradients, weights after some steps, times with the first step apart. */
export async function compareTrainers(host: Host, { trainer: sizes }: Sizes, say: Say): Promise<Findings> {
  const problem = ladderProblem(sizes);
  const run = (kind: TrainerKind): Promise<Trained> => {
    say(`training by ${kind.name}`);
    return train(host, kind, problem, sizes.steps);
  };
  const expected = await run(REFERENCE);
  const checks: Check[] = [];
  const times = [...expected.times];
  for (const kind of TRAINERS) {
    const found = await run(kind);
    checks.push(...trainingChecks(kind.name, found, expected));
    times.push(...found.times);
  }
  const notes = [await calibrated(problem)];
  return { checks, times, notes };
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

async function train(host: Host, kind: TrainerKind, problem: Problem, steps: number): Promise<Trained> {
  const start = await timed(() => kind.start(host));
  const training = kind.open(problem);
  const before = await training.weights();
  const first = await timed(() => training.steps(1));
  const later = await timed(() => training.steps(steps));
  const after = await training.weights();
  training.close();
  // From the start again, and last: what they compile is no part of the first step then.
  const again = kind.open(problem);
  const { loss, gradients } = await again.gradients();
  again.close();
  const rows: [string, number][] = [
    ['start the backend', start.milliseconds],
    ['the first step, with its compilation', first.milliseconds],
    [`a step, of ${steps} in a row after it`, later.milliseconds / steps],
  ];
  return {
    ...{ loss, gradients, before, after, lastLoss: later.value },
    times: rows.map(([name, milliseconds]) => ({ part: 'trainer', name, on: kind.name, milliseconds })),
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

/** A catalogue of random features, experts that all say something, and choices of different items. */
function ladderProblem({ items, dim, bottleneck, layers, experts, choices }: LadderSizes): Problem {
  const random = seededRandom(11);
  const shapes = layerShapes(dim, new Array(experts).fill(bottleneck), true);
  const drawn = (shape: number[]): Weight => {
    const size = shape.reduce((product, side) => product * side, 1);
    // The bounds of a fresh linear layer; a bias stays near 0.
    return { shape, values: uniform(random, size, shape.length === 1 ? 0.1 : 1 / Math.sqrt(shape[1])) };
  };
  const layer = (): Layer<Weight> => ({
    experts: shapes.experts.map(({ down, up }) => ({ down: drawn(down), up: drawn(up) })),
    router: { weight: drawn(shapes.router.weight), bias: drawn(shapes.router.bias ?? []) },
  });
  const ladder = (): Layer<Weight>[] => Array.from({ length: layers }, layer);
  const blend: Record<Ladder, number> = { text: 0.6, image: 0.4 };
  return {
    table: randomTable(items, dim, layers + 1),
    weights: ladderEntries({ text: ladder(), image: ladder() }),
    blend,
    request: {
      history: Int32Array.from({ length: choices }, (_, n) => (n * 7) % items),
      eventWeights: Float32Array.from({ length: choices }, (_, n) => 1 + (n % 3)),
      popularity: Float32Array.from({ length: items }, (_, row) => row % 13),
      seed: 3,
    },
  };
}

/** Features of items that are all different. @param taps of each modality */
export function randomTable(items: number, dim: number, taps: number): FeatureTable {
  const random = seededRandom(12);
  const table = createTable({ dim, taps: { text: taps, image: taps } }, items);
  for (let row = 0; row < items * taps * 2; row++) {
    table.scales[row] = quantizeRow(uniform(random, dim, 1), table.values, row * dim);
  }
  return table;
}
