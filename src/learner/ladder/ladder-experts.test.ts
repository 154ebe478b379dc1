import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { concatTables } from '../../catalog';
import { decodeSafetensors, LADDERS } from '../../model';
import { CATEGORIES, categoryHistory, categoryTable } from '../../testing/experts';
import { TRAINERS } from '../../testing/trainers';
import { namedLayers } from '../../testing/weights';
import type { TrainRequest } from './ladder-batch';
import { LadderExperts } from './ladder-experts';
import type { MakeTrainer } from './ladder-trainer';
import { tfjsTrainer } from './tfjs-trainer';

const COUNT = 300;
const table = categoryTable(COUNT);
let trainer: MakeTrainer = tfjsTrainer;
const options = {
  ...{ table, bottleneckDim: 4, seed: 3 },
  trainer: ((...given) => trainer(...given)) satisfies MakeTrainer,
};

const request = (more: Partial<TrainRequest> = {}): TrainRequest => {
  const history = more.history ?? categoryHistory(COUNT, 1, 8);
  return {
    history,
    eventWeights: new Float32Array(history.length).fill(1),
    popularity: new Float32Array(COUNT),
    steps: 5,
    seed: 1,
    ...more,
  };
};

const rowOf = (embeddings: Float32Array, row: number): Float32Array => {
  const width = table.dim * 2;
  return embeddings.subarray(row * width, (row + 1) * width);
};
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, d) => sum + x * b[d], 0);
const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), a.length === b.length ? 0 : Infinity);
const stored = (experts: LadderExperts) => decodeSafetensors(experts.save()).weights;

/** How much closer unseen items of a category are to that category's history than the others. */
function preference(embeddings: Float32Array, category: number, history: Int32Array): number {
  const seen = new Set(history);
  const [own, others]: [number[], number[]] = [[], []];
  for (let row = 0; row < COUNT - 1; row++) {
    if (seen.has(row)) continue;
    const closeness = [...history].reduce((sum, past) => sum + dot(rowOf(embeddings, row), rowOf(embeddings, past)), 0);
    (row % CATEGORIES === category ? own : others).push(closeness / history.length);
  }
  const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  return mean(own) - mean(others);
}

// On cpu tfjs runs the code that it runs on wasm, several times as long; `all trainers learn the same` has it.
const { 'tfjs on cpu': _, ...SWIFT } = TRAINERS;

for (const [name, start] of Object.entries(SWIFT)) {
  describe(`personal experts, trained by ${name}`, () => {
    beforeAll(async () => {
      trainer = await start();
    });

    test('fresh experts reproduce the features: unit rows, zeros for an item without features', async () => {
      const experts = LadderExperts.create(options);
      const learned = await experts.embeddings();
      expect(learned).toHaveLength(COUNT * table.dim * 2);
      expect(largestDifference(learned, await experts.baseEmbeddings())).toBeLessThan(1e-6);
      for (let row = 0; row < COUNT - 1; row++) expect(dot(rowOf(learned, row), rowOf(learned, row))).toBeCloseTo(1, 5);
      expect(Math.max(...rowOf(learned, COUNT - 1).map(Math.abs))).toBe(0);
      const some = await experts.embeddingsOf([7, 3, 7]);
      expect(largestDifference(some.subarray(0, table.dim * 2), rowOf(learned, 7))).toBeLessThan(1e-6);
      expect(some.subarray(0, table.dim * 2)).toEqual(some.subarray(table.dim * 4));
      experts.dispose();
    });

    test('training lowers the loss and brings unseen items of the same category closer, more than others', async () => {
      const experts = LadderExperts.create(options);
      const losses: number[] = [];
      for (let round = 0; round < 8; round++) {
        // The last round has the negatives of the first.
        const { loss, accepted } = await experts.train(request({ seed: round % 7, steps: 20 }));
        expect(accepted).toBe(true);
        losses.push(loss);
      }
      expect(losses[7]).toBeLessThan(losses[0] - 0.02);
      const [after, before] = [await experts.embeddings(), await experts.baseEmbeddings()];
      const [own, ...others] = [1, 2, 3, 4].map((category) => {
        const history = categoryHistory(COUNT, category, 8);
        return preference(after, category, history) - preference(before, category, history);
      });
      expect(own).toBeGreaterThan(0.001);
      for (const other of others) expect(own).toBeGreaterThan(other);
      experts.dispose();
    });

    test('only the newest expert and its router row move; the older ones keep their bits', async () => {
      const experts = LadderExperts.create(options);
      await experts.train(request());
      experts.endWindow();
      const before = stored(experts);
      await experts.train(request({ seed: 2 }));
      await experts.train(request({ seed: 3 }));
      const after = stored(experts);
      for (const ladder of LADDERS) {
        for (const { experts: pair, router } of namedLayers(after, ladder)) {
          expect(pair).toHaveLength(2);
          const [old, newest] = pair;
          expect(after[old.down]).toEqual(before[old.down]);
          expect(after[old.up]).toEqual(before[old.up]);
          expect(after[newest.down]).not.toEqual(before[newest.down]);
          expect(after[newest.up]).not.toEqual(before[newest.up]);
          for (const [name, width] of [
            [router.weight, table.dim],
            [router.bias ?? '', 1],
          ] as const) {
            const kept = 2 * width;
            expect(after[name].values.slice(0, kept)).toEqual(before[name].values.slice(0, kept));
            expect(after[name].values.slice(kept)).not.toEqual(before[name].values.slice(kept));
          }
        }
      }
      experts.dispose();
    });

    test('the end of a window changes no embedding', async () => {
      const experts = LadderExperts.create(options);
      await experts.train(request());
      const before = await experts.embeddings();
      expect(experts.endWindow()).toEqual({ pruned: 0, expanded: 3 });
      expect(experts.expertCounts()).toEqual({ text: [2, 2], image: [2] });
      expect(largestDifference(await experts.embeddings(), before)).toBeLessThan(1e-6);
      experts.dispose();
    });

    test('saved experts go on exactly where they were', async () => {
      const experts = LadderExperts.create(options);
      await experts.train(request());
      experts.endWindow();
      await experts.train(request({ seed: 2 }));
      const bytes = experts.save();
      const again = LadderExperts.load(options, bytes);
      expect(again.save()).toEqual(bytes);
      expect(again.utilization()).toEqual(experts.utilization());
      expect(await again.embeddings()).toEqual(await experts.embeddings());
      expect((await again.train(request({ seed: 3 }))).accepted).toBe(true);
      experts.dispose();
      again.dispose();
    });

    test('the same seeds give the same bytes', async () => {
      const run = async (): Promise<Uint8Array> => {
        const experts = LadderExperts.create(options);
        await experts.train(request());
        experts.endWindow();
        await experts.train(request({ seed: 2 }));
        experts.dispose();
        return experts.save();
      };
      expect(await run()).toEqual(await run());
    });

    test('an update that is not finite is dropped and nothing changes', async () => {
      const experts = LadderExperts.create(options);
      await experts.train(request());
      const before = experts.save();
      const broken = { ...table, scales: table.scales.map(() => NaN) };
      experts.setTable(broken);
      expect(await experts.train(request())).toMatchObject({ accepted: false });
      experts.setTable(table);
      expect(experts.save()).toEqual(before);
      expect((await experts.train(request({ seed: 5 }))).accepted).toBe(true);
      experts.dispose();
    });

    test('memory stays flat over trainings and windows, and dispose gives all of it back', async () => {
      const start = memory().numTensors;
      const experts = LadderExperts.create({ ...options, maxExperts: 2 });
      const round = async (seed: number): Promise<void> => {
        await experts.train(request({ seed }));
        await experts.embeddings();
      };
      await round(0);
      experts.endWindow();
      await round(1);
      const tensors = memory().numTensors;
      for (let seed = 2; seed < 12; seed++) await round(seed);
      expect(memory().numTensors).toBe(tensors);
      for (let window = 0; window < 3; window++) {
        experts.endWindow();
        await round(window);
        expect(memory().numTensors).toBe(tensors);
      }
      experts.dispose();
      expect(memory().numTensors).toBe(start);
    });

    test('closing or ending the window while a training runs drops the training', async () => {
      const start = memory().numTensors;
      const experts = LadderExperts.create(options);
      const dropped = experts.train(request());
      await Promise.resolve();
      experts.endWindow();
      const before = experts.save();
      expect(await dropped).toMatchObject({ accepted: false });
      expect(experts.save()).toEqual(before);
      const running = experts.train(request());
      await Promise.resolve();
      experts.dispose();
      expect(await running).toMatchObject({ accepted: false });
      await expect(experts.train(request())).rejects.toMatchObject({ code: 'runtime/closed' });
      await expect(experts.embeddings()).rejects.toMatchObject({ code: 'runtime/closed' });
      expect(memory().numTensors).toBe(start);
    });
  });
}

describe('personal experts', () => {
  beforeAll(async () => {
    trainer = await TRAINERS.fused();
  });

  test('all trainers learn the same', async () => {
    const learn = async (): Promise<{ loss: number; embeddings: Float32Array; shares: number[] }> => {
      const experts = LadderExperts.create(options);
      await experts.train(request());
      experts.endWindow();
      const { loss } = await experts.train(request({ seed: 2 }));
      const embeddings = await experts.embeddings();
      const shares = Object.values(experts.utilization()).flat(2);
      experts.dispose();
      return { loss, embeddings, shares };
    };
    const results: Awaited<ReturnType<typeof learn>>[] = [];
    for (const start of Object.values(TRAINERS)) {
      trainer = await start();
      results.push(await learn());
    }
    trainer = await TRAINERS.fused();
    const [first, ...others] = results;
    expect(others).toHaveLength(3);
    for (const { loss, embeddings, shares } of others) {
      expect(Math.abs(loss - first.loss)).toBeLessThan(1e-4);
      expect(largestDifference(embeddings, first.embeddings)).toBeLessThan(1e-4);
      for (const [at, share] of shares.entries()) expect(share).toBeCloseTo(first.shares[at], 4);
    }
  });

  test('use is that of the gates at first, measured while learning, expected after a window', async () => {
    const experts = LadderExperts.create(options);
    const fresh = experts.utilization();
    for (const [backbone, expert] of [...fresh.text, ...fresh.image]) {
      expect(backbone).toBeCloseTo(0.9, 6);
      expect(expert).toBeCloseTo(0.1, 6);
    }
    await experts.train(request());
    const measured = experts.utilization();
    expect(measured.text[0]).not.toEqual(fresh.text[0]);
    for (const layer of [...measured.text, ...measured.image]) expect(layer.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    experts.endWindow();
    const [backbone, expert] = measured.text[0];
    expect(experts.utilization().text[0]).toEqual([backbone, expert / 2, expert / 2]);
    experts.dispose();
  });

  test('growth ends at the limit, and learning goes on there', async () => {
    const experts = LadderExperts.create({ ...options, maxExperts: 3 });
    for (let window = 0; window < 6; window++) {
      await experts.train(request({ seed: window }));
      experts.endWindow();
      for (const count of Object.values(experts.expertCounts()).flat()) expect(count).toBeLessThanOrEqual(3);
    }
    const before = stored(experts);
    expect((await experts.train(request({ seed: 9 }))).accepted).toBe(true);
    expect(stored(experts)).not.toEqual(before);
    experts.dispose();
  });

  test('a grown catalogue keeps its old rows; features of another kind are refused', async () => {
    const experts = LadderExperts.create(options);
    await experts.train(request());
    const before = await experts.embeddings();
    experts.setTable(concatTables([table, categoryTable(300, 8, table.taps, 9)]));
    const after = await experts.embeddings();
    expect(after).toHaveLength((COUNT + 300) * table.dim * 2);
    expect(largestDifference(after.subarray(0, before.length), before)).toBeLessThan(1e-6);
    expect(() => experts.setTable(categoryTable(COUNT, 9))).toThrowError(
      expect.objectContaining({ code: 'model/bad-shape' }),
    );
    expect(() => experts.setTable(categoryTable(COUNT, 8, { text: 2, image: 2 }))).toThrowError(
      expect.objectContaining({ code: 'model/bad-shape' }),
    );
    experts.dispose();
  });

  test('with nothing to learn nothing is learned; a bad request is refused and does no harm', async () => {
    const experts = LadderExperts.create(options);
    expect(await experts.train(request({ history: Int32Array.of(1) }))).toEqual({ loss: 0, accepted: false });
    const bad = experts.train(request({ history: Int32Array.of(1, COUNT) }));
    await expect(bad).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    expect((await experts.train(request())).accepted).toBe(true);
    experts.dispose();
  });

  test('damaged experts are refused', () => {
    const bytes = LadderExperts.create(options).save();
    expect(() => LadderExperts.load(options, bytes.subarray(0, bytes.length - 1))).toThrowError(
      expect.objectContaining({ code: 'model/bad-weights' }),
    );
    expect(() => LadderExperts.load({ ...options, table: categoryTable(COUNT, 9) }, bytes)).toThrowError(
      expect.objectContaining({ code: 'model/bad-weights' }),
    );
  });
});
