import { mul, type Scalar, sub, sum, type Tensor2D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { seededRandom, uniform } from '../../../../src/core/common/random';
import { countingTensors, useBackend } from '../../../../testing/backends';
import { gradientsOf, type Loss } from './gradients';
import { pickRows } from './network';
import { Trainer, type TrainerOptions } from './trainer';
import type { Weights } from './weights';

const [ROWS, WIDTH, STEPS] = [40, 3, 60];
const weights = (): Weights => ({
  table: { shape: [ROWS, WIDTH], values: uniform(seededRandom(1), ROWS * WIDTH, 1) },
  factor: { shape: [1, WIDTH], values: Float32Array.of(1, 0.5, -1) },
});
/** Rows of each step; some are never used, some only once. */
const rowsOf = (step: number): Int32Array =>
  Int32Array.of(step % 5, 5 + ((step * step) % 7), ...(step === 3 ? [30] : []));
const OPTIONS: TrainerOptions = {
  learningRate: 0.01,
  weightDecay: (name) => (name === 'table' ? 2 : 0.1),
  clipNorm: 1,
  rowWise: [],
};

const lossOf =
  (step: number, rows?: Int32Array): Loss =>
  (parameters) =>
    tidy(() => {
      const own = rows ? pickRows(parameters.table as Tensor2D, tensor1d(rows, 'int32')) : parameters.table;
      const wanted = tensor2d(uniform(seededRandom(step), rowsOf(step).length * WIDTH, 2), [
        rowsOf(step).length,
        WIDTH,
      ]);
      const difference = sub(mul(own, parameters.factor), wanted);
      return sum(mul(difference, difference)) as Scalar;
    });
async function stepRows(trainer: Trainer, loss: Loss, rows: Int32Array): Promise<number> {
  const found = await gradientsOf(loss, trainer.pick(rows), trainer.learning);
  trainer.move(found, rows);
  return found.loss;
}
const rateOf = (step: number): number => 0.02 * (1 + Math.cos(step / 20));

beforeAll(() => useBackend('cpu'));

test('a weight by its rows is what steps over the whole table make of it, and no tensor is left', async () => {
  const whole = new Trainer(weights(), ['table', 'factor'], OPTIONS);
  const byRows = new Trainer(weights(), ['table', 'factor'], { ...OPTIONS, rowWise: ['table'] });
  let resumed = byRows;
  for (let step = 0; step < STEPS; step++) {
    for (const trainer of [whole, resumed]) trainer.learningRate = rateOf(step);
    const loss = await stepRows(whole, lossOf(step, rowsOf(step)), new Int32Array());
    await countingTensors(async () => expect(await stepRows(resumed, lossOf(step), rowsOf(step))).toBeCloseTo(loss, 3));
    if (step !== 25) continue;
    // From here on, another trainer continues from what a checkpoint has.
    resumed = new Trainer(byRows.read(), ['table', 'factor'], { ...OPTIONS, rowWise: ['table'] });
    resumed.resume(step + 1, byRows.moments(), byRows.readAverages());
  }
  for (const read of [(of: Trainer) => of.read(), (of: Trainer) => of.readAverages(), (of: Trainer) => of.moments()]) {
    const [expected, found] = [read(whole), read(resumed)];
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { values }] of Object.entries(expected)) {
      for (const [at, value] of values.entries()) expect(found[name].values[at], `${name} ${at}`).toBeCloseTo(value, 4);
    }
  }
});

test('a row that rests for long is what the steps in between make of it', async () => {
  const rate = 0.01;
  const [whole, byRows] = [[], ['table']].map(
    (rowWise) => new Trainer(weights(), ['table'], { ...OPTIONS, learningRate: rate, rowWise }),
  );
  const often = Int32Array.of(1, 2);
  for (let step = 0; step < 400; step++) {
    const rows = step === 2 ? Int32Array.of(0, 2) : often;
    const loss =
      (picked?: Int32Array): Loss =>
      ({ table }) =>
        tidy(() => sum(mul(picked ? pickRows(table as Tensor2D, tensor1d(picked, 'int32')) : table, 0.3)) as Scalar);
    await stepRows(whole, loss(rows), new Int32Array());
    await stepRows(byRows, loss(), rows);
  }
  for (const read of [(of: Trainer) => of.read(), (of: Trainer) => of.readAverages()]) {
    const [expected, found] = [read(whole), read(byRows)];
    for (const [at, value] of expected.table.values.entries()) expect(found.table.values[at]).toBeCloseTo(value, 4);
  }
});
