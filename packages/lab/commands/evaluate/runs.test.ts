import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import type { ProtocolRun } from '../../evaluate/result';
import type { EvaluateInput } from './input';
import { keptRun, type Protocol, runSeeds } from './runs';

let bundle: Bundle;
let folder: string;
beforeAll(async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent([makeItem('a')]), sink);
  bundle = await openBundle(fetchFile);
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

const input = (more: Partial<EvaluateInput> = {}): EvaluateInput => ({
  bundle,
  folder: '',
  events: [{ user: 'u', item: 'a', time: 1 }],
  rowOf: new Map(),
  seed: 1,
  past: 0.6,
  half: 'all',
  models: '',
  meter: { start() {}, advance() {}, stop() {} },
  say() {},
  ...more,
});

it('evaluates a run once, and again if any part of the request differs', async () => {
  let evaluated = 0;
  const evaluate = async (): Promise<ProtocolRun> => {
    evaluated++;
    return { protocol: 'device', seed: 1, setting: 'a few', tables: [], figures: { ratio: evaluated } };
  };
  const run = (more: Partial<EvaluateInput> = {}, protocol = 'device'): Promise<ProtocolRun> =>
    keptRun(folder, protocol, input(more), evaluate);
  const first = await run();
  expect(await run()).toEqual(first);
  expect(evaluated).toBe(1);
  await run({ seed: 2 });
  await run({ half: 'report' });
  await run({ methods: ['terms'] });
  await run({ shoppers: 3 });
  await run({ past: 0.5 });
  await run({ events: [{ user: 'u', item: 'a', time: 2 }] });
  await run({}, 'drift');
  expect(evaluated).toBe(8);
  expect(await readdir(folder)).toHaveLength(8);
  await keptRun(undefined, 'device', input(), evaluate);
  expect(evaluated).toBe(9);
});

it('refuses a file that is not a run', async () => {
  const other = join(folder, 'bad');
  const evaluate = async (): Promise<ProtocolRun> => ({
    protocol: 'device',
    seed: 1,
    setting: '',
    tables: [],
    figures: {},
  });
  await keptRun(other, 'device', input(), evaluate);
  for (const file of await readdir(other)) await writeFile(join(other, file), '{');
  await expect(keptRun(other, 'device', input(), evaluate)).rejects.toMatchObject({ code: 'runtime/invalid-input' });
});

/** Records the tasks; all seeds use the file `shared` of the past. */
const fakeProtocol =
  (models: string, done: string[]): Protocol =>
  ({ seed }) => ({
    pastFiles: async () =>
      ['shared', `of-seed-${seed}`].map((name) => ({
        path: join(models, name),
        make: async () => {
          done.push(name);
          await writeFile(join(models, name), name);
        },
      })),
    measure: async ({ index, of }) => {
      done.push(`seed ${seed}, ${index} of ${of}`);
      if (seed === 13) throw new Error('this seed fails');
      return `${seed}`;
    },
    report: (parts) => ({ setting: parts.join(), tables: [] }),
  });

const seedsRequest = (protocol: Protocol, seeds: number[]): Parameters<typeof runSeeds>[0] => ({
  protocol: 'device',
  seeds,
  processes: 1,
  evaluationOf: (seed) => protocol(input({ seed })),
  kept: (_, evaluate) => evaluate(),
  command: [],
  say() {},
  meter: () => ({ start() {}, advance() {}, stop() {} }),
});

it('learns the missing files of the past once, before the seeds that read them', async () => {
  const models = await mkdtemp(join(folder, 'models-'));
  const done: string[] = [];
  const request = seedsRequest(fakeProtocol(models, done), [3, 5]);
  const runs = await runSeeds(request);
  expect(runs.map(({ seed, setting }) => [seed, setting])).toEqual([
    [3, '3'],
    [5, '5'],
  ]);
  expect(done.toSorted()).toEqual(['of-seed-3', 'of-seed-5', 'seed 3, 0 of 1', 'seed 5, 0 of 1', 'shared']);
  expect(done.indexOf('shared')).toBeLessThan(done.findIndex((what) => what.startsWith('seed')));
  done.length = 0;
  await runSeeds(request);
  expect(done).toEqual(['seed 3, 0 of 1', 'seed 5, 0 of 1']);
});

it('ends with the first failure, and starts no waiting task', async () => {
  const models = await mkdtemp(join(folder, 'models-'));
  const done: string[] = [];
  await expect(runSeeds(seedsRequest(fakeProtocol(models, done), [13, 1, 2]))).rejects.toThrow('this seed fails');
  const before = done.length;
  await new Promise((resolve) => setTimeout(resolve));
  expect(done).toHaveLength(before);
  expect(done.filter((what) => /^seed (1|2),/.test(what))).toEqual([]);
});
