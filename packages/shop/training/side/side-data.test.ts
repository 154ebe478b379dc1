import { beforeAll, describe, expect, it } from 'vitest';
import type { SideModel } from '../../../../src/core/catalog';
import { type Random, seededRandom, uniform } from '../../../../src/core/common/random';
import { contentBlock } from '../../../../src/device/ranking';
import { BACKENDS, countingTensors, useBackend } from '../../../../testing/backends';
import { sideModel } from '../../../../testing/side-models';
import { twoKinds } from '../../../../testing/two-kinds';
import { tfjsGradients } from '../model/gradients';
import { freshSideWeights, SIDE_NAMES, type SideConfig } from '../model/side-weights';
import type { Weights } from '../model/weights';
import { choiceRanks } from './choice-ranks';
import { heldOutQuality, judgedAdapters } from './held-out-quality';
import { MAX_PIECE, type SideSequence, sideBatch, sideBatches } from './side-batch';
import { pickFeatures, type SideFeatures, sideConfigOf, sideFeatures } from './side-features';
import { computeItems, sideLoss, sideModelOf, sideStep, weightsOfRows } from './side-loss';
import { firstChoices, sequencesFrom } from './side-sequences';

const rowsOf = (...rows: number[]): Int32Array => Int32Array.from(rows);
const evenly = (rows: Int32Array): SideSequence => ({ rows, weights: new Float32Array(rows.length).fill(1) });

describe('firstChoices', () => {
  it('weighs a choice by its age and by the strongest event on its item', () => {
    const choices = {
      ...sequencesFrom(
        [
          [1, 2],
          [4, 7, 4],
        ],
        [new Float32Array(2), Float32Array.of(1, 0.5, 0)],
      ),
      strengths: Float32Array.of(1, 1, 0.5, 1, 3),
      left: new Set([0]),
    };
    const { rows, weights } = firstChoices(choices, 0.5);
    expect([...rows]).toEqual([4, 7]);
    expect([...weights]).toEqual([3 * 0.25, 0.5]);
  });
});

describe('items that were passed over', () => {
  it('are candidates of their shopper alone, at every place', () => {
    const sequences = {
      ...sequencesFrom([
        [4, 7, 4, 9],
        [1, 2],
      ]),
      passed: [[3, 5, 6], []],
    };
    const { offsets, rows, weights } = firstChoices(sequences, 1);
    expect([...offsets]).toEqual([0, 5, 7]);
    expect([...rows]).toEqual([4, ~6, 7, ~5, 9, 1, 2]);
    expect([...weights]).toEqual([1, 0, 1, 0, 1, 1, 1]);
    const pieces = [0, 5].map((from, n) => ({
      rows: rows.subarray(from, offsets[n + 1]),
      weights: weights.subarray(from, offsets[n + 1]),
    }));
    const options = { known: rowsOf(8, 4), negatives: 10, historyDropout: 0 };
    const found = new Set<number>();
    for (let seed = 1; seed < 20; seed++) {
      const batch = sideBatch(pieces, options, seededRandom(seed));
      expect([batch.length, batch.sequences]).toEqual([3, 2]);
      expect([...batch.weights]).toEqual([1, 1, 1, 1, 1, 0]);
      expect(
        Array.from(
          batch.chosen.filter((_, n) => batch.weights[n] > 0),
          (n) => batch.rows[n],
        ),
      ).toEqual([4, 1, 7, 2, 9]);
      for (let column = 2; column < batch.sampled; column++) {
        found.add(batch.rows[column]);
        for (const t of [0, 1, 2]) {
          const [own, other] = [0, 1].map((b) => batch.offsets[(2 * t + b) * batch.sampled + column]);
          expect(own).toBe(0);
          expect(other).toBeLessThan(-1e6);
        }
      }
    }
    expect(found).toEqual(new Set([5, 6]));
  });
});

describe('sideBatch', () => {
  const known = Int32Array.from({ length: 10 }, (_, row) => 2 * row);
  const pieces = [rowsOf(6, 10, 14, 3), rowsOf(10, 4)];
  const all = { known, negatives: 10, historyDropout: 0 };
  const batch = sideBatch(pieces.map(evenly), all, seededRandom(1));
  const at = (t: number, b: number): number => t * batch.sequences + b;

  it('lays sequences side by side, each item once, and weighs padding 0', () => {
    expect([batch.length, batch.sequences, batch.sampled]).toEqual([4, 2, 10]);
    expect(new Set(batch.rows).size).toBe(batch.rows.length);
    // Items that were not sampled come after the sampled ones.
    expect([...batch.rows]).toEqual([...known, 3]);
    for (const [b, piece] of pieces.entries()) {
      for (const [t, row] of piece.entries()) expect(batch.rows[batch.chosen[at(t, b)]]).toBe(row);
    }
    expect([...batch.weights]).toEqual([1, 1, 1, 1, 1, 0, 1, 0]);
    expect([...batch.remembered]).toEqual([...batch.weights]);
    expect([batch.chosen[at(2, 1)], batch.chosen[at(3, 1)]]).toEqual([0, 0]);
  });

  it('has items as candidates only until they are chosen, and only in their own sequence', () => {
    for (const [b, piece] of pieces.entries()) {
      for (let t = 0; t < piece.length; t++) {
        for (let n = 0; n < batch.sampled; n++) {
          const chosen = piece.indexOf(batch.rows[n]);
          const isExcluded = batch.offsets[at(t, b) * batch.sampled + n] < -1e8;
          expect(isExcluded).toBe(chosen >= 0 && chosen <= t);
        }
      }
    }
  });

  it('samples some of the known items, once each and others every time', () => {
    const random = seededRandom(2);
    const samples = Array.from({ length: 20 }, () => {
      const { rows, sampled, chosen, weights } = sideBatch(pieces.map(evenly), { ...all, negatives: 4 }, random);
      expect(sampled).toBe(4);
      const first = [...rows.subarray(0, 4)];
      expect(new Set(rows).size).toBe(rows.length);
      expect(first.every((row) => known.includes(row))).toBe(true);
      // All chosen items are included, sampled or not.
      expect(new Set([...chosen].filter((_, n) => weights[n] > 0).map((n) => rows[n]))).toEqual(
        new Set(pieces.flatMap((piece) => [...piece])),
      );
      return first.sort((a, b) => a - b).join();
    });
    expect(new Set(samples).size).toBeGreaterThan(10);
  });

  it('leaves choices out of the states at random, and none of them out of the loss', () => {
    const long = [Int32Array.from({ length: 100 }, (_, n) => n), rowsOf(1, 2)].map(evenly);
    const { remembered, weights } = sideBatch(long, { ...all, historyDropout: 0.3 }, seededRandom(3));
    const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
    expect(sum(weights)).toBe(102);
    expect(sum(remembered)).toBeGreaterThan(55);
    expect(sum(remembered)).toBeLessThan(85);
    expect(remembered.every((value, n) => value <= weights[n])).toBe(true);
    expect(sum(sideBatch(long, { ...all, historyDropout: 1 }, seededRandom(3)).remembered)).toBe(0);
  });
});

/** All batches of an epoch. */
function batchesOf(sequences: readonly SideSequence[], random: Random): SideSequence[][] {
  const flat = sequencesFrom(sequences.map(({ rows }) => rows));
  const weights = Float32Array.from(sequences.flatMap((own) => [...own.weights]));
  const batches = sideBatches({ ...flat, weights }, random);
  return Array.from({ length: batches.length }, (_, n) => batches.at(n));
}

describe('sideBatches', () => {
  // Rows are unique over all sequences, so that every piece says where it is from.
  let next = 0;
  const lengths = [1, 2, 5, 111, 112, 113, 114, 224, 300, ...Array.from({ length: 200 }, (_, n) => 2 + (n % 7))];
  const sequences = lengths.map((length) => evenly(Int32Array.from({ length }, () => next++)));

  it('has all choices of all sequences once, in pieces of their own order', () => {
    const found = batchesOf(sequences, seededRandom(1)).flat();
    for (const { rows } of found) {
      expect(rows.length).toBeGreaterThan(1);
      expect(rows.length).toBeLessThanOrEqual(MAX_PIECE);
      expect([...rows]).toEqual(Array.from(rows, (_, n) => rows[0] + n));
    }
    const all = found.flatMap(({ rows }) => [...rows]);
    const once = new Set(all);
    expect(once.size).toBe(all.length);
    // Only a first or last choice may be cut off alone: a piece of one choice does not involve states.
    for (const { rows } of sequences) {
      const missing = [...rows].filter((row) => !once.has(row));
      const ends = rows.length === 1 || rows.length > MAX_PIECE ? [rows[0], rows[rows.length - 1]] : [];
      expect(missing.filter((row) => !ends.includes(row))).toEqual([]);
    }
  });

  it('keeps the weight of each choice', () => {
    const weighed = sequences.map(({ rows }) => ({ rows, weights: Float32Array.from(rows, (row) => 1 / (1 + row)) }));
    const found = batchesOf(weighed, seededRandom(1)).flat();
    for (const { rows, weights } of found) expect(weights).toEqual(Float32Array.from(rows, (row) => 1 / (1 + row)));
    const longest = found.filter(({ rows }) => rows.length === MAX_PIECE);
    const batch = sideBatch(longest, { known: rowsOf(1), negatives: 1, historyDropout: 0 }, seededRandom(1));
    for (const [place, weight] of batch.weights.entries()) {
      expect(weight).toBeCloseTo(1 / (1 + batch.rows[batch.chosen[place]]), 6);
    }
  });

  it('cuts long sequences at other places in each epoch', () => {
    const long = evenly(Int32Array.from({ length: 300 }, (_, row) => row));
    const random = seededRandom(1);
    const starts = Array.from({ length: 50 }, () => batchesOf([long], random).flat()).flatMap((pieces) =>
      pieces.map(({ rows }) => rows[0]),
    );
    expect(new Set(starts).size).toBeGreaterThan(50);
    const short = evenly(long.rows.subarray(0, MAX_PIECE));
    for (let epoch = 0; epoch < 50; epoch++) expect(batchesOf([short], random)).toEqual([[short]]);
  });

  it('have similar lengths and a bounded size, and change from epoch to epoch', () => {
    const batches = batchesOf(sequences, seededRandom(1));
    for (const batch of batches) {
      const longest = Math.max(...batch.map(({ rows }) => rows.length));
      expect(batch.length).toBeLessThanOrEqual(128);
      expect(batch.length === 1 || batch.length * longest <= 1792).toBe(true);
    }
    const firsts = (seed: number): string =>
      JSON.stringify(batchesOf(sequences, seededRandom(seed)).map((batch) => batch.map(({ rows }) => rows[0])));
    expect(firsts(1)).toBe(firsts(1));
    expect(firsts(1)).not.toBe(firsts(2));
  });

  it('are empty if nobody chose twice', () => {
    expect(batchesOf([rowsOf(1), rowsOf()].map(evenly), seededRandom(1))).toEqual([]);
  });
});

const size = { width: 3, hidden: 4, decays: [0.4, 0.9] };

describe('sideFeatures', () => {
  const index = twoKinds(30);
  const features = sideFeatures(index);

  it('has text, picture and attributes of every item, centred, each column in which items differ', () => {
    expect(features.count).toBe(30);
    expect(sideConfigOf(features, size).inputs).toMatchObject({ text: 4, image: 4 });
    const { attributes } = features.inputs;
    // Two categories, and no column for the years.
    expect(attributes.columns).toBe(2);
    for (const { columns, values } of Object.values(features.inputs)) {
      expect(values).toHaveLength(30 * columns);
      for (let column = 0; column < columns; column++) {
        const own = values.filter((_, at) => at % columns === column);
        expect(own.reduce((sum, value) => sum + value, 0) / 30).toBeCloseTo(0, 4);
        expect(new Set(own).size).toBeGreaterThan(1);
      }
    }
  });

  it('has the halves of the standardised content, by one factor', () => {
    const { values, center, scale, width } = contentBlock(index);
    const { text, image } = features.inputs;
    const factors: number[] = [];
    for (let row = 0; row < 30; row++) {
      for (let d = 0; d < width; d++) {
        const expected = (values[row * width + d] - center[d]) * scale[d];
        const own = d < 4 ? text.values[row * 4 + d] : image.values[row * 4 + d - 4];
        if (Math.abs(expected) > 1e-2) factors.push(own / expected);
      }
    }
    expect(factors.length).toBeGreaterThan(100);
    for (const factor of factors) expect(factor).toBeCloseTo(factors[0], 3);
    expect(factors[0]).toBeGreaterThan(0);
  });

  it('has no columns if all items are the same', () => {
    const { content } = index;
    const blank = content.values.map((value, at) => (at % 8 < 4 ? value : 0));
    const same = { ...index, content: { ...content, values: blank }, categories: twoKinds(1).categories, numbers: [] };
    expect(sideConfigOf(sideFeatures(same), size).inputs).toEqual({ text: 4, image: 0, attributes: 0 });
  });

  it('is picked by rows, in their order and with repeats', () => {
    const picked = pickFeatures(features, [7, 0, 7]);
    const { columns, values } = features.inputs.attributes;
    const row = (n: number): number[] => [...values.subarray(n * columns, (n + 1) * columns)];
    expect([...picked.attributes]).toEqual([...row(7), ...row(0), ...row(7)]);
    expect(picked.text).toHaveLength(12);
  });
});

/** The model with adapters of the text and the attributes in its last eight columns. */
function withAdapters(model: SideModel, rates: [text: number, attributes: number]): SideModel {
  const { width, states } = model;
  const [text, attributes] = rates;
  return {
    ...model,
    states: states.map(({ decay, gain }) => ({ decay, gain: gain.map((value, d) => (d < width - 8 ? value : 0)) })),
    adapters: {
      context: uniform(seededRandom(3), 4 * width, 1),
      inputs: ['text', 'attributes'],
      rates: Float32Array.of(text, attributes),
      fades: Float32Array.of(0.9, 0.9),
      start: new Float32Array(32),
    },
  };
}

describe('choiceRanks with adapters', () => {
  const shoppers = [{ rows: rowsOf(3, 8, 15, 21, 39), from: 1 }];
  const ranksAt = (...rates: [number, number]) =>
    choiceRanks(withAdapters(sideModel(40, 11, [0.4, 0.9], 7), rates), shoppers, () => true);

  it('ranks by what they learned from the choices before', () => {
    const [first, ...later] = ranksAt(5, 5);
    const [same, ...others] = ranksAt(0, 0);
    // Before the second choice, there was no context to learn with.
    expect(first).toBe(same);
    expect(later).not.toEqual(others);
  });
});

describe('judgedAdapters', () => {
  const model = withAdapters(sideModel(40, 11, [0.4, 0.9], 7), [0.5, 0.25]);
  const judge = (lnRankOf: (rates: number[]) => number, choices = 9) => {
    const lines: string[] = [];
    const quality = ({ adapters }: SideModel) => ({
      lnRank: lnRankOf([...(adapters?.rates ?? [])]),
      hr10: 0,
      choices,
    });
    const { adapters } = judgedAdapters(model, quality, (line) => lines.push(line));
    return { rates: [...(adapters?.rates ?? [])], lines };
  };

  it('keeps the adapters that help, and stops those without which the held-out choices rank better', () => {
    const without = (rates: number[]): number => 5 - 0.1 * rates[0] + 0.1 * rates[1];
    expect(judge(without)).toEqual({ rates: [0.5, 0], lines: ['Adapters that learn on the device: text'] });
    expect(judge(() => 5).rates).toEqual([0.5, 0.25]);
    const none = judge((rates) => 5 + rates[0] + rates[1]);
    expect(none.rates).toEqual([0, 0]);
    expect(none.lines[0]).toContain('No adapter learns on the device');
  });

  it('keeps all of them if nobody was held out', () => {
    expect(judge((rates) => rates[0], 0)).toEqual({ rates: [0.5, 0.25], lines: [] });
    expect(
      judgedAdapters(
        sideModel(3),
        () => ({ lnRank: 0, hr10: 0, choices: 1 }),
        () => {},
      ).adapters,
    ).toBeUndefined();
  });
});

describe('heldOutQuality', () => {
  it('is the mean log rank and the share of the first ten of the choices after the first', () => {
    const model = sideModel(40, 3, [0.4, 0.9], 7);
    const isCandidate = (row: number): boolean => row % 5 > 0;
    const sequences = [rowsOf(3, 8, 15, 21, 39), rowsOf(7, 1, 2), rowsOf(4, 36)];
    const shoppers = sequences.map((rows) => ({ rows, from: 1 }));
    const ranks = choiceRanks(model, shoppers, isCandidate);
    expect(ranks).toHaveLength(6);
    const quality = heldOutQuality(model, sequences, isCandidate);
    expect(quality.choices).toBe(ranks.length);
    expect(quality.lnRank).toBeCloseTo(ranks.reduce((sum, rank) => sum + Math.log(rank), 0) / ranks.length, 9);
    expect(quality.hr10).toBeCloseTo(ranks.filter((rank) => rank <= 10).length / ranks.length, 9);
  });

  it('is absent if no choice is ranked', () => {
    expect(heldOutQuality(sideModel(3), [rowsOf(1), rowsOf()], () => true)).toEqual({ lnRank: 0, hr10: 0, choices: 0 });
  });
});

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
