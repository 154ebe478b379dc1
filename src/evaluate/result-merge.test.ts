import { expect, it } from 'vitest';
import type { Quality } from './metrics';
import type { ProtocolRun } from './result';
import { mergeRuns } from './result-merge';

const quality = (events: number, value: number): Quality => ({
  ...{ events, hr10: value, ndcg10: value / 2, mrr: value / 4, lnRank: 10 * value },
});
const run = (seed: number, units: Quality[], figures: Record<string, number>): ProtocolRun => ({
  ...{ protocol: 'device', seed, setting: 'a few' },
  tables: [
    { name: 'device', unit: 'window', firstWindow: 6, reference: 'base', methods: [{ name: 'base', units, figures }] },
  ],
  figures: { ratio: seed },
});

it('averages each unit and each figure over the seeds', () => {
  const none = quality(0, Number.NaN);
  const { seeds, tables, figures, ...rest } = mergeRuns([
    run(1, [quality(10, 0.2), none], { size: 4 }),
    run(3, [quality(20, 0.4), quality(5, 0.1)], { size: 8, late: 7 }),
  ]);
  expect(rest).toEqual({ protocol: 'device', setting: 'a few' });
  expect(seeds).toEqual([1, 3]);
  expect(figures).toEqual({ ratio: 2 });
  expect(tables[0]).toMatchObject({ name: 'device', unit: 'window', firstWindow: 6, reference: 'base' });
  const [{ units, figures: own }] = tables[0].methods;
  expect(own).toEqual({ size: 6, late: 7 });
  expect(units[0].events).toBe(15);
  expect(units[0].ndcg10).toBeCloseTo(0.15);
  expect(units[0].lnRank).toBeCloseTo(3);
  // Nothing was ranked with one seed, so the other one says all.
  expect(units[1]).toEqual(quality(5, 0.1));
});

it('refuses runs that do not belong together', () => {
  const one = run(1, [quality(1, 0.1)], {});
  expect(() => mergeRuns([])).toThrow('there is none');
  expect(() => mergeRuns([one, { ...one, protocol: 'drift' }])).toThrow('several protocols');
  expect(() => mergeRuns([one, { ...one, setting: 'many' }])).toThrow('several settings');
  expect(() => mergeRuns([one, one])).toThrow('seed 1 is there twice');
  expect(() => mergeRuns([one, { ...one, seed: 2, tables: [] }])).toThrow('lacks base of the table device');
  expect(() => mergeRuns([one, run(2, [], {})])).toThrow('the same units');
});
