import { beforeAll, expect, test } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../catalog';
import { summary } from '../../evaluate';
import { bundleContent, makeItem, memoryBundle } from '../../testing/bundles';
import { startCompute } from '../../training/compute';
import type { EvaluateInput } from './input';
import { runOffline } from './offline';

const ITEMS = 60;
let bundle: Bundle;
beforeAll(async () => {
  await startCompute('wasm');
  const { sink, fetchFile } = memoryBundle();
  const items = Array.from({ length: ITEMS }, (_, row) => makeItem(`i${row}`));
  await writeBundle(await bundleContent(items), sink);
  bundle = await openBundle(fetchFile);
});

const said: string[] = [];
const meter = { total: 0, done: 0 };
function input(more: Partial<EvaluateInput> = {}, events = 240): EvaluateInput {
  [said.length, meter.total, meter.done] = [0, 0, 0];
  const log = Array.from({ length: events }, (_, n) => {
    const user = Math.floor(n / 30) + (n % 3);
    return { user: `u${user}`, item: `i${(n * 7 + user) % Math.min(ITEMS, 20 + Math.floor(n / 5))}`, time: n };
  });
  return {
    ...{ bundle, events: log, rowOf: new Map(), seed: 1, past: 0.6, half: 'all', models: '' },
    meter: {
      start: (_, total) => {
        meter.total = total;
      },
      advance: (count) => {
        meter.done += count;
      },
      stop() {},
    },
    say: (line) => said.push(line),
    ...more,
  };
}

test('reports every window, the models and new items', async () => {
  const run = await runOffline(input({ methods: ['content-knn', 'sidestream'] }));
  expect(run).toMatchObject({ protocol: 'pooled', seed: 1 });
  expect(run.tables.map(({ name }) => name)).toEqual(['pooled', 'models alone', 'new-items']);
  const [pooled, models] = run.tables;
  expect(pooled.methods.map(({ name }) => name)).toEqual(['popularity', 'content-knn', 'sidestream']);
  for (const { units } of pooled.methods) expect(units).toHaveLength(9);
  expect(models.methods.map(({ name }) => name)).toEqual(['popularity', 'sidestream']);
  const { parametersFirst, parametersLast, ...early } = pooled.methods[2].figures ?? {};
  expect(parametersLast).toBeGreaterThan(parametersFirst);
  expect(Object.keys(early)).toEqual(['earlyNdcg10', 'retentionNdcg10']);
  for (const value of Object.values(early)) expect(value).toBeGreaterThan(0);
  expect(pooled.methods[0].figures).toBeUndefined();
  expect(Object.keys(run.figures)).toEqual([
    'newOverOld',
    'newOverOldByContent',
    'newOverOldInListOfNew',
    'newOverOldWithKeptPlaces',
    'hr10ChangeWithKeptPlaces',
  ]);
  expect(run.figures.newOverOldInListOfNew).toBeGreaterThanOrEqual(run.figures.newOverOldWithKeptPlaces);
  expect(run.figures.newOverOldWithKeptPlaces).toBeGreaterThanOrEqual(run.figures.newOverOld);
  expect(meter.done).toBe(meter.total);
  expect(said).toHaveLength(27);
  // Every table has what it compares with.
  expect(summary({ ...run, seeds: [1] }).tables).toHaveLength(3);
});

test('a half is a range of windows, which the setting names', async () => {
  const methods = ['recency-popularity', 'companions'];
  const all = await runOffline(input({ methods }, 900));
  const [choose, report] = await Promise.all([
    runOffline(input({ methods, half: 'choose' }, 900)),
    runOffline(input({ methods, half: 'report' }, 900)),
  ]);
  expect(all.setting).toContain('windows 2 to 10 (half: all), sound only where no setting was chosen on them');
  expect(choose.setting).toContain('windows 2 to 5 (half: choose), to choose settings on');
  expect(report.setting).toContain(
    'windows 6 to 10 (half: report); the windows before are those to choose settings on',
  );
  expect([all, choose, report].map(({ tables }) => tables[0].firstWindow)).toEqual([2, 2, 6]);
  for (const [index, { units }] of all.tables[0].methods.entries()) {
    expect(choose.tables[0].methods[index].units).toEqual(units.slice(0, 4));
    expect(report.tables[0].methods[index].units).toEqual(units.slice(4));
  }
});

test('a window in which nothing is found counts in no figure', async () => {
  const log = input();
  // The third window is one choice that was made before, again and again.
  const events = log.events.map((event, n) => (n >= 48 && n < 72 ? { ...event, user: 'u0', item: 'i0' } : event));
  const run = await runOffline({ ...log, events, methods: ['sidestream'], half: 'choose' });
  const { units, figures } = run.tables[0].methods[1];
  expect(units.map(({ events: ranked }) => ranked > 0)).toEqual([true, false, true, true]);
  for (const value of Object.values({ ...figures, ...run.figures })) expect(value).not.toBeNaN();
});

test('without models it is short; a few users are an even selection', async () => {
  const run = await runOffline(input({ methods: ['recency-popularity'], shoppers: 12 }, 600));
  expect(run.tables).toHaveLength(1);
  expect(run.tables[0].methods.map(({ name }) => name)).toEqual(['popularity', 'recency-popularity']);
  expect(run.figures).toEqual({});
  expect(run.setting).toContain('of 12 users');
});

test('refuses a log too short for ten windows', async () => {
  await expect(runOffline(input({}, 150))).rejects.toMatchObject({ code: 'runtime/invalid-input' });
});
