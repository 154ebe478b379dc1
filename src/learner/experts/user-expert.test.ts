import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { TERMS, type TermValues } from '../../ranking';
import { twoKinds } from '../../testing/two-kinds';
import { START_WEIGHTS } from '../personal-weights';
import { featureBlocks } from './feature-blocks';
import { FeatureMatrix } from './feature-matrix';
import { userExpertSchema } from './stored-experts';
import { type Choice, UserExpert } from './user-expert';

const COUNT = 60;
const NOTHING = { rows: [], strengths: [] };
const everything = Array.from({ length: COUNT }, (_, row) => row);
const even = new Float64Array(COUNT).fill(1 / COUNT);
const index = twoKinds(COUNT);
const matrix = new FeatureMatrix(featureBlocks(index, null));

/** Terms that say nothing. */
const silent = Object.fromEntries(TERMS.map((name) => [name, new Float32Array(COUNT)])) as TermValues;
const terms = (given: Partial<TermValues>): TermValues => ({ ...silent, ...given });
const one = (row: number, value = 1): Float32Array => Float32Array.from(everything, (own) => (own === row ? value : 0));

const choice = (row: number, given: Partial<Choice> = {}): Choice => ({
  id: `item-${row}`,
  row,
  candidates: everything,
  strength: 1,
  ...given,
});

function fresh(stored = new UserExpert().save(), past: Parameters<UserExpert['bind']>[1] = NOTHING): UserExpert {
  const expert = UserExpert.restore(stored);
  expert.bind(matrix, past);
  return expert;
}

/** The expert's read-outs of every item. */
function read(expert: UserExpert): Float32Array {
  expert.scores ??= matrix.readOut([expert.query])[0];
  return expert.scores;
}

/** Learns a choice as the mixture lets it. @param shares that it expected. Default: its own */
function learn(
  expert: UserExpert,
  given: Choice,
  { values = silent, shares }: { values?: TermValues; shares?: Float64Array } = {},
) {
  read(expert);
  const expected = { ...expert.expect(values, given), ...(shares && { shares }) };
  const [mean] = matrix.means([Float32Array.from(expected.shares)]);
  return { rejected: expert.learn(given, expected, mean), ...expected };
}

const gradient = (row: number, shares: Float64Array): number[] => {
  const [mean] = matrix.means([Float32Array.from(shares)]);
  return [...matrix.row(row)].map((value, d) => value - mean[d]);
};
const readouts = (expert: UserExpert): number[] =>
  Object.values(expert.save().blocks).flatMap(({ readout }) => [...readout]);
const rates = matrix.blocks.flatMap(({ from, to, rate }) => new Array<number>(to - from).fill(rate));

describe('an expert', () => {
  it('scores 0 before the first choice, and similar items higher after it', () => {
    const expert = fresh();
    expect(read(expert).every((score) => score === 0)).toBe(true);
    for (const row of [2, 8]) expect(learn(expert, choice(row, { time: 10 * row })).rejected).toBe(0);
    expect(learn(expert, choice(14)).rejected).toBe(0);
    const mean = (odd: number): number =>
      everything.filter((row) => row % 2 === odd).reduce((sum, row) => sum + read(expert)[row], 0) / (COUNT / 2);
    expect(mean(0)).toBeGreaterThan(mean(1) + 0.5);
    expect(expert.choices).toBe(3);
    expect(expert.chosen.map(({ item, time }) => [item, time])).toEqual([
      ['item-2', 20],
      ['item-8', 80],
      ['item-14', null],
    ]);
  });

  it('takes a step along the gradient of the log-likelihood, at the rate of each block, and fades', () => {
    const expert = fresh();
    const first = even.map((_, row) => (row % 2 ? 0.5 : 1.5) / COUNT);
    learn(expert, choice(4), { shares: first });
    learn(expert, choice(10, { strength: 3 }), { shares: even });
    const [before, after] = [gradient(4, first), gradient(10, even)];
    for (const [d, value] of readouts(expert).entries()) {
      expect(value).toBeCloseTo(rates[d] * (0.9 * before[d] + 3 * after[d]), 5);
    }
  });

  it('steps as the map of the shop says, and drops a step that is not finite', () => {
    const features = featureBlocks(index, null);
    const mapped = (eigenvalue: number) =>
      new FeatureMatrix({
        ...features,
        map: {
          blocks: [],
          eigenvalues: Float32Array.of(eigenvalue),
          eigenvectors: new Float32Array(matrix.width).fill(1 / Math.sqrt(matrix.width)),
        },
      });
    const expert = UserExpert.restore(new UserExpert().save());
    expert.bind(mapped(2), NOTHING);
    learn(expert, choice(4, { strength: 3 }), { shares: even });
    const g = gradient(4, even);
    const mean = g.reduce((sum, value) => sum + value, 0) / matrix.width;
    for (const [d, value] of readouts(expert).entries()) {
      expect(value).toBeCloseTo(3 * (rates[d] * g[d] + 2 * mean), 4);
    }
    expert.bind(mapped(Number.POSITIVE_INFINITY), NOTHING);
    const before = expert.save();
    expect(learn(expert, choice(10)).rejected).toBe(1);
    expect(expert.save()).toEqual(before);
  });

  it('weighs the read-out of each block by what it did for the choice', () => {
    const expert = fresh();
    learn(expert, choice(4));
    const weighed = read(expert).slice();
    const before = expert.save().blocks;
    // The next choice is alike but in the catalogue order.
    const { shares } = learn(expert, choice(58));
    const g = gradient(58, shares);
    for (const { name, from, to } of matrix.blocks) {
      let slope = 0;
      for (let d = from; d < to; d++) slope += before[name].readout[d - from] * matrix.readoutScale[d] * g[d];
      const { theta, squares } = expert.save().blocks[name];
      const step = START_WEIGHTS.preference * slope;
      expect(squares).toBeCloseTo(step ** 2, 4);
      expect(theta).toBeCloseTo((0.2 * step) / Math.sqrt(step ** 2 + 1e-8), 4);
    }
    expect(expert.save().blocks['content 8'].theta).toBeGreaterThan(0.1);
    expect(expert.save().blocks['place 24'].theta).toBeLessThan(-0.1);
    // What it adds to the score has the weights in it.
    const [plain] = matrix.readOut([
      Float32Array.from(
        Object.values(before).flatMap(({ readout }) => [...readout]),
        (value, d) => value * matrix.readoutScale[d],
      ),
    ]);
    for (const row of everything) expect(weighed[row]).toBeCloseTo(4 * plain[row], 4);
  });

  it('learns the weights of the terms on its own probabilities', () => {
    const values = terms({ category: one(4), recent: one(9) });
    const expert = fresh();
    const { shares } = learn(expert, choice(4), { values });
    const { category, recent } = expert.weights;
    expect(category).toBeGreaterThan(START_WEIGHTS.category);
    expect(recent).toBeLessThan(START_WEIGHTS.recent);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
    // With a read-out of its own another choice is expected, whatever the others' read-outs in the terms say.
    read(expert);
    const likely = expert.expect(terms({ preference: one(7, 100) }), choice(7));
    expect(likely.loss).toBeGreaterThan(3);
  });

  it('does not take the lift of cold-start items for an estimate of the choice', () => {
    const { loss } = fresh().expect(terms({ coldStart: one(4, 100) }), choice(4));
    expect(loss).toBeCloseTo(Math.log(COUNT), 6);
  });

  it('learns nothing from a choice that was certain, and more from a stronger one', () => {
    const certain = even.map((_, row) => Number(row === 4));
    const expert = fresh();
    learn(expert, choice(4), { shares: certain });
    expect(Math.max(...read(expert).map(Math.abs))).toBeCloseTo(0, 4);
    const [once, thrice] = [fresh(), fresh()];
    learn(once, choice(4));
    learn(thrice, choice(4, { strength: 3 }));
    expect(read(thrice)[4]).toBeCloseTo(3 * read(once)[4], 3);
  });

  it('drops a step that is not finite', () => {
    const expert = fresh();
    const before = expert.save();
    expect(learn(expert, choice(4, { strength: Number.NaN })).rejected).toBe(1);
    expect(learn(expert, choice(4), { values: terms({ recent: one(3, Number.NaN) }) }).rejected).toBe(1);
    expect(expert.save()).toEqual(before);
  });

  it('starts its read-outs from zero when they made choices less likely lately', () => {
    const expert = fresh();
    for (const row of [2, 8, 14, 20]) learn(expert, choice(row));
    let [rejected, choices] = [0, 0];
    while (rejected === 0 && choices++ < 20) rejected = learn(expert, choice(2 * choices + 1)).rejected;
    expect(rejected).toBe(1);
    expect(readouts(expert).every((value) => value === 0)).toBe(true);
  });

  it('scores a dismissed item lower, and reverts exactly the part that has not faded since', () => {
    const [plain, reverted] = [fresh(), fresh()];
    reverted.dismiss('item-7', 7);
    expect(read(reverted)[7]).toBeLessThan(0);
    const apart = () => Math.max(...read(reverted).map((score, row) => Math.abs(score - read(plain)[row])));
    for (const row of [3, 11, 20]) for (const expert of [plain, reverted]) expert.bootstrap(choice(row));
    expect(apart()).toBeGreaterThan(1e-2);
    const copy = reverted.clone();
    // An item that was not dismissed has nothing to revert.
    reverted.undoDismiss('item-8', 8);
    expect(apart()).toBeGreaterThan(1e-2);
    for (const expert of [reverted, copy]) expert.undoDismiss('item-7', 7);
    expect(apart()).toBeLessThan(1e-5);
    reverted.undoDismiss('item-7', 7);
    expect(apart()).toBeLessThan(1e-5);
    expect(copy.save()).toEqual(reverted.save());
  });

  it('keeps the last 20 choices and 200 dismissals, within the bounds of its stored form', () => {
    const expert = fresh();
    for (let n = 0; n < 300; n++) {
      expert.bootstrap(choice(n % COUNT, { id: `item-${n}` }));
      expert.dismiss(`no-${n}`, (n * 7) % COUNT);
    }
    const stored = expert.save();
    expect([stored.choices, stored.chosen.length, stored.dismissed.length]).toEqual([300, 20, 200]);
    expect([stored.chosen.at(-1)?.item, stored.dismissed.at(-1)?.item]).toEqual(['item-299', 'no-299']);
    expect(v.parse(userExpertSchema, structuredClone(stored))).toEqual(stored);
  });

  it('continues from its stored form, and as a copy, as if nothing had happened', () => {
    const expert = fresh();
    const values = terms({ category: one(4), recent: one(9) });
    for (const row of [4, 9, 13]) learn(expert, choice(row), { values });
    expert.dismiss('item-7', 7);
    const others = [fresh(structuredClone(expert.save())), expert.clone()];
    learn(expert, choice(20), { values });
    for (const other of others) {
      learn(other, choice(20), { values });
      expect(other.save()).toEqual(expert.save());
      expect(read(other)).toEqual(read(expert));
    }
  });
});

describe('read-outs of blocks that the features lack', () => {
  it('learn from past choices where they are new or damaged, and keep their weight', () => {
    const expert = fresh();
    for (const row of [4, 9]) expert.bootstrap(choice(row));
    const stored = structuredClone(expert.save());
    stored.blocks['content 8'] = { theta: 0.5, squares: 1, readout: Float32Array.of(1, 2) };
    delete stored.blocks['year 17'];
    const mended = fresh(stored, { rows: [4, 9], strengths: [1, 1] }).save();
    for (const name of ['content 8', 'year 17', 'place 24']) {
      const expected = expert.save().blocks[name].readout;
      for (const [d, value] of mended.blocks[name].readout.entries()) expect(value).toBeCloseTo(expected[d], 5);
    }
    expect(mended.blocks['content 8'].theta).toBe(0.5);
  });

  it('wait for their block where it comes after the first list, and are dropped otherwise', () => {
    const stored = new UserExpert().save();
    const readout = Float32Array.of(1, 2, 3);
    for (const name of ['embedding 3', 'users 3', 'colour 3'])
      stored.blocks[name] = { theta: 0.5, squares: 1, readout };
    const kept = fresh(stored).save().blocks;
    expect([kept['embedding 3'], kept['users 3']]).toEqual([stored.blocks['embedding 3'], stored.blocks['users 3']]);
    expect(kept['colour 3']).toBeUndefined();
  });

  it('learn from past choices when the shop has trained again, and drop the coefficients of the files before', () => {
    const trained = (digest: string, seed: number) => {
      const items = Float32Array.from({ length: COUNT * 3 }, (_, at) => Math.sin(at * seed));
      return new FeatureMatrix(
        featureBlocks(index, { width: 3, items, digest: digest.repeat(64), scores: new Float32Array(COUNT) }),
      );
    };
    const past = { rows: [4, 9], strengths: [1, 1] };
    const learned = (on: FeatureMatrix, stored = new UserExpert().save()) => {
      const expert = UserExpert.restore(stored);
      expert.bind(on, past);
      return expert.save();
    };
    const [first, again] = [learned(trained('a', 1)), learned(trained('b', 2))];
    const moved = learned(trained('b', 2), first);
    expect(Object.keys(moved.blocks)).toEqual(Object.keys(again.blocks));
    expect(moved.blocks['embedding 3 bbbbbbbbbbbb']).toEqual(again.blocks['embedding 3 bbbbbbbbbbbb']);
    expect(moved.blocks['content 8']).toEqual(first.blocks['content 8']);
  });

  it('are kept while there are no features at all', () => {
    const expert = fresh();
    expert.bootstrap(choice(4));
    const before = expert.save();
    expert.unbind();
    expect(expert.save()).toEqual(before);
    expert.bind(matrix, NOTHING);
    expect(expert.save()).toEqual(before);
  });
});
