import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom, uniform } from '../../../../src/core/common/random';
import { BACKENDS, countingTensors, useBackend } from '../../../../testing/backends';
import { tfjsGradients } from '../model/gradients';
import { freshSideWeights, SIDE_NAMES, type SideConfig } from '../model/side-weights';
import type { Weights } from '../model/weights';
import { type SideSequence, sideBatch } from './side-batch';
import { type SideFeatures, sideConfigOf } from './side-features';
import { computeItems, sideLoss, sideModelOf, sideStep, weightsOfRows } from './side-loss';

const rowsOf = (...rows: number[]): Int32Array => Int32Array.from(rows);
const evenly = (rows: Int32Array): SideSequence => ({ rows, weights: new Float32Array(rows.length).fill(1) });

const size = { width: 3, hidden: 4, decays: [0.4, 0.9] };

/** Two parts of synthetic columns for some items. */
function synthetic(count: number): { features: SideFeatures; config: SideConfig; weights: Weights } {
  const random = seededRandom(4);
  const features: SideFeatures = {
    count,
    inputs: {
      text: { columns: 3, values: uniform(random, 3 * count, 1) },
      image: { columns: 0, values: new Float32Array() },
      attributes: { columns: 2, values: uniform(random, 2 * count, 1) },
    },
  };
  const config = sideConfigOf(features, size);
  const weights = Object.fromEntries(
    Object.entries(freshSideWeights(config, count, random)).map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value) => value + random() - 0.5) },
    ]),
  );
  return { features, config, weights };
}

describe.each(BACKENDS)('a side model on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('has the loss of the next choice by fading sums of the earlier ones', async () => {
    const count = 12;
    const { features, config, weights } = synthetic(count);
    const logPopularity = Float32Array.from({ length: count }, (_, row) => (row < 9 ? Math.log(2 + row) : 0));
    const known = Int32Array.from({ length: 9 }, (_, row) => row);
    // Nobody else chose item 10: it is placed by its content.
    const pieces = [rowsOf(4, 1, 7, 10), rowsOf(2, 8)];
    const decays = Array.from(weights[SIDE_NAMES.decay].values, (logit) => 1 / (1 + Math.exp(-logit)));
    const gains = weights[SIDE_NAMES.gain].values;
    const context = weights[SIDE_NAMES.context].values;
    for (const negatives of [9, 5]) {
      const batch = sideBatch(pieces.map(evenly), { known, negatives, historyDropout: 0 }, seededRandom(6));
      batch.remembered[batch.sequences] = 0;
      const given = { config, features, logPopularity, dropout: 0, embeddingDropout: 0 };
      const value = await countingTensors(async () => {
        const step = sideStep(batch, given, seededRandom(7));
        const own = weightsOfRows(weights, batch.rows);
        const { loss } = await tfjsGradients(sideLoss(config))(step, own, Object.keys(own));
        return loss;
      });
      const source = { config, features, logPopularity, kept: (row: number) => (logPopularity[row] > 0 ? 1 : 0) };
      const everything = await computeItems(
        weights,
        Int32Array.from({ length: count }, (_, row) => row),
        source,
      );
      // Three values of the vector, four features of each of two adapters, the bias.
      const vector = (row: number): number[] => [...everything.subarray(12 * row, 12 * row + 11)];
      const sampled = [...batch.rows.subarray(0, batch.sampled)];
      const mean = [...vector(0).keys()].map(
        (d) => sampled.reduce((sum, row) => sum + vector(row)[d], 0) / sampled.length,
      );
      let [total, places] = [0, 0];
      for (const [b, piece] of pieces.entries()) {
        const states = decays.map(() => [0, 0, 0]);
        const adapters = ['text', 'attributes'].map((input) => {
          const [start, [rate], [fade]] = ['start', 'rate', 'fade'].map(
            (name) => weights[`${input}.adapter.${name}`].values,
          );
          return { start, rate: rate ** 2, fade: 1 / (1 + Math.exp(-fade)), own: [...start] };
        });
        for (const [t, row] of piece.entries()) {
          const query = [0, 1, 2].map((d) => states.reduce((sum, state, h) => sum + gains[3 * h + d] * state[d], 0));
          const psi = [0, 1, 2, 3].map((j) =>
            Math.tanh(query.reduce((sum, value_, d) => sum + context[3 * j + d] * value_, 0)),
          );
          const read = adapters.flatMap(({ own }) =>
            [0, 1, 2, 3].map((d) => psi.reduce((sum, value_, j) => sum + own[4 * j + d] * value_, 0)),
          );
          const score = (item: number): number =>
            [...query, ...read].reduce((sum, value_, d) => sum + value_ * vector(item)[d], everything[12 * item + 11]);
          const others = sampled.filter((item) => !piece.subarray(0, t + 1).includes(item));
          const exps = others.map((item) => Math.exp(score(item)) * (9 / sampled.length));
          const sum = exps.reduce((all, one) => all + one, Math.exp(score(row)));
          total += Math.log(sum) - score(row);
          places++;
          // The first sequence's second choice is not remembered.
          const counts = !(b === 0 && t === 1);
          for (const [h, state] of states.entries()) {
            for (let d = 0; d < 3; d++) state[d] = decays[h] * state[d] + (counts ? vector(row)[d] - mean[d] : 0);
          }
          for (const [n, { start, rate, fade, own }] of adapters.entries()) {
            for (let at = 0; at < own.length; at++) {
              const d = 3 + 4 * n + (at % 4);
              const phi = counts ? vector(row)[d] - mean[d] : 0;
              own[at] = start[at] + fade * (own[at] - start[at]) + rate * phi * psi[Math.floor(at / 4)];
            }
          }
        }
      }
      expect(value).toBeCloseTo(total / places, 4);
    }
  });

  it('is centred on the items that somebody chose, with its states as they were learned', async () => {
    // More items than are computed at once.
    const count = 2100;
    const { features, config, weights } = synthetic(count);
    const logPopularity = Float32Array.from({ length: count }, (_, row) => (row % 3 ? Math.log(2 + (row % 4)) : 0));
    const model = await countingTensors(() => sideModelOf(weights, { config, features, logPopularity }));
    expect([model.width, model.biases.length, model.vectors.length]).toEqual([11, count, 11 * count]);
    const mean = new Array<number>(11).fill(0);
    for (let row = 0; row < count; row++) {
      if (row % 3) for (let d = 0; d < 11; d++) mean[d] += model.vectors[11 * row + d];
    }
    for (const sum of mean) expect(sum / count).toBeCloseTo(0, 5);
    for (const [h, { decay, gain }] of model.states.entries()) {
      expect(decay).toBeCloseTo(1 / (1 + Math.exp(-weights[SIDE_NAMES.decay].values[h])), 6);
      expect([...gain]).toEqual([...weights[SIDE_NAMES.gain].values.slice(3 * h, 3 * h + 3), ...new Array(8).fill(0)]);
    }
    const rows = rowsOf(0, 2047, 2048, 2099);
    const source = { config, features, logPopularity, kept: (row: number) => Number(row % 3 > 0) };
    const plain = await computeItems(weights, rows, source);
    for (const [n, row] of rows.entries()) {
      expect(model.biases[row]).toBeCloseTo(plain[12 * n + 11], 5);
      for (let d = 0; d < 3; d++) {
        // The same shift in all rows.
        const shift = plain[d] - model.vectors[d];
        expect(plain[12 * n + d] - model.vectors[11 * row + d]).toBeCloseTo(shift, 5);
      }
    }
  });

  it('has adapters whose features are of the size of the vectors, with the scores that training gave them', async () => {
    const count = 40;
    const { features, config, weights } = synthetic(count);
    const logPopularity = new Float32Array(count).fill(1);
    const { vectors, adapters } = await sideModelOf(weights, { config, features, logPopularity });
    const size = (from: number, to: number): number => {
      const squares = Array.from(vectors).filter((_, at) => at % 11 >= from && at % 11 < to);
      return Math.sqrt(squares.reduce((sum, value) => sum + value ** 2, 0) / squares.length);
    };
    expect(adapters?.inputs).toEqual(['text', 'attributes']);
    expect([...(adapters?.context ?? [])].filter((_, at) => at % 11 < 3)).toEqual([
      ...weights[SIDE_NAMES.context].values,
    ]);
    const rows = Int32Array.from({ length: count }, (_, row) => row);
    const plain = await computeItems(weights, rows, { config, features, logPopularity, kept: () => 1 });
    const { inputs = [], rates = [], fades = [], start: starts = new Float32Array() } = adapters ?? {};
    for (const [n, input] of inputs.entries()) {
      const [rate, fade, start] = [rates[n], fades[n], starts.subarray(16 * n, 16 * n + 16)];
      expect(size(3 + 4 * n, 7 + 4 * n)).toBeCloseTo(size(0, 3), 5);
      const own = (name: string): Float32Array => weights[`${input}.adapter.${name}`].values;
      expect(fade).toBeCloseTo(1 / (1 + Math.exp(-own('fade')[0])), 6);
      const column = 3 + 4 * n;
      const difference = (values: Float32Array, width: number): number => values[5 * width + column] - values[column];
      // phi . W psi stays, and so does what a choice adds to it.
      const [before, after] = [difference(plain, 12), difference(vectors, 11)];
      for (const [at, value] of start.entries()) expect(value * after).toBeCloseTo(own('start')[at] * before, 5);
      expect(rate * after ** 2).toBeCloseTo(own('rate')[0] ** 2 * before ** 2, 5);
    }
  });

  it('keeps its vectors if nobody chose anything', async () => {
    const { features, config, weights } = synthetic(4);
    const nothing = { config, features, logPopularity: new Float32Array(4) };
    const { vectors, biases } = await sideModelOf(weights, nothing);
    expect([...vectors, ...biases].every(Number.isFinite)).toBe(true);
    expect(vectors.some((value) => value !== 0)).toBe(true);
  });
});
