import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTable, type FeatureTable, quantizeRow } from '../../../catalog';
import { createNetworkKernel, type NetworkKernel, ScriptNetworkKernel } from '../../../kernel/network';
import { seededRandom, uniform, type Weights } from '../../../model';
import { useBackend } from '../../../testing/backends';
import { randomLadders } from '../../../testing/weights';
import { type LadderBatch, ladderBatch } from '../ladder-batch';
import { newestWeights } from '../ladder-weights';
import { TfjsTrainer } from '../tfjs-trainer';
import { FusedTrainer } from './fused-trainer';

interface Case {
  weights: Weights;
  blend: { text: number; image: number };
  table: FeatureTable;
  batch: LadderBatch;
}

interface Shape {
  dim: number;
  bottleneck: number;
  experts: number[];
  bias: boolean;
  count: number;
  choices: number;
  image: number;
}

const shapes = fc.record({
  dim: fc.integer({ min: 1, max: 19 }),
  bottleneck: fc.integer({ min: 1, max: 9 }),
  experts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
  bias: fc.boolean(),
  count: fc.integer({ min: 8, max: 90 }),
  choices: fc.integer({ min: 2, max: 7 }),
  image: fc.constantFrom(0, 0.3, 0.5, 1),
});

/** A network and a batch; some items lack a modality, or both. */
function caseOf({ dim, bottleneck, experts, bias, count, choices, image }: Shape): Case {
  const random = seededRandom(dim + 31 * count);
  const taps = { text: experts.length + 1, image: experts.length + 1 };
  const table = createTable({ dim, taps }, count);
  for (let row = 0; row < table.scales.length; row++) {
    const [item, tap] = [Math.floor(row / (2 * taps.text)), row % (2 * taps.text)];
    const missing = (item % 5 === 1 && tap < taps.text) || (item % 7 === 2 && tap >= taps.text);
    if (missing) continue;
    table.scales[row] = quantizeRow(uniform(random, dim, 1), table.values, row * dim);
  }
  const request = {
    history: Int32Array.from({ length: choices }, (_, n) => (n * 3) % count),
    eventWeights: Float32Array.from({ length: choices }, (_, n) => 1 + (n % 3)),
    popularity: Float32Array.from({ length: count }, () => Math.floor(random() * 9)),
    steps: 1,
    seed: 4,
  };
  const batch = ladderBatch(request, count);
  if (!batch) throw new Error('The batch is empty.');
  const weights = randomLadders({ dim, bottleneck, experts, bias }, 2);
  return { weights, blend: { text: 1 - image, image }, table, batch };
}

const LARGE: Shape = { dim: 64, bottleneck: 24, experts: [3, 4], bias: true, count: 300, choices: 40, image: 0.5 };

async function tfjsGradients({ weights, blend, table, batch }: Case): Promise<{ loss: number; gradients: Weights }> {
  const trainer = new TfjsTrainer(weights, blend);
  const prepared = trainer.prepare(table, batch);
  const { masks } = newestWeights(weights);
  const { loss, gradients } = prepared.gradients();
  const [value] = await loss.data();
  loss.dispose();
  const found: Record<string, Weights[string]> = {};
  for (const [name, gradient] of Object.entries(gradients)) {
    const values = Float32Array.from(await gradient.data(), (x, n) => x * (masks[name]?.[n] ?? 1));
    found[name] = { shape: [...gradient.shape], values };
    gradient.dispose();
  }
  prepared.dispose();
  trainer.dispose();
  return { loss: value, gradients: found };
}

function fusedGradients({ weights, blend, table, batch }: Case, kernel: NetworkKernel) {
  return new FusedTrainer(kernel, weights, blend).prepare(table, batch).gradients();
}

const largest = (all: Weights): number =>
  Math.max(...Object.values(all).map(({ values }) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)));

function expectSame(actual: Weights, expected: Weights): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  const scale = Math.max(1e-2, largest(expected));
  for (const [name, { shape, values }] of Object.entries(expected)) {
    expect(actual[name].shape, name).toEqual(shape);
    const error = values.reduce((most, x, n) => Math.max(most, Math.abs(x - actual[name].values[n])), 0);
    expect(error / scale, name).toBeLessThan(1e-4);
  }
}

describe('the gradients of the fused trainer', () => {
  for (const backend of ['cpu', 'wasm'] as const) {
    describe(`beside those of tfjs on ${backend}`, () => {
      beforeAll(() => useBackend(backend));

      it('are the same for networks of any size, with items that lack a modality', async () => {
        const runs = { seed: 3, numRuns: 25, examples: [[LARGE]] as [Shape][] };
        await fc.assert(
          fc.asyncProperty(shapes, async (shape) => {
            const given = caseOf(shape);
            const expected = await tfjsGradients(given);
            for (const kernel of [createNetworkKernel(), new ScriptNetworkKernel()]) {
              const { loss, gradients } = fusedGradients(given, kernel);
              expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-4 * Math.max(1, expected.loss));
              expectSame(gradients, expected.gradients);
            }
          }),
          runs,
        );
      });
    });
  }

  it('are the slope of the loss', () => {
    const given = caseOf({ ...LARGE, dim: 12, bottleneck: 5, experts: [2, 3], count: 40, choices: 6 });
    const { gradients } = fusedGradients(given, createNetworkKernel());
    const size = 2e-2;
    for (const [name, { shape, values }] of Object.entries(gradients)) {
      const norm = Math.hypot(...values);
      expect(norm, name).toBeGreaterThan(0);
      const loss = (sign: number): number => {
        const moved = given.weights[name].values.map((x, n) => x + (sign * size * values[n]) / norm);
        const weights = { ...given.weights, [name]: { shape, values: moved } };
        return new FusedTrainer(createNetworkKernel(), weights, given.blend).prepare(given.table, given.batch).loss();
      };
      const slope = (loss(1) - loss(-1)) / (2 * size);
      expect(Math.abs(slope - norm) / norm, name).toBeLessThan(2e-2);
    }
  });

  it('give the same steps of Adam as tfjs, and leave what is frozen as it is', async () => {
    await useBackend('cpu');
    const given = caseOf({ ...LARGE, dim: 10, bottleneck: 6, experts: [3, 1] });
    const tfjs = new TfjsTrainer(given.weights, given.blend);
    const fused = new FusedTrainer(createNetworkKernel(), given.weights, given.blend);
    for (let round = 0; round < 2; round++) {
      const [a, b] = [await tfjs.train(given.table, given.batch, 5), await fused.train(given.table, given.batch, 5)];
      expect(b.before).toBeCloseTo(a.before, 4);
      expect(b.after).toBeCloseTo(a.after, 4);
      expect(Object.keys(b.learned).sort()).toEqual(Object.keys(a.learned).sort());
      for (const [name, { values }] of Object.entries(a.learned)) {
        for (const [n, value] of values.entries()) {
          expect(Math.abs(b.learned[name].values[n] - value), name).toBeLessThan(1e-4);
          const mask = newestWeights(given.weights).masks[name]?.[n] ?? 1;
          if (mask === 0) expect(b.learned[name].values[n]).toBe(given.weights[name].values[n]);
        }
      }
      for (const ladder of ['text', 'image'] as const) {
        for (const [layer, sums] of a.activation[ladder].entries()) {
          for (const [j, sum] of sums.entries()) expect(b.activation[ladder][layer][j]).toBeCloseTo(sum, 2);
        }
      }
    }
    fused.restore(given.weights);
    const again = new FusedTrainer(createNetworkKernel(), given.weights, given.blend);
    const [restored, fresh] = await Promise.all([fused, again].map((own) => own.train(given.table, given.batch, 3)));
    expect(restored).toEqual(fresh);
    tfjs.dispose();
  });
});
