import { mul, type Scalar, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../../testing/backends';
import type { Loss } from './gradients';
import { Trainer } from './trainer';
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

for (const backend of BACKENDS) {
  describe(`trainer on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('two steps of Adam match a calculation by hand; other weights are frozen; no tensor is left', async () => {
      await countingTensors(async () => {
        const trainer = new Trainer(weights, ['a'], { learningRate: 0.1 });
        expect(await trainer.step(distance)).toBeCloseTo(40, 4);
        let { a } = trainer.read();
        expect(a.values[0]).toBeCloseTo(1.1, 5);
        expect(a.values[1]).toBeCloseTo(-1.9, 5);

        const [g1, g2] = [-4, -3.8];
        const m = (0.9 * 0.1 * g1 + 0.1 * g2) / (1 - 0.81);
        const v = (0.999 * 0.001 * g1 ** 2 + 0.001 * g2 ** 2) / (1 - 0.999 ** 2);
        await trainer.step(distance);
        ({ a } = trainer.read());
        expect(a.values[0]).toBeCloseTo(1.1 - (0.1 * m) / (Math.sqrt(v) + 1e-8), 4);
        expect([...trainer.pick(new Int32Array()).b.values]).toEqual([3, 4]);
      });
    });

    test('many steps leave no tensor behind', async () => {
      const trainer = new Trainer(weights, ['a', 'b'], { learningRate: 0.1, clipNorm: 1 });
      await trainer.step(distance);
      await countingTensors(async () => {
        for (let step = 0; step < 30; step++) await trainer.step(distance);
      });
      expect(await trainer.step(distance)).toBeLessThan(1);
    });

    test('keeps moving averages, dominated by the first step at first, and continues from stored ones', async () => {
      await countingTensors(async () => {
        const options = { learningRate: 0.1, averaging: 0.25 };
        const trainer = new Trainer(weights, ['a'], options);
        await trainer.step(distance);
        const first = structuredClone(trainer.read());
        const averages = structuredClone(trainer.readAverages());
        // (1 + 1) / (10 + 1) of the starting point remains after the first step.
        for (const [i, value] of first.a.values.entries()) {
          expect(averages.a.values[i]).toBeCloseTo((2 / 11) * weights.a.values[i] + (9 / 11) * value, 5);
        }
        const other = new Trainer({ ...weights, ...first }, ['a'], options);
        other.resume(trainer.state(), averages);
        for (const one of [trainer, other]) await one.step(distance);
        const second = trainer.read();
        const resumed = other.readAverages();
        for (const [i, value] of trainer.readAverages().a.values.entries()) {
          expect(value).toBeCloseTo(0.25 * averages.a.values[i] + 0.75 * second.a.values[i], 5);
          expect(resumed.a.values[i]).toBeCloseTo(value, 5);
        }
      });
    });

    test('gradients are clipped to a norm over all of them', async () => {
      // Adam removes the scale of a gradient except for epsilon, so a huge epsilon reveals it: step = rate * g / epsilon.
      const trainer = new Trainer(weights, ['a', 'b'], { learningRate: 1e6, epsilon: 1e6, clipNorm: 2 });
      await trainer.step(distance);
      const { a, b } = trainer.read();
      const moves = [a.values[0] - 1, a.values[1] + 2, b.values[0] - 3, b.values[1] - 4];
      expect(Math.hypot(...moves)).toBeCloseTo(2, 2);
    });

    test('a trainer continues from the state of another', async () => {
      await countingTensors(async () => {
        const whole = new Trainer(weights, ['a', 'b'], { learningRate: 0.1 });
        for (let step = 0; step < 5; step++) await whole.step(distance);
        const first = new Trainer(weights, ['a', 'b'], { learningRate: 0.1 });
        for (let step = 0; step < 3; step++) await first.step(distance);
        const [learned, state] = [first.read(), first.state()];
        expect(Object.keys(state).sort()).toEqual(['m/a', 'm/b', 'steps', 'v/a', 'v/b']);
        expect([...state.steps.values]).toEqual([3]);

        const second = new Trainer(learned, ['a', 'b'], { learningRate: 0.1 });
        second.resume(state);
        for (let step = 0; step < 2; step++) await second.step(distance);
        const [a, b] = [whole.read(), second.read()];
        for (const name of ['a', 'b']) {
          for (const [i, value] of a[name].values.entries()) expect(b[name].values[i]).toBeCloseTo(value, 5);
        }
        expect(second.state().steps.values[0]).toBe(5);
        expect(() => second.resume({ 'm/a': state['m/a'], steps: state.steps })).toThrowError(
          expect.objectContaining({ code: 'model/bad-weights' }),
        );
      });
    });

    test('the learning rate can change between steps', async () => {
      await countingTensors(async () => {
        const trainer = new Trainer(weights, ['a'], { learningRate: 0.1 });
        trainer.learningRate = 0.2;
        await trainer.step(distance);
        expect(trainer.read().a.values[0]).toBeCloseTo(1.2, 5);
        trainer.learningRate = 0;
        await trainer.step(distance);
        expect(trainer.read().a.values[0]).toBeCloseTo(1.2, 5);
        expect(trainer.state().steps.values[0]).toBe(2);
      });
    });

    test("weights decay in addition to Adam's step, by learning rate and share, and only if they moved", async () => {
      await countingTensors(async () => {
        const plain = new Trainer(weights, ['a', 'b'], { learningRate: 0.1 });
        const decaying = new Trainer(weights, ['a', 'b'], { learningRate: 0.1, weightDecay: () => 0.5 });
        for (const trainer of [plain, decaying]) await trainer.step(distance);
        const [one, two] = structuredClone([plain.read(), decaying.read()]);
        for (const name of ['a', 'b']) {
          for (const [i, value] of one[name].values.entries()) {
            expect(two[name].values[i]).toBeCloseTo(value * (1 - 0.1 * 0.5), 5);
          }
        }
        // The moments depend only on the gradient.
        const [first, second] = [plain.state(), decaying.state()];
        for (const name of ['m/a', 'v/b']) expect(second[name].values).toEqual(first[name].values);
        // The share depends on the current rate, and a weight without a gradient stays.
        decaying.learningRate = 0;
        await decaying.step(distance);
        expect(decaying.read().a.values).toEqual(two.a.values);
        decaying.learningRate = 0.1;
        await decaying.step(({ a }) => tidy(() => sum(mul(a, a)) as Scalar));
        expect(decaying.read().b.values).toEqual(two.b.values);
        expect(decaying.read().a.values).not.toEqual(two.a.values);
      });
    });

    test('the learning rate stays when a state is resumed', async () => {
      const trainer = new Trainer(weights, ['a'], { learningRate: 0.1 });
      trainer.learningRate = 0.2;
      await trainer.step(distance);
      expect(trainer.read().a.values[0]).toBeCloseTo(1.2, 5);
      const state = trainer.state();
      const other = new Trainer({ ...weights, ...trainer.read() }, ['a'], { learningRate: 0.5 });
      other.learningRate = 0.2;
      other.resume(state);
      for (const each of [trainer, other]) await each.step(distance);
      const [expected, resumed] = [trainer.read(), other.read()];
      for (const [i, value] of expected.a.values.entries()) expect(resumed.a.values[i]).toBeCloseTo(value, 5);
    });

    test('two trainers with the same names are independent', async () => {
      const [one, two] = [0, 1].map(() => new Trainer(weights, ['a'], { learningRate: 0.1 }));
      await one.step(distance);
      expect([...two.read().a.values]).toEqual([1, -2]);
    });
  });
}

test('a missing name is refused', () => {
  expect(() => new Trainer(weights, ['c'], { learningRate: 1 })).toThrowError(
    expect.objectContaining({ code: 'model/bad-weights' }),
  );
});

test('the loss receives the weights that learn', async () => {
  const trainer = new Trainer(weights, ['a'], { learningRate: 0.1 });
  let seen: boolean[] = [];
  const loss: Loss = (parameters, trainable) => {
    seen = [parameters.a, parameters.b].map((parameter) => trainable.has(parameter));
    return tidy(() => sum(mul(parameters.a, 2)) as Scalar);
  };
  await trainer.step(loss);
  expect(seen).toEqual([true, false]);
});
