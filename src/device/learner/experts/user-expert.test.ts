import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../../testing/side-models';
import { twoKinds } from '../../../../testing/two-kinds';
import { TERMS, type TermValues } from '../../ranking';
import { START, START_WEIGHTS } from '../personal-weights';
import { TermMatrix } from '../term-values';
import { FeatureMatrix, featureBlocks } from './feature-matrix';
import { userExpertSchema } from './stored-experts';
import { type Choice, type PastChoices, UserExpert } from './user-expert';

const COUNT = 60;
const NO_CHOICES: PastChoices = { rows: [], strengths: [] };
const everything = Array.from({ length: COUNT }, (_, row) => row);
const even = new Float32Array(COUNT).fill(1 / COUNT);
const index = twoKinds(COUNT);
const matrix = new FeatureMatrix(featureBlocks(index));

/** Terms that are all zero. */
const silent = Object.fromEntries(TERMS.map((name) => [name, new Float32Array(COUNT)])) as TermValues;
const terms = (given: Partial<TermValues>): TermValues => ({ ...silent, ...given });
const one = (row: number, value = 1): Float32Array => Float32Array.from(everything, (own) => (own === row ? value : 0));

const choice = (row: number, given: Partial<Choice> = {}): Choice => ({
  id: `item-${row}`,
  row,
  gone: [],
  strength: 1,
  time: 0,
  ...given,
});

function fresh(stored = new UserExpert().save(), past: Parameters<UserExpert['bind']>[1] = NO_CHOICES): UserExpert {
  const expert = UserExpert.restore(stored);
  expert.bind(matrix, past);
  return expert;
}

/** The expert's read-outs of every item. */
function read(expert: UserExpert, features = matrix): Float32Array {
  expert.scores ??= features.readOut([expert.query])[0];
  return expert.scores;
}

/** The expert's expectation before a choice, and the slopes of the terms by some shares. */
function expectation(expert: UserExpert, { row, gone }: Choice, values = silent) {
  const common = new TermMatrix(COUNT);
  common.set(values);
  const [base] = common.sums([expert.estimating()]);
  for (const other of gone) base[other] = Number.NEGATIVE_INFINITY;
  const expected = expert.expect(base, row);
  return { ...expected, slopesBy: (shares: Float32Array) => common.slopes(row, [shares])[0] };
}

/** Learns a choice as in the mixture. @param shares expected shares. Default: its own */
function learn(
  expert: UserExpert,
  chosen: Choice,
  {
    values,
    shares: given,
    features = matrix,
  }: { values?: TermValues; shares?: Float32Array; features?: FeatureMatrix } = {},
) {
  read(expert, features);
  const expected = expectation(expert, chosen, values);
  const shares = given ?? expected.shares;
  const [mean] = features.means([shares]);
  return { rejected: expert.learn(chosen, expected, mean, expected.slopesBy(shares)), ...expected, shares, mean };
}

const gradient = (row: number, shares: Float32Array): number[] => {
  const [mean] = matrix.means([shares]);
  return [...matrix.row(row)].map((value, d) => value - mean[d]);
};
const readouts = (expert: UserExpert): number[] =>
  Object.values(expert.save().blocks).flatMap(({ readout }) => [...readout]);
/** For blocks with one state each. */
const gains = matrix.blocks.flatMap(({ states }) => [...states[0].gain]);
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
      ['item-14', 0],
    ]);
  });

  it('takes a step along the gradient of the log-likelihood, at the rate of each block, and fades', () => {
    const expert = fresh();
    const first = even.map((_, row) => (row % 2 ? 0.5 : 1.5) / COUNT);
    learn(expert, choice(4), { shares: first });
    learn(expert, choice(10, { strength: 3 }), { shares: even });
    const [before, after] = [gradient(4, first), gradient(10, even)];
    for (const [d, value] of readouts(expert).entries()) {
      expect(value).toBeCloseTo(rates[d] * ((1 - START.fading) * before[d] + 3 * after[d]), 5);
    }
  });

  it('weighs the read-out of each block by its effect on the choice', () => {
    const expert = fresh();
    learn(expert, choice(4));
    const weighed = read(expert).slice();
    const before = expert.save().blocks;
    // The next choice is the same except in the catalogue order.
    const { shares } = learn(expert, choice(58));
    const g = gradient(58, shares);
    for (const { name, from, to } of matrix.blocks) {
      let slope = 0;
      for (let d = from; d < to; d++) slope += before[name].readout[d - from] * gains[d] * g[d];
      const { theta, squares } = expert.save().blocks[name];
      const step = START_WEIGHTS.preference * slope;
      expect(squares).toBeCloseTo(step ** 2, 4);
      expect(theta).toBeCloseTo((0.2 * step) / Math.sqrt(step ** 2 + 1e-8), 4);
    }
    expect(expert.save().blocks['content 8'].theta).toBeGreaterThan(0.1);
    expect(expert.save().blocks['place 24'].theta).toBeLessThan(-0.1);
    // Its contribution to the score includes the weights.
    const [plain] = matrix.readOut([
      Float32Array.from(
        Object.values(before).flatMap(({ readout }) => [...readout]),
        (value, d) => value * gains[d],
      ),
    ]);
    for (const row of everything) expect(weighed[row]).toBeCloseTo(START_WEIGHTS.preference * plain[row], 4);
  });

  it('learns the weights of the terms on its own probabilities', () => {
    const values = terms({ category: one(4), recent: one(9) });
    const expert = fresh();
    const { shares } = learn(expert, choice(4), { values });
    const { category, recent } = expert.weightsAt();
    expect(category).toBeGreaterThan(START_WEIGHTS.category);
    expect(recent).toBeLessThan(START_WEIGHTS.recent);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
    // Its own read-out predicts another choice, whatever the others' read-outs in the terms predict.
    read(expert);
    const likely = expectation(expert, choice(7), terms({ preference: one(7, 100) }));
    expect(likely.loss).toBeGreaterThan(3);
  });

  it('does not use the lift of cold-start items to estimate the choice', () => {
    const { loss } = expectation(fresh(), choice(4), terms({ coldStart: one(4, 100) }));
    expect(loss).toBeCloseTo(Math.log(COUNT), 6);
  });

  it('learns nothing from a certain choice, and more from a stronger one', () => {
    const certain = even.map((_, row) => Number(row === 4));
    const expert = fresh();
    learn(expert, choice(4), { shares: certain });
    expect(Math.max(...read(expert).map(Math.abs))).toBeCloseTo(0, 4);
    const [once, thrice] = [fresh(), fresh()];
    learn(once, choice(4));
    learn(thrice, choice(4, { strength: 3 }));
    expect(read(thrice)[4]).toBeCloseTo(3 * read(once)[4], 3);
  });

  it('drops a non-finite step', () => {
    const expert = fresh();
    const before = expert.save();
    expect(learn(expert, choice(4, { strength: Number.NaN })).rejected).toBe(1);
    expect(learn(expert, choice(4), { values: terms({ recent: one(3, Number.NaN) }) }).rejected).toBe(1);
    expect(expert.save()).toEqual(before);
  });

  it('scores a dismissed item lower, and reverts exactly the part that has not faded since', () => {
    const [plain, reverted] = [fresh(), fresh()];
    reverted.dismiss('item-7', 7);
    expect(read(reverted)[7]).toBeLessThan(0);
    const apart = () => Math.max(...read(reverted).map((score, row) => Math.abs(score - read(plain)[row])));
    for (const row of [3, 11, 20]) for (const expert of [plain, reverted]) expert.bootstrap(choice(row));
    expect(apart()).toBeGreaterThan(1e-2);
    const copy = reverted.snapshot();
    // An item that was not dismissed has nothing to revert.
    reverted.undoDismiss('item-8', 8);
    expect(apart()).toBeGreaterThan(1e-2);
    for (const expert of [reverted, copy]) expert.undoDismiss('item-7', 7);
    expect(apart()).toBeLessThan(1e-5);
    reverted.undoDismiss('item-7', 7);
    expect(apart()).toBeLessThan(1e-5);
    expect(copy.save()).toEqual(reverted.save());
  });

  it('keeps the last 64 choices and 200 dismissals, within the bounds of its stored form', () => {
    const expert = fresh();
    for (let n = 0; n < 300; n++) {
      expert.bootstrap(choice(n % COUNT, { id: `item-${n}` }));
      expert.dismiss(`no-${n}`, (n * 7) % COUNT);
    }
    const stored = expert.save();
    expect([stored.choices, stored.chosen.length, stored.dismissed.length]).toEqual([300, 64, 200]);
    expect([stored.chosen.at(-1)?.item, stored.dismissed.at(-1)?.item]).toEqual(['item-299', 'no-299']);
    expect(v.parse(userExpertSchema, structuredClone(stored))).toEqual(stored);
  });

  it('continues from its stored form, and as a copy, without a difference', () => {
    const expert = fresh();
    const values = terms({ category: one(4), recent: one(9) });
    for (const row of [4, 9, 13]) learn(expert, choice(row), { values });
    expert.dismiss('item-7', 7);
    const others = [fresh(structuredClone(expert.save())), expert.snapshot()];
    learn(expert, choice(20), { values });
    for (const other of others) {
      learn(other, choice(20), { values });
      expect(other.save()).toEqual(expert.save());
      expect(read(other)).toEqual(read(expert));
    }
  });
});

/** `matrix` with a side model of three states, read without rounding; the digest identifies its file. */
const withSide = (digest: string): FeatureMatrix => {
  const { count, blocks } = sideBlocks(digest);
  return new FeatureMatrix({ count, blocks: blocks.map((block) => ({ ...block, digits: null })) });
};
const sideBlocks = (digest: string) =>
  featureBlocks({ ...index, side: { ...sideModel(COUNT, 3, [0.3, 0.8, 0.95]), digest } });
const sided = withSide('a'.repeat(64));
const sideBlock = sided.blocks[sided.blocks.length - 1];
const own = (row: number): number[] => [...sided.row(row).subarray(sideBlock.from, sideBlock.to)];

function bound(to: FeatureMatrix, stored = new UserExpert().save(), past = NO_CHOICES): UserExpert {
  const expert = UserExpert.restore(structuredClone(stored));
  expert.bind(to, past);
  return expert;
}

describe('an expert that learned some of the choices', () => {
  const state = (factor: number) => ({
    query: Float32Array.from({ length: sideBlock.to - sideBlock.from }, (_, d) => factor * (d + 1)),
    context: null,
  });

  it('adds the score of the side model after these, less that after all', () => {
    const expert = bound(sided);
    const before = expert.query;
    expert.side = { own: state(3), all: state(1) };
    const { sideModel } = expert.weightsAt();
    const added = [...expert.query].map((value, d) => value - before[d]);
    expect(sideModel).toBe(START.weights.sideModel);
    expect(added.slice(0, sideBlock.from).every((value) => value === 0)).toBe(true);
    for (const [d, value] of added.slice(sideBlock.from).entries())
      expect(value).toBeCloseTo(2 * sideModel * (d + 1), 5);
    const all = state(1);
    expert.side = { own: all, all };
    expect(expert.query).toEqual(before);
  });
});

describe('a block of several states', () => {
  const sideOf = (expert: UserExpert): number[] => [...expert.save().blocks[sideBlock.key].readout];

  it('has a read-out for each, which fades by its own decay', () => {
    const expert = bound(sided);
    expert.bootstrap(choice(4));
    expert.bootstrap(choice(9, { strength: 3 }));
    const { mean } = learn(expert, choice(20), { features: sided });
    const expectedMean = [...mean.subarray(sideBlock.from, sideBlock.to)];
    const byHand = [0.3, 0.8, 0.95].flatMap((decay) =>
      own(4).map(
        (first, d) => sideBlock.rate * (decay ** 2 * first + 3 * decay * own(9)[d] + own(20)[d] - expectedMean[d]),
      ),
    );
    expect(sideOf(expert)).toHaveLength(9);
    for (const [at, value] of sideOf(expert).entries()) expect(value).toBeCloseTo(byHand[at], 4);
    // The other blocks fade as before.
    const place = sided.blocks.find(({ name }) => name.startsWith('place'));
    const { readout } = expert.save().blocks['place 24'];
    const keep = 1 - START.fading;
    for (const [d, value] of readout.entries()) {
      const at = (place?.from ?? 0) + d;
      const steps = [4, 9, 20].map((row) => sided.row(row)[at]);
      const sum = keep ** 2 * steps[0] + 3 * keep * steps[1] + steps[2] - mean[at];
      expect(value).toBeCloseTo((place?.rate ?? 0) * sum, 4);
    }
  });

  it('is read out as their sum by their gains, with the weight of the block', () => {
    const expert = bound(sided);
    for (const row of [4, 9]) expert.bootstrap(choice(row));
    const stored = expert.save();
    stored.blocks[sideBlock.key].theta = 0.5;
    const weighed = bound(sided, stored);
    const readout = sideOf(weighed);
    for (let d = 0; d < 3; d++) {
      const sum = sideBlock.states.reduce((total, { gain }, h) => total + gain[d] * readout[3 * h + d], 0);
      expect(weighed.query[sideBlock.from + d]).toBeCloseTo(START_WEIGHTS.preference * Math.exp(0.5) * sum, 4);
    }
  });

  it('learns one weight, by the joint effect of all states on the choice', () => {
    const expert = bound(sided);
    for (const row of [4, 9]) expert.bootstrap(choice(row));
    const before = sideOf(expert);
    const { mean } = learn(expert, choice(20), { features: sided });
    let slope = 0;
    for (const [h, { gain }] of sideBlock.states.entries()) {
      for (let d = 0; d < 3; d++) slope += before[3 * h + d] * gain[d] * (own(20)[d] - mean[sideBlock.from + d]);
    }
    expect(expert.save().blocks[sideBlock.key].squares).toBeCloseTo((START_WEIGHTS.preference * slope) ** 2, 3);
  });

  it('keeps all coefficients when it is stored and copied', () => {
    const expert = bound(sided);
    for (const row of [4, 9, 13]) expert.bootstrap(choice(row));
    expert.dismiss('item-7', 7);
    const stored = v.parse(userExpertSchema, structuredClone(expert.save()));
    for (const other of [bound(sided, stored), expert.snapshot()]) {
      expect(other.save()).toEqual(expert.save());
      expect(other.query).toEqual(expert.query);
      const [one, two] = [other, expert.snapshot()];
      for (const each of [one, two]) each.bootstrap(choice(20));
      expect(one.save()).toEqual(two.save());
    }
  });

  it('reverts the remainder of a dismissal in each of them', () => {
    const [plain, reverted] = [bound(sided), bound(sided)];
    for (const expert of [plain, reverted]) expert.bootstrap(choice(2));
    reverted.dismiss('item-7', 7);
    for (const row of [3, 11, 20]) for (const expert of [plain, reverted]) expert.bootstrap(choice(row));
    const apart = () => sideOf(reverted).map((value, at) => Math.abs(value - sideOf(plain)[at]));
    // The slowest state retains most of it.
    expect(Math.max(...apart().slice(6))).toBeGreaterThan(Math.max(...apart().slice(0, 3)));
    reverted.undoDismiss('item-7', 7);
    expect(Math.max(...apart())).toBeLessThan(1e-6);
  });

  it('rounds the coefficients to two bytes, and restores them exactly', () => {
    const [exact, rounded] = [bound(sided), bound(new FeatureMatrix(sideBlocks('a'.repeat(64))))];
    const largest = new Map<string, number>();
    for (const change of [
      (expert: UserExpert) => expert.bootstrap(choice(2)),
      (expert: UserExpert) => expert.dismiss('item-7', 7),
      ...[3, 11, 20].map((row) => (expert: UserExpert) => expert.bootstrap(choice(row))),
      (expert: UserExpert) => expert.undoDismiss('item-7', 7),
    ]) {
      for (const expert of [exact, rounded]) change(expert);
      for (const [key, { readout }] of Object.entries(exact.save().blocks))
        largest.set(key, Math.max(largest.get(key) ?? 0, ...readout.map(Math.abs)));
    }
    for (const [key, { readout }] of Object.entries(rounded.save().blocks)) {
      const width = key === sideBlock.key ? 3 : readout.length;
      for (let from = 0; from < readout.length; from += width) {
        const state = readout.subarray(from, from + width);
        const step = 2 ** (Math.ceil(Math.log2(Math.max(...state.map(Math.abs)))) - 11);
        for (const value of state) expect(Number.isInteger(value / step)).toBe(true);
      }
      // Half a step for each of the six changes.
      for (const [n, value] of readout.entries())
        expect(Math.abs(value - exact.save().blocks[key].readout[n])).toBeLessThan((largest.get(key) ?? 0) / 2 ** 8);
    }
  });

  it('learns from past choices if its coefficients belong to other states or another file', () => {
    const expert = bound(sided);
    for (const row of [4, 9]) expert.bootstrap(choice(row));
    const past = { rows: [4, 9], strengths: [1, 1] };
    const stored = expert.save();
    // Two states instead of three.
    const fewer = structuredClone(stored);
    fewer.blocks[sideBlock.key].readout = new Float32Array(6).fill(1);
    for (const [at, value] of sideOf(bound(sided, fewer, past)).entries()) {
      expect(value).toBeCloseTo(sideOf(expert)[at], 5);
    }
    const other = withSide('b'.repeat(64));
    const key = other.blocks[other.blocks.length - 1].key;
    const marked = structuredClone(stored);
    marked.blocks[sideBlock.key].readout.fill(99);
    marked.blocks[sideBlock.key].theta = 0.5;
    const { blocks } = bound(other, marked, past).save();
    expect(Object.keys(blocks)).toEqual(other.blocks.map(({ key: name }) => name));
    expect(blocks[key].theta).toBe(0);
    for (const [at, value] of blocks[key].readout.entries()) expect(value).toBeCloseTo(sideOf(expert)[at], 5);
  });
});

describe('the lines of an order', () => {
  it('fade once together, whatever their number', () => {
    const rows = [4, 9, 14];
    const [orderly, single] = [fresh(), fresh()];
    for (const expert of [orderly, single]) expert.bootstrap(choice(2));
    for (const [n, row] of rows.entries()) orderly.bootstrap(choice(row, { together: n > 0 }));
    for (const row of rows) single.bootstrap(choice(row));
    const keep = 1 - START.fading;
    const sum = (expert: UserExpert, at: number) => readouts(expert)[at];
    const alone = rows.map((row) => {
      const expert = fresh();
      expert.bootstrap(choice(row));
      return readouts(expert);
    });
    const first = fresh();
    first.bootstrap(choice(2));
    for (const [at, value] of readouts(first).entries()) {
      const lines = alone.reduce((all, own) => all + own[at], 0);
      expect(sum(orderly, at)).toBeCloseTo(keep * value + lines, 4);
    }
    expect(readouts(single)).not.toEqual(readouts(orderly));
    // As when its features are new, and it learns from the history.
    const bound = fresh(new UserExpert().save(), { rows: [2, ...rows], strengths: [1, 1, 1, 1], orders: [1, 2, 2, 2] });
    for (const [at, value] of readouts(bound).entries()) expect(value).toBeCloseTo(sum(orderly, at), 4);
  });
});

describe('read-outs of blocks that the features lack', () => {
  it('learn from past choices if they are new or damaged, and keep their weight', () => {
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

  it('are dropped with a block that the features lack', () => {
    const stored = new UserExpert().save();
    for (const name of ['embedding 3', 'users 3', 'side 3'])
      stored.blocks[name] = { theta: 0.5, squares: 1, readout: Float32Array.of(1, 2, 3) };
    const kept = fresh(stored).save().blocks;
    expect(Object.keys(kept)).toEqual(matrix.blocks.map(({ key }) => key));
  });

  it('are kept while there are no features at all', () => {
    const expert = fresh();
    expert.bootstrap(choice(4));
    const before = expert.save();
    expert.unbind();
    expect(expert.save()).toEqual(before);
    expert.bind(matrix, NO_CHOICES);
    expect(expert.save()).toEqual(before);
  });
});
