import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../catalog';
import type { ProtocolRun } from '../../evaluate';
import { bundleContent, makeItem, memoryBundle } from '../../testing/bundles';
import type { EvaluateInput } from './input';
import { keptRun } from './runs';

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
  ...{
    bundle,
    events: [{ user: 'u', item: 'a', time: 1 }],
    rowOf: new Map(),
    seed: 1,
    past: 0.6,
    half: 'all',
    models: '',
  },
  meter: { start() {}, advance() {}, stop() {} },
  say() {},
  ...more,
});

it('evaluates a run once, and again where any part of the request differs', async () => {
  let evaluated = 0;
  const evaluate = async ({ seed }: EvaluateInput): Promise<ProtocolRun> => {
    evaluated++;
    return { protocol: 'device', seed, setting: 'a few', tables: [], figures: { ratio: evaluated } };
  };
  const run = (more: Partial<EvaluateInput> = {}, protocol = 'device'): Promise<ProtocolRun> =>
    keptRun(folder, protocol, input(more), evaluate);
  const first = await run();
  expect(await run()).toEqual(first);
  expect(evaluated).toBe(1);
  await run({ seed: 2 });
  await run({ half: 'report' });
  await run({ methods: ['base'] });
  await run({ shoppers: 3 });
  await run({ past: 0.5 });
  await run({ events: [{ user: 'u', item: 'a', time: 2 }] });
  await run({}, 'drift');
  expect(evaluated).toBe(8);
  expect(await readdir(folder)).toHaveLength(8);
  await keptRun(undefined, 'device', input(), evaluate);
  expect(evaluated).toBe(9);
});

it('refuses a file that is no run', async () => {
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
