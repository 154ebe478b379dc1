import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SideModel } from '../../../../src/core/catalog';
import { seededRandom } from '../../../../src/core/common/random';
import { countingTensors, useBackend } from '../../../../testing/backends';
import { threeGroups } from '../../../../testing/three-groups';
import { keptFile } from '../../../cli/training';
import { choicesFrom, type Interaction } from '../interactions';
import type { Weights } from '../model/weights';
import { encodeKept } from './kept-weights';
import { sideFeatures } from './side-features';
import { sequencesFrom } from './side-sequences';
import type { ShardRound } from './side-shard';
import { isFlat, type SideTraining, type SideTrainingState, trainEpochs } from './train-epochs';
import { type SideModelRequest, trainSideModel } from './train-side-model';

const COUNT = 90;
/** Items from here are new: nobody chose them. */
const NEW = 78;
const { index } = threeGroups(COUNT);
const features = sideFeatures(index);

/** Shoppers who choose items of one of the three groups, some of them more often than others. */
function shoppers(count: number, seed: number): Int32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, n) => {
    const rows = new Set<number>();
    // Mostly popular ones, which are the first of their group.
    while (rows.size < 10) rows.add(3 * Math.floor((NEW / 3) * random() ** 1.5) + (n % 3));
    return Int32Array.from(rows);
  });
}
const sequences = shoppers(90, 1);
const flat = sequencesFrom(sequences);
const heldOut = shoppers(12, 2);
const settings = {
  width: 6,
  hidden: 8,
  decays: [0.5, 0.9],
  learningRate: 0.03,
  weightDecay: 0.01,
  negatives: 60,
  dropout: 0.1,
  embeddingDropout: 0.3,
  historyDropout: 0.1,
};
const training = (epochs: number, more: Partial<SideTraining> = {}): SideTraining => ({
  features,
  sequences: flat,
  seed: 1,
  ...more,
  settings: { ...settings, epochs, ...more.settings },
});

/** Mean log rank of the held-out choices by popularity only. */
function popularityLnRank(): number {
  const popularity = new Float32Array(COUNT);
  for (const rows of sequences) for (const row of rows) popularity[row]++;
  let [sum, choices] = [0, 0];
  for (const rows of heldOut) {
    for (let place = 1; place < rows.length; place++) {
      if (popularity[rows[place]] === 0) continue;
      const before = rows.slice(0, place);
      const ahead = popularity.filter((value, row) => value > popularity[rows[place]] && !before.includes(row));
      sum += Math.log(1 + ahead.length);
      choices++;
    }
  }
  return sum / choices;
}

function cosine({ vectors, width }: SideModel, a: number, b: number): number {
  let [product, one, two] = [0, 0, 0];
  for (let d = 0; d < width; d++) {
    const [x, y] = [vectors[a * width + d], vectors[b * width + d]];
    product += x * y;
    one += x * x;
    two += y * y;
  }
  return product / Math.sqrt(one * two);
}

const expectSame = (weights: Weights, expected: Weights, digits: number): void => {
  expect(Object.keys(weights).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { values }] of Object.entries(expected)) {
    const apart = values.map((value, at) => Math.abs(value - weights[name].values[at]));
    expect(
      apart.reduce((most, value) => Math.max(most, value), 0),
      name,
    ).toBeLessThan(10 ** -digits);
  }
};

// The fastest one that runs in Node.
beforeAll(() => useBackend('wasm'));

describe('trainEpochs', () => {
  it('learns the next choices of shoppers, and places new items by their content', async () => {
    const steps: number[] = [];
    const result = await countingTensors(() =>
      trainEpochs(training(40, { heldOut, onStep: (step, of) => steps.push(step / of) })),
    );
    const { model, reports, logPopularity } = result;
    expect(reports.length).toBeLessThanOrEqual(40);
    expect(steps.filter((share) => share === 1)).toHaveLength(reports.length);
    expect(reports.map(({ epoch }) => epoch)).toEqual(Array.from(reports, (_, n) => n + 1));
    // A mean over the steps, each of which compares a choice with at most all items.
    expect(reports[0].loss).toBeLessThan(Math.log(COUNT) + 0.5);
    expect(reports[reports.length - 1].loss).toBeLessThan(reports[0].loss - 0.5);
    const best = Math.min(...reports.map(({ heldOut: quality }) => quality?.lnRank ?? Number.NaN));
    expect(result.reports[result.epoch - 1].heldOut?.lnRank).toBe(best);
    // A third of the items are of the shopper's group: at best, learning lowers the log rank by ln 3.
    expect(best).toBeLessThan(popularityLnRank() - 0.7);
    expect(logPopularity[NEW]).toBe(0);
    for (let row = NEW; row < COUNT; row++) {
      const mean = (group: number): number => {
        const known = Array.from({ length: NEW / 3 }, (_, n) => 3 * n + group);
        return known.reduce((sum, other) => sum + cosine(model, row, other), 0) / known.length;
      };
      expect(mean(row % 3)).toBeGreaterThan(0.5);
      for (const other of [1, 2]) expect(mean((row + other) % 3)).toBeLessThan(0);
    }
    // Popular items have the larger bias.
    expect(model.biases[0]).toBeGreaterThan(model.biases[75]);
    for (const { decay } of model.states) expect(decay > 0 && decay < 1).toBe(true);
  });

  it('is reproducible by seed, and differs between seeds', async () => {
    const [one, same, other] = [
      await trainEpochs(training(3)),
      await trainEpochs(training(3)),
      await trainEpochs(training(3, { seed: 2 })),
    ];
    expect(same.weights).toEqual(one.weights);
    expect(same.model).toEqual(one.model);
    expect(other.weights).not.toEqual(one.weights);
  });

  it('ends after the same epoch when it is resumed', async () => {
    const run = async (resume?: SideTrainingState) => {
      const states: SideTrainingState[] = [];
      // Stands for a training of 300 steps an epoch that gains nothing; a real one would take minutes.
      const start = async () => ({
        async run({ state }: ShardRound) {
          return { state: { ...state, steps: state.steps + 300 }, loss: 1, steps: 300 };
        },
        async close() {},
      });
      const onEpoch = (_: unknown, state: SideTrainingState): void => void states.push(structuredClone(state));
      await trainEpochs(training(12, { heldOut, resume, shards: { count: 1, start }, onEpoch }));
      return states;
    };
    const whole = await run();
    expect(whole).toHaveLength(3);
    for (const after of [2, 3]) expect(await run(whole[after - 1])).toHaveLength(3 - after);
  });

  it('keeps no state of a round once the next ones are learned', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const states: WeakRef<object>[] = [];
    const kept: number[] = [];
    const start = async () => ({
      async run({ state, shard }: ShardRound) {
        // Lets go of what the call before has awaited.
        await new Promise((resolve) => setTimeout(resolve));
        collect();
        if (shard === 0) kept.push(states.filter((one) => one.deref()).length);
        const own = structuredClone(state);
        states.push(new WeakRef(own));
        return { state: own, loss: 1, steps: 1 };
      },
      async close() {},
    });
    // As many choices as make some rounds.
    const many = sequencesFrom(Array.from({ length: 100_000 }, (_, n) => sequences[n % sequences.length]));
    await trainEpochs(training(1, { sequences: many, shards: { count: 2, start } }));
    expect(kept.length).toBeGreaterThan(3);
    expect(Math.max(...kept)).toBeLessThanOrEqual(2);
  });

  it('continues from the state after an epoch without a difference', async () => {
    const states: SideTrainingState[] = [];
    const whole = await trainEpochs(
      training(6, { heldOut, onEpoch: async (_, state) => void states.push(structuredClone(state)) }),
    );
    for (const after of [1, 4]) {
      const state = states[after - 1];
      expect(state.reports).toHaveLength(after);
      const resumed = await trainEpochs(training(6, { heldOut, resume: state }));
      expect(resumed.reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(resumed.epoch).toBe(whole.epoch);
      expectSame(resumed.weights, whole.weights, 5);
    }
    // There is nothing left to do after the last one.
    const done = await trainEpochs(training(6, { heldOut, resume: states[5] }));
    expectSame(done.weights, whole.weights, 9);
    expect(done.reports).toEqual(whole.reports);
  });

  it('keeps the last epoch if no choice of a held-out shopper can be ranked', async () => {
    for (const none of [[], [Int32Array.of(5)], [Int32Array.of(5, 5), Int32Array.of(0, NEW)]]) {
      const { epoch, reports } = await trainEpochs(training(2, { heldOut: none }));
      expect(epoch).toBe(2);
      expect(reports.map(({ heldOut: quality }) => quality)).toEqual([null, null]);
    }
  });

  it('ends at the first step whose loss is not finite, and holds no tensors', async () => {
    const broken = training(2, { settings: { learningRate: 1e30 } });
    const trained = countingTensors(() => trainEpochs(broken).catch((thrown: unknown) => thrown));
    expect(await trained).toMatchObject({ code: 'model/not-finite' });
  });

  it('starts from given weights, and leaves them as they are without an epoch', async () => {
    const { weights } = await trainEpochs(training(1));
    const kept = await trainEpochs(training(0, { initial: weights }));
    expect(kept.weights).toEqual(weights);
    expect([kept.epoch, kept.reports]).toEqual([0, []]);
    const next = await trainEpochs(training(1, { initial: weights }));
    expect(next.weights).not.toEqual(weights);
  });

  it('learns from choices without repeats, which count in the popularity', async () => {
    const repeated = sequencesFrom(sequences.map((rows) => [...rows, rows[0]]));
    const [once, twice] = [await trainEpochs(training(1)), await trainEpochs(training(1, { sequences: repeated }))];
    const chosen = repeated.rows.filter((row) => row === 0).length;
    expect(twice.logPopularity[0]).toBeCloseTo(Math.log(1 + chosen), 5);
    expect(twice.logPopularity[0]).toBeGreaterThan(once.logPopularity[0]);
  });
});

describe('isFlat', () => {
  const isFlatAfter = (lnRanks: (number | null)[], steps = 100): boolean =>
    isFlat(
      lnRanks.map((lnRank, n) => ({
        epoch: n + 1,
        steps: steps * (n + 1),
        loss: 1,
        heldOut: lnRank === null ? null : { lnRank, hr10: 0, choices: 9 },
      })),
    );

  it('is true once two epochs gain nothing for held-out shoppers, if there are any', () => {
    expect([[], [9], [9, 8], [9, 8, 7], [9, 8, 7, 6.995]].map((ranks) => isFlatAfter(ranks))).toEqual(
      Array(5).fill(false),
    );
    expect(isFlatAfter([9, 8, 7, 6.995, 6.99])).toBe(true);
    expect(isFlatAfter([null, null, null, null])).toBe(false);
  });

  it('is false after few steps, which only warm up', () => {
    expect([1, 100].map((steps) => isFlatAfter([5, 5, 5, 5], steps))).toEqual([false, true]);
  });
});

describe('trainSideModel', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const log: Interaction[] = shoppers(60, 3).flatMap((rows, n) =>
    Array.from(rows, (row, at) => ({ user: `u${n}`, row, time: 100 * at + n })),
  );
  const interactions = log.sort((a, b) => a.time - b.time);
  const said: string[] = [];
  const request = (more: Partial<SideModelRequest> = {}): SideModelRequest => ({
    index,
    choices: choicesFrom(interactions),
    seed: 1,
    settings: { ...settings, epochs: 3 },
    meter: { start: () => {}, advance: () => {}, stop: () => {} },
    say: (line) => said.push(line),
    ...more,
  });
  const refused = { code: 'runtime/invalid-input' };

  it('learns from all but some shoppers, whose choices it returns', async () => {
    said.splice(0);
    const trained = await trainSideModel(request());
    expect(trained.heldOut.size).toBe(3);
    expect(trained.shoppers).toBe(57);
    expect(trained.choices).toBe(570);
    expect(trained.quality?.choices).toBeGreaterThan(0);
    expect(trained.model.biases).toHaveLength(COUNT);
    expect(said).toEqual([
      ...[1, 2, 3].map((epoch) => expect.stringContaining(`Epoch ${epoch}: loss `)),
      expect.stringMatching(/dapter/),
    ]);
    expect(said[0]).toContain('mean ln rank');
  });

  it('holds nobody out of a short log', async () => {
    const few = interactions.filter(({ user }) => Number(user.slice(1)) < 20);
    const trained = await trainSideModel(request({ choices: choicesFrom(few) }));
    expect(trained).toMatchObject({ shoppers: 20, epochs: 3, quality: null, heldOut: new Set() });
    expect(trained.choices).toBe(few.length);
  });

  it('weighs the latest choices most', async () => {
    const turned = shoppers(60, 4).flatMap((rows, n) =>
      n % 3 === 2 ? [] : Array.from(rows, (row, at) => ({ user: `u${n}`, row, time: 1000 * (n % 3) + at })),
    );
    const lead = async (halfLife: number): Promise<number> => {
      const sorted = turned.toSorted((a, b) => a.time - b.time);
      const { model } = await trainSideModel(
        request({ choices: choicesFrom(sorted), settings: { ...settings, epochs: 20, halfLife } }),
      );
      return model.biases.slice(0, NEW).reduce((sum, bias, row) => sum + [-bias, bias, 0][row % 3], 0) / (NEW / 3);
    };
    // The first half of the log has only one group, the second half another one.
    expect(await lead(0.1)).toBeGreaterThan((await lead(1e6)) + 0.2);
  });

  it('continues from its checkpoint, but only if nothing has changed', async () => {
    const checkpoint = keptFile(join(folder, 'cut.weights'));
    const whole = await trainSideModel(request());
    const interrupted = trainSideModel(
      request({
        checkpoint,
        say: (line) => {
          if (line.startsWith('Epoch 3')) throw new Error('the power failed');
        },
      }),
    );
    await expect(interrupted).rejects.toThrow('the power failed');
    const others: Partial<SideModelRequest>[] = [
      { seed: 2 },
      { settings: { ...settings, epochs: 4 } },
      { settings: { ...settings, epochs: 3, width: 7 } },
    ];
    for (const other of others) {
      await expect(trainSideModel(request({ checkpoint, resume: true, ...other }))).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('differ from the interrupted training'),
      });
    }
    said.splice(0);
    const resumed = await trainSideModel(request({ checkpoint, resume: true }));
    expect(said).toEqual([
      'Continuing after epoch 2',
      expect.stringContaining('Epoch 3: loss '),
      expect.stringMatching(/dapter/),
    ]);
    expectSame(resumed.weights, whole.weights, 5);
    expect(resumed.epochs).toBe(whole.epochs);
    expect(resumed.quality?.lnRank).toBeCloseTo(whole.quality?.lnRank ?? Number.NaN, 6);
  });

  const { content } = index;
  const corrected = {
    ...content,
    values: content.values.map((value, at) => (at % content.width < 4 ? -value : value)),
  };
  const turned = { ...index.categories, ofItem: index.categories.ofItem.toReversed() };
  const oneColumnLess = content.values.map((value, at) => (at % content.width === 0 ? 1 : value));
  it.each<[string, Partial<SideModelRequest>, string]>([
    ['other features of the same products', { index: { ...index, content: corrected } }, 'features'],
    ['fewer columns', { index: { ...index, content: { ...content, values: oneColumnLess } } }, 'features'],
    ['other categories', { index: { ...index, categories: turned } }, 'features'],
    ['another event', { choices: choicesFrom(interactions.slice(0, -1)) }, 'events'],
    ['more products', { index: threeGroups(COUNT + 3).index }, 'products, features'],
  ])('starts from scratch and says why if the data of the shop has changed: %s', async (_, change, why) => {
    const checkpoint = keptFile(join(folder, 'changed.weights'));
    const short = { settings: { ...settings, epochs: 1 }, checkpoint };
    await trainSideModel(request(short));
    said.splice(0);
    const resumed = await trainSideModel(request({ ...short, ...change, resume: true }));
    expect(said[0]).toBe(
      `Trained from scratch because the checkpoint cannot be continued: ${why} changed since its last epoch`,
    );
    const fresh = await trainSideModel(request({ ...short, ...change }));
    expectSame(resumed.weights, fresh.weights, 9);
  });

  it('ignores the checkpoint of another training if it need not resume', async () => {
    const checkpoint = keptFile(join(folder, 'other.weights'));
    const short = { settings: { ...settings, epochs: 1 }, checkpoint, resume: 'if-possible' } as const;
    expect(await trainSideModel(request(short))).toMatchObject({ epochs: 1 });
    said.splice(0);
    expect(await trainSideModel(request({ ...short, seed: 2 }))).toMatchObject({ epochs: 1 });
    expect(said).toEqual([expect.stringContaining('Epoch 1: loss '), expect.stringMatching(/dapter/)]);
    const seen: number[][] = [];
    const onReports: SideModelRequest['onReports'] = (reports) => seen.push(reports.map(({ epoch }) => epoch));
    await trainSideModel(request({ ...short, seed: 2, onReports }));
    expect(seen).toEqual([[1]]);
  });

  it('ends after the present step when it is stopped, and keeps the best epoch', async () => {
    let steps = 0;
    const seen: number[] = [];
    const trained = await trainSideModel(
      request({
        meter: { start: () => {}, advance: () => void steps++, stop: () => {} },
        stopped: () => steps > 0,
        onReports: (reports) => seen.push(reports.length),
      }),
    );
    expect([steps, seen, trained.epochs]).toEqual([1, [1], 1]);
    expect(trained.quality?.choices).toBeGreaterThan(0);
  });

  it('refuses a checkpoint that is missing or damaged', async () => {
    const checkpoint = keptFile(join(folder, 'damaged.weights'));
    const resume = () => trainSideModel(request({ checkpoint, resume: true }));
    await expect(resume()).rejects.toMatchObject({ ...refused, message: expect.stringContaining('there is no') });
    await trainSideModel(request({ checkpoint, settings: { ...settings, epochs: 1 } }));
    const whole = await readFile(checkpoint.name);
    const { weights } = await trainEpochs(training(0));
    const flipped = Uint8Array.from(whole);
    flipped[flipped.length - 2] ^= 1;
    for (const bytes of [
      new Uint8Array(),
      whole.subarray(0, 100),
      whole.subarray(0, whole.length - 1),
      flipped,
      encodeKept(weights, 'sidestream-side-checkpoint 0', {}),
      encodeKept(weights, 'another', {}),
    ]) {
      await checkpoint.write(bytes);
      await expect(resume()).rejects.toMatchObject(refused);
    }
  });
});
