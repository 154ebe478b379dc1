import { beforeAll, expect, test } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { startCompute } from '../../../cli/training';
import { reportBody, reportLine } from '../../evaluate/report';
import { mergeRuns, type ProtocolRun, summary } from '../../evaluate/result';
import type { EvaluateInput } from './input';
import { leaveOneOutProtocol } from './leave-one-out';

const ITEMS = 30;
let bundle: Bundle;
beforeAll(async () => {
  const { sink, fetchFile } = memoryBundle();
  const items = Array.from({ length: ITEMS }, (_, row) => makeItem(`i${row}`));
  await writeBundle(await bundleContent(items), sink);
  bundle = await openBundle(fetchFile);
});

const runLeaveOneOutProtocol = async (of: EvaluateInput): Promise<ProtocolRun> => {
  const { measure, report } = leaveOneOutProtocol(of);
  return { protocol: 'leave-one-out', seed: of.seed, figures: {}, ...report([await measure({ index: 0, of: 1 })]) };
};

/** Users who walk through a ring of the items; the last one ends at an item that nobody else chose. */
function input(more: Partial<EvaluateInput> = {}): EvaluateInput {
  const events = Array.from({ length: 40 }, (_, user) =>
    Array.from({ length: 5 }, (_, n) => ({ user: `u${user}`, item: `i${(user * 7 + n) % (ITEMS - 1)}`, time: n })),
  ).flat();
  events[events.length - 1].item = `i${ITEMS - 1}`;
  const meter = { start() {}, advance() {}, stop() {} };
  return {
    bundle,
    folder: '',
    rowOf: new Map(bundle.items.map(({ id }, row) => [id, row])),
    seed: 1,
    past: 0.6,
    half: 'all',
    events: events.sort((a, b) => a.time - b.time),
    models: '',
    meter,
    say() {},
    ...more,
  };
}

test('ranks the last choice of every user, with settings and errors of each method', async () => {
  const run = await runLeaveOneOutProtocol(input({ methods: ['item-knn', 'ease'] }));
  expect(run.setting).toContain('the last choice of 40 shoppers, ranked among all 30 items');
  expect(run.tables.map(({ name, reference }) => [name, reference])).toEqual([
    ['leave-one-out', 'popularity'],
    ['against ease', 'ease'],
    ['old items', 'popularity'],
    ['new items', 'popularity'],
  ]);
  const found = summary(mergeRuns([run]));
  expect(found.tables.map(({ choices }) => choices)).toEqual([40, 40, 39, 1]);
  const line = JSON.parse(reportLine(found, { refused: 0 }));
  expect(line.methods.map(({ name }: { name: string }) => name)).toEqual(['popularity', 'item-knn', 'ease']);
  expect(line.methods[1]).toMatchObject({
    settings: { shrinkage: expect.any(Number), neighbours: expect.any(Number) },
    recall10: line.methods[1].hr10,
    ndcg10: expect.any(Number),
    ndcg10Se: expect.any(Number),
    seconds: expect.any(Number),
    validationNdcg10: expect.any(Number),
  });
  expect(line.methods[1].settings).toHaveProperty('halfLife');
  expect(line.methods[1].recall10).toBeGreaterThan(line.methods[0].recall10);
  expect(Object.keys(line.tables)).toEqual(['against ease', 'old items', 'new items']);
  expect(reportBody(found)).toMatch(/^- Settings of ease: lambda \d+, half life (none|[\d.]+)$/m);
});

test('the parts of several processes make the same run, and a few shoppers are an even selection', async () => {
  const some = input({ methods: ['item-knn', 'vsknn'], shoppers: 10 });
  const { parts: countOf, measure, report } = leaveOneOutProtocol(some);
  expect([1, 2].map((share) => countOf?.(share))).toEqual([1, 3]);
  const parts = await Promise.all([0, 1, 2].map((index) => measure({ index, of: 3 })));
  const [divided, whole] = [report(parts), await runLeaveOneOutProtocol(some)];
  expect(divided.tables.map(({ methods }) => methods.map(({ name, units }) => [name, units]))).toEqual(
    whole.tables.map(({ methods }) => methods.map(({ name, units }) => [name, units])),
  );
  expect(divided.tables[0].methods[0].units).toHaveLength(10);
});

test('with --published nothing learns the last choice but one, which is history', async () => {
  const quality = async (published: boolean) => {
    const run = await runLeaveOneOutProtocol(input({ methods: ['graph'], published }));
    expect(run.setting).toContain(published ? 'not learned' : 'also learned');
    return run.tables[0].methods[0].units.map(({ lnRank }) => lnRank);
  };
  const [all, less] = [await quality(false), await quality(true)];
  expect(less).toHaveLength(all.length);
  // Even popularity counts fewer choices.
  expect(less).not.toEqual(all);
});

test('ranks by the learner of a page, which starts without a profile for each user', async () => {
  await startCompute();
  const run = await runLeaveOneOutProtocol(input({ methods: ['sidestream'] }));
  const [popularity, sidestream] = JSON.parse(reportLine(summary(mergeRuns([run])), { refused: 0 })).methods;
  expect([popularity.name, sidestream.name]).toEqual(['popularity', 'sidestream']);
  expect(sidestream.settings).toEqual({ width: 64, epochs: 16 });
  // Each user continues to the next item of a ring.
  expect(sidestream.hr10).toBeGreaterThan(0.9);
  expect(sidestream.hr10).toBeGreaterThan(popularity.hr10);
}, 60_000);

test('refuses unknown methods and a log in which nobody can be ranked', () => {
  expect(() => leaveOneOutProtocol(input({ methods: ['base'] }))).toThrow(
    'There is no method base here; choose of all, popularity, item-knn, ease, vsknn, graph, side, sidestream.',
  );
  const few = input().events.filter(({ time }) => time < 2);
  expect(() => leaveOneOutProtocol(input({ events: few }))).toThrow('Nobody can be ranked');
});
