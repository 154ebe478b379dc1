import { createTable, quantizeRow } from '../../../src/catalog';
import { type LadderBatch, ladderBatch } from '../../../src/learner/ladder/ladder-batch';
import { seededRandom, uniform, type Weights } from '../../../src/model';
import { randomLadders } from '../../../src/testing/weights';

/** Sizes of a network and its batch: as many taps in both ladders, as many experts in every layer. */
export interface Sizes {
  dim: number;
  bottleneck: number;
  layers: number;
  experts: number;
  /** Distinct items of the batch that were chosen; 64 negatives come on top. */
  choices: number;
}

/** The network of the bars: 3 experts a layer, 2 x 2 layers, 124 items. */
export const SHOPPER: Sizes = { dim: 128, bottleneck: 32, layers: 2, experts: 3, choices: 60 };
/** A larger one, for figures. */
export const LARGE: Sizes = { dim: 384, bottleneck: 64, layers: 4, experts: 4, choices: 90 };

export interface Work {
  weights: Weights;
  blend: { text: number; image: number };
  table: ReturnType<typeof createTable>;
  batch: LadderBatch;
}

/** Made-up features and weights of these sizes, and a batch. */
export function workOf({ dim, bottleneck, layers, experts, choices }: Sizes): Work {
  const count = 2000;
  const random = seededRandom(1);
  const taps = { text: layers + 1, image: layers + 1 };
  const table = createTable({ dim, taps }, count);
  for (let row = 0; row < table.scales.length; row++) {
    table.scales[row] = quantizeRow(uniform(random, dim, 1), table.values, row * dim);
  }
  const batch = ladderBatch(
    {
      history: Int32Array.from({ length: choices }, (_, n) => n * 7),
      eventWeights: new Float32Array(choices).fill(1),
      popularity: Float32Array.from({ length: count }, () => Math.floor(random() * 50)),
      steps: 1,
      seed: 1,
    },
    count,
  );
  if (!batch) throw new Error('The batch is empty.');
  const counts = new Array<number>(layers).fill(experts);
  const drawn = randomLadders({ dim, bottleneck, experts: counts, bias: true }, 2);
  // As large as those of fresh linear layers.
  const scaled = Object.entries(drawn).map(([name, { shape, values }]): [string, Weights[string]] => [
    name,
    { shape, values: values.map((value) => value / Math.sqrt(shape[1] ?? 1)) },
  ]);
  return { weights: Object.fromEntries(scaled), blend: { text: 0.5, image: 0.5 }, table, batch };
}
