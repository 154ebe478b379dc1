import { expect, test } from 'vitest';
import { openBundle, writeBundle } from '../../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { startCompute } from '../../../cli/training';
import { reportLine } from '../../evaluate/report';
import { mergeRuns, summary } from '../../evaluate/result';
import type { EvaluateInput } from './input';
import { nextBasketProtocol } from './next-basket';

const COUNT = 30;
const rowOf = new Map(Array.from({ length: COUNT }, (_, row) => [`i${row}`, row]));
/** Sixty shoppers with eight orders: a loaf of their own each time, and something else. */
const events = Array.from({ length: 60 }, (_, user) =>
  Array.from({ length: 8 }, (_, order) =>
    [user % 10, 10 + ((7 * user + 3 * order) % 20)].map((row) => ({
      user: `u${user}`,
      item: `i${row}`,
      time: 1e8 * order,
    })),
  ),
)
  .flat(2)
  .sort((a, b) => a.time - b.time);

async function input(more: Partial<EvaluateInput> = {}): Promise<EvaluateInput> {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(Array.from({ length: COUNT }, (_, row) => makeItem(`i${row}`))), sink);
  return {
    bundle: await openBundle(fetchFile),
    folder: '',
    events,
    rowOf,
    past: 0.6,
    half: 'all',
    seed: 1,
    models: '',
    meter: { start() {}, advance() {}, stop() {} },
    say() {},
    ...more,
  };
}

async function methodsOf(of: EvaluateInput) {
  const { measure, report } = nextBasketProtocol(of);
  const found = report([await measure({ index: 0, of: 1 })]);
  const run = { protocol: 'next-basket', seed: of.seed, figures: {}, ...found };
  const { methods } = JSON.parse(reportLine(summary(mergeRuns([run])), { refused: 0 }));
  return {
    found,
    methods: new Map<string, { hr10: number; basketNdcg10: number }>(
      methods.map((of: { name: string }) => [of.name, of]),
    ),
  };
}

test('ranks the last order among all items, and methods that count repeats find them', async () => {
  await startCompute();
  const { found, methods } = await methodsOf(await input());
  expect(found.setting).toBe('the last order of 60 shoppers, ranked among all 30 items, those bought before included');
  expect([...methods.keys()]).toEqual(['popularity', 'gp-top-freq', 'up-cf', 'tifu-knn', 'terms', 'sidestream']);
  for (const name of ['gp-top-freq', 'tifu-knn', 'terms', 'sidestream'] as const) {
    expect(methods.get(name)?.hr10, name).toBeGreaterThan(0.45);
    expect(methods.get(name)?.basketNdcg10, name).toBeGreaterThan(methods.get('popularity')?.basketNdcg10 ?? 1);
  }
}, 60_000);

test('ranks fewer shoppers on request, and refuses a log without two orders of anybody', async () => {
  const { found } = await methodsOf(await input({ shoppers: 7, methods: ['gp-top-freq'] }));
  expect(found.tables[0].methods.map(({ name, units }) => [name, units.length])).toEqual([
    ['popularity', 7],
    ['gp-top-freq', 7],
  ]);
  const once = await input({ events: events.filter(({ time }) => time === 0) });
  expect(() => nextBasketProtocol(once)).toThrow('no shopper has two orders');
});
