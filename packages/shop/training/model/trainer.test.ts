import { mul, type Scalar, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../../../testing/backends';
import { gradientsOf, type Loss } from './gradients';
import { Trainer, type TrainerOptions } from './trainer';
import type { Weights } from './weights';

const weights: Weights = {
  a: { shape: [2], values: Float32Array.from([1, -2]) },
  b: { shape: [2], values: Float32Array.from([3, 4]) },
};
/** sum((a - b)^2): gradient 2 (a - b) for a, the opposite for b. */
const distance: Loss = (parameters) =>
  tidy(() => {
    const difference = sub(parameters.a, parameters.b);
    return sum(mul(difference, difference)) as Scalar;
  });

const trainerOf = (of: Weights, learning: readonly string[], options: Partial<TrainerOptions>): Trainer =>
  new Trainer(of, learning, {
    learningRate: 0.1,
    clipNorm: Number.POSITIVE_INFINITY,
    weightDecay: () => 0,
    rowWise: [],
    ...options,
  });
async function step(trainer: Trainer, loss: Loss): Promise<number> {
  const none = new Int32Array();
  const found = await gradientsOf(loss, trainer.pick(none), trainer.learning);
  trainer.move(found, none);
  return found.loss;
}

for (const backend of BACKENDS) {
  describe(`trainer on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('two steps of Adam match a calculation by hand; other weights are frozen; no tensor is left', async () => {
      await countingTensors(async () => {
        const trainer = trainerOf(weights, ['a'], { learningRate: 0.1 });
        expect(await step(trainer, distance)).toBeCloseTo(40, 4);
        let { a } = trainer.read();
        expect(a.values[0]).toBeCloseTo(1.1, 5);
        expect(a.values[1]).toBeCloseTo(-1.9, 5);

        const [g1, g2] = [-4, -3.8];
        const m = (0.9 * 0.1 * g1 + 0.1 * g2) / (1 - 0.81);
        const v = (0.999 * 0.001 * g1 ** 2 + 0.001 * g2 ** 2) / (1 - 0.999 ** 2);
        await step(trainer, distance);
        ({ a } = trainer.read());
        expect(a.values[0]).toBeCloseTo(1.1 - (0.1 * m) / (Math.sqrt(v) + 1e-8), 4);
        expect([...trainer.pick(new Int32Array()).b.values]).toEqual([3, 4]);
      });
    });

    test('many steps leave no tensor behind', async () => {
      const trainer = trainerOf(weights, ['a', 'b'], { learningRate: 0.1, clipNorm: 1 });
      await step(trainer, distance);
      await countingTensors(async () => {
        for (let n = 0; n < 30; n++) await step(trainer, distance);
      });
      expect(await step(trainer, distance)).toBeLessThan(1);
    });

    test('averages the steps in proportion to their numbers, and continues from stored averages', async () => {
      await countingTensors(async () => {
        const options = { learningRate: 0.1 };
        const trainer = trainerOf(weights, ['a'], options);
        await step(trainer, distance);
        const first = structuredClone(trainer.read());
        const averages = structuredClone(trainer.readAverages());
        // Nothing of the starting point remains after the first step.
        for (const [i, value] of first.a.values.entries()) expect(averages.a.values[i]).toBeCloseTo(value, 5);
        const other = trainerOf({ ...weights, ...first }, ['a'], options);
        other.resume(1, trainer.moments(), averages);
        for (const one of [trainer, other]) await step(one, distance);
        const second = trainer.read();
        const resumed = other.readAverages();
        for (const [i, value] of trainer.readAverages().a.values.entries()) {
          expect(value).toBeCloseTo((1 * averages.a.values[i] + 2 * second.a.values[i]) / 3, 5);
          expect(resumed.a.values[i]).toBeCloseTo(value, 5);
        }
      });
    });

    test('gradients are clipped to a norm over all of them', async () => {
      // The first moment after one step is a tenth of the gradient.
      const trainer = trainerOf(weights, ['a', 'b'], { clipNorm: 2 });
      await step(trainer, distance);
      const state = trainer.moments();
      const moments = ['m/a', 'm/b'].flatMap((name) => [...state[name].values]);
      expect(10 * Math.hypot(...moments)).toBeCloseTo(2, 5);
    });

    test('a trainer continues from the state of another', async () => {
      await countingTensors(async () => {
        const whole = trainerOf(weights, ['a', 'b'], { learningRate: 0.1 });
        for (let n = 0; n < 5; n++) await step(whole, distance);
        const first = trainerOf(weights, ['a', 'b'], { learningRate: 0.1 });
        for (let n = 0; n < 3; n++) await step(first, distance);
        const [learned, moments] = [first.read(), first.moments()];
        expect(Object.keys(moments).sort()).toEqual(['m/a', 'm/b', 'v/a', 'v/b']);

        const second = trainerOf(learned, ['a', 'b'], { learningRate: 0.1 });
        second.resume(3, moments, first.readAverages());
        for (let n = 0; n < 2; n++) await step(second, distance);
        const [a, b] = [whole.read(), second.read()];
        for (const name of ['a', 'b']) {
          for (const [i, value] of a[name].values.entries()) expect(b[name].values[i]).toBeCloseTo(value, 5);
        }
      });
    });

    test('the learning rate can change between steps', async () => {
      await countingTensors(async () => {
        const trainer = trainerOf(weights, ['a'], { learningRate: 0.1 });
        trainer.learningRate = 0.2;
        await step(trainer, distance);
        expect(trainer.read().a.values[0]).toBeCloseTo(1.2, 5);
        trainer.learningRate = 0;
        await step(trainer, distance);
        expect(trainer.read().a.values[0]).toBeCloseTo(1.2, 5);
      });
    });

    test("weights decay in addition to Adam's step, by learning rate and share, and only if they moved", async () => {
      await countingTensors(async () => {
        const plain = trainerOf(weights, ['a', 'b'], { learningRate: 0.1 });
        const decaying = trainerOf(weights, ['a', 'b'], { learningRate: 0.1, weightDecay: () => 0.5 });
        for (const trainer of [plain, decaying]) await step(trainer, distance);
        const [one, two] = structuredClone([plain.read(), decaying.read()]);
        for (const name of ['a', 'b']) {
          for (const [i, value] of one[name].values.entries()) {
            expect(two[name].values[i]).toBeCloseTo(value * (1 - 0.1 * 0.5), 5);
          }
        }
        // The moments depend only on the gradient.
        const [first, second] = [plain.moments(), decaying.moments()];
        for (const name of ['m/a', 'v/b']) expect(second[name].values).toEqual(first[name].values);
        // The share depends on the current rate, and a weight without a gradient stays.
        decaying.learningRate = 0;
        await step(decaying, distance);
        expect(decaying.read().a.values).toEqual(two.a.values);
        decaying.learningRate = 0.1;
        await step(decaying, ({ a }) => tidy(() => sum(mul(a, a)) as Scalar));
        expect(decaying.read().b.values).toEqual(two.b.values);
        expect(decaying.read().a.values).not.toEqual(two.a.values);
      });
    });

    test('the learning rate stays when a state is resumed', async () => {
      const trainer = trainerOf(weights, ['a'], { learningRate: 0.1 });
      trainer.learningRate = 0.2;
      await step(trainer, distance);
      expect(trainer.read().a.values[0]).toBeCloseTo(1.2, 5);
      const moments = trainer.moments();
      const other = trainerOf({ ...weights, ...trainer.read() }, ['a'], { learningRate: 0.5 });
      other.learningRate = 0.2;
      other.resume(1, moments, trainer.readAverages());
      for (const each of [trainer, other]) await step(each, distance);
      const [expected, resumed] = [trainer.read(), other.read()];
      for (const [i, value] of expected.a.values.entries()) expect(resumed.a.values[i]).toBeCloseTo(value, 5);
    });

    test('two trainers with the same names are independent', async () => {
      const [one, two] = [0, 1].map(() => trainerOf(weights, ['a'], { learningRate: 0.1 }));
      await step(one, distance);
      expect([...two.read().a.values]).toEqual([1, -2]);
    });
  });
}

test('a missing name is refused', () => {
  expect(() => trainerOf(weights, ['c'], { learningRate: 1 })).toThrowError(
    expect.objectContaining({ code: 'model/bad-weights' }),
  );
});
