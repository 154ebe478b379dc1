import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Item } from '../../catalog';
import { catalogIndex } from '../../ranking';
import { categoryTable } from '../../testing/experts';
import type { LearnerCatalog } from '../learner-catalog';
import { calibrate, chooseTrainer, type TrainerCandidate, type TrainerSample } from './choose-trainer';
import type { LadderTrainer, TrainerKind } from './ladder-trainer';

const SAMPLE = { weights: {}, blend: { text: 0.5, image: 0.5 } } as unknown as TrainerSample;

/** Trainers whose first step and later ones take so many milliseconds of a clock that only they move. */
function candidates(times: [kind: TrainerKind, first: number, step: number][]) {
  let clock = 0;
  const started: string[] = [];
  const all = times.map(
    ([kind, first, step]): TrainerCandidate => ({
      kind,
      start: async () => {
        started.push(kind);
        if (first === Number.POSITIVE_INFINITY) throw new Error(`${kind} is not there`);
        let steps = 0;
        const trainer: Partial<LadderTrainer> = {
          kind,
          train: async (_table, _batch, count) => {
            for (let n = 0; n < count; n++) clock += steps++ === 0 ? first : step;
            return { before: 0, after: 0, learned: {}, activation: { text: [], image: [] } };
          },
          dispose: () => undefined,
        };
        return () => trainer as LadderTrainer;
      },
    }),
  );
  return { started, choose: () => calibrate(all, SAMPLE, () => clock) };
}

function catalog(count: number, dim = 8): LearnerCatalog {
  const table = categoryTable(count, dim);
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  const items = Array.from({ length: count }, (_, row): Item => {
    return { id: `i${row}`, title: '', description: '', category: '', availability: 'in-stock', attributes: {} };
  });
  return { table, blend, index: catalogIndex(items, table, blend) };
}

describe('the calibration', () => {
  it('tries nothing else where a session is short, so that nothing is downloaded', async () => {
    const { started, choose } = candidates([
      ['fused', 5, 4],
      ['webgpu', 1, 1],
    ]);
    expect((await choose()).kind).toBe('fused');
    expect(started).toEqual(['fused']);
  });

  it('takes a GPU where it is faster over a session, with the compilation of its shaders', async () => {
    const { choose } = candidates([
      ['fused', 100, 60],
      ['webgpu', 3000, 5],
    ]);
    const { kind, times } = await choose();
    expect(kind).toBe('webgpu');
    expect(times).toEqual([
      { kind: 'fused', first: 100, step: 60, session: 6040 },
      { kind: 'webgpu', first: 3000, step: 5, session: 3495 },
    ]);
  });

  it('leaves a GPU whose compilation its faster steps do not repay', async () => {
    const { choose } = candidates([
      ['fused', 30, 20],
      ['webgpu', 1900, 2],
    ]);
    expect((await choose()).kind).toBe('fused');
  });

  it('passes over a candidate that does not start, and goes on to the next', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { started, choose } = candidates([
      ['fused', 30, 400],
      ['webgpu', Number.POSITIVE_INFINITY, 1],
      ['wasm', 30, 40],
    ]);
    expect((await choose()).kind).toBe('wasm');
    expect(started).toEqual(['fused', 'webgpu', 'wasm']);
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });
});

describe('the choice of a trainer', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('measures each size of network once, and tries no GPU for a small one', async () => {
    const requestAdapter = vi.fn(async () => ({ info: { architecture: 'ampere' } }));
    vi.stubGlobal('navigator', { gpu: { requestAdapter } });
    // A clock that stands still: everything is fast.
    const choose = (count: number, dim?: number) => chooseTrainer(catalog(count, dim), {}, () => 0);
    const first = await choose(60);
    expect(first.kind).toBe('fused');
    expect(first.times.map(({ kind }) => kind)).toEqual(['fused']);
    expect(await choose(90)).toBe(first);
    expect(await choose(60, 9)).not.toBe(first);
    expect(requestAdapter).toHaveBeenCalledTimes(2);
  });

  it('takes what is named, and the fused one unmeasured where there is nothing to train on', async () => {
    expect(await chooseTrainer(catalog(60), { trainer: 'fused' })).toMatchObject({ kind: 'fused', times: [] });
    expect(await chooseTrainer(catalog(60), { trainer: 'tfjs', backend: 'cpu' })).toMatchObject({
      kind: 'cpu',
      times: [],
    });
    expect(await chooseTrainer(catalog(2, 7))).toMatchObject({ kind: 'fused', times: [] });
  });
});
