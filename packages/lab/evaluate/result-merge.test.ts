import { expect, it } from 'vitest';
import type { Quality } from './quality';
import type { ProtocolRun } from './result';
import { mergeRuns } from './result';

const quality = (events: number, value: number): Quality => ({
  events,
  hr10: value,
  ndcg10: value / 2,
  mrr: value / 4,
  lnRank: 10 * value,
});
const run = (seed: number, units: Quality[], figures: Record<string, number>): ProtocolRun => ({
  protocol: 'device',
  seed,
  setting: 'a few',
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
  // Nothing was ranked with one seed, so only the other one counts.
  expect(units[1]).toEqual(quality(5, 0.1));
});

it('averages the ln rank of each choice, if all seeds have the same choices', () => {
  const ranked = (seed: number, ranks: number[]): ProtocolRun =>
    run(seed, [{ ...quality(ranks.length, 0.5), ranks }, quality(3, 0.1)], {});
  const unitsOf = (...runs: ProtocolRun[]): Quality[] => mergeRuns(runs).tables[0].methods[0].units;
  const [unit, other] = unitsOf(ranked(1, [1, 4, 9]), ranked(2, [1, 9, 9]));
  expect(unit.ranks).toEqual([1, expect.closeTo(6), expect.closeTo(9)]);
  expect(other).not.toHaveProperty('ranks');
  expect(unitsOf(ranked(1, [1, 4]), ranked(2, [1]))[0]).not.toHaveProperty('ranks');
});

it('averages named units only if they are the same in several seeds', () => {
  const named = (seed: number, unitNames: string[], values: number[]): ProtocolRun => {
    const one = run(
      seed,
      values.map((value) => quality(value === 0 ? 0 : 10, value === 0 ? Number.NaN : value)),
      {},
    );
    return { ...one, tables: one.tables.map((table) => ({ ...table, unitNames })) };
  };
  const merged = mergeRuns([named(1, ['x, y', 'y, z', 'z, x'], [0.2, 0.4, 0]), named(2, ['y, z', 'u, v'], [0.2, 0.1])]);
  expect(merged.tables[0].unitNames).toEqual(['x, y', 'y, z', 'z, x', 'u, v']);
  const hr10 = merged.tables[0].methods[0].units.map((unit) => unit.hr10);
  expect(hr10.map((value) => value.toFixed(2))).toEqual(['0.20', '0.30', 'NaN', '0.10']);
  expect(() => mergeRuns([named(1, ['x, y'], [0.1, 0.2]), named(2, ['x, y'], [0.1])])).toThrow('have no name');
});

it('has the settings of the first seed', () => {
  const chosen = (seed: number, halfLife: number | null): ProtocolRun => {
    const one = run(seed, [quality(1, 0.1)], {});
    const methods = one.tables[0].methods.map((method) => ({ ...method, settings: { halfLife } }));
    return { ...one, tables: [{ ...one.tables[0], methods }] };
  };
  const merged = mergeRuns([chosen(1, null), chosen(2, 4)]);
  expect(merged.tables[0].methods[0].settings).toEqual({ halfLife: null });
});

it('refuses runs that do not belong together', () => {
  const one = run(1, [quality(1, 0.1)], {});
  expect(() => mergeRuns([one, { ...one, setting: 'many' }])).toThrow('different settings');
  expect(() => mergeRuns([one, { ...one, seed: 2, tables: [] }])).toThrow('lacks base of the table device');
  expect(() => mergeRuns([one, run(2, [], {})])).toThrow('the same units');
});
