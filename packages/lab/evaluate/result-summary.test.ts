import { expect, it } from 'vitest';
import type { Quality } from './quality';
import { type KeptResults, keptText, type MergedRun, parseKept, summary } from './result';

const quality = (lnRank: number, events = 1): Quality => ({
  events,
  hr10: 0.1,
  ndcg10: 0.123456,
  mrr: 0.1,
  lnRank,
});
const merged: MergedRun = {
  protocol: 'pooled',
  seeds: [1],
  setting: 'two windows',
  figures: { ratio: 1.23456 },
  tables: [
    {
      name: 'pooled',
      unit: 'window',
      firstWindow: 6,
      reference: 'base',
      methods: [
        { name: 'base', units: [quality(5), quality(6), quality(Number.NaN, 0)] },
        { name: 'other', units: [quality(4), quality(7.5), quality(1)], figures: { size: 3 } },
      ],
    },
  ],
};

it('compares the methods of a table with its reference, over the units in which something was ranked', () => {
  const { tables, ...rest } = summary(merged);
  expect(rest).toEqual({ protocol: 'pooled', seeds: [1], setting: 'two windows', figures: { ratio: 1.23456 } });
  const [base, other] = tables[0].methods;
  expect(base).toMatchObject({ lnRankChange: 0, se: 0, worse: 0, figures: {} });
  expect(other).toMatchObject({ lnRank: 5.75, lnRankChange: 0.25, worse: 0.5, figures: { size: 3 } });
  expect(other.windows).toHaveLength(3);
});

it('leaves out a table in which nothing was ranked, except the first', () => {
  const [table] = merged.tables;
  const nothing = { ...table, methods: [{ name: 'base', units: [quality(Number.NaN, 0)] }] };
  const names = (...tables: MergedRun['tables']): string[] =>
    summary({ ...merged, tables }).tables.map(({ name }) => name);
  expect(names(table, { ...nothing, name: 'new items' })).toEqual(['pooled']);
  expect(names(nothing, { ...table, name: 'old items' })).toEqual(['pooled', 'old items']);
});

it('refuses a table without its reference', () => {
  const tables = [{ ...merged.tables[0], reference: 'gone' }];
  expect(() => summary({ ...merged, tables })).toThrow('lacks the method gone');
});

it('keeps results as text, rounded, and reads them back', () => {
  const kept: KeptResults = { pooled: { ...summary(merged), date: '2026-01-31', command: 'sidestream evaluate' } };
  const text = keptText(kept);
  expect(text).toContain('"windows": [0.1235, 0.1235, 0.1235]');
  const back = parseKept(text);
  expect(back.pooled.tables[0].firstWindow).toBe(6);
  expect(back.pooled.figures).toEqual({ ratio: 1.2346 });
  expect(back.pooled.tables[0].methods[1].lnRank).toBe(5.75);
  expect(keptText(back)).toBe(text);
  // Results from before 0.3 lack it.
  expect(back.pooled.tables[0].methods[1]).not.toHaveProperty('worseBeyondError');
  back.pooled.tables[0].methods[1].worseBeyondError = 0.25;
  expect(parseKept(keptText(back))).toEqual(back);
  expect(() => parseKept('{"pooled": 1}')).toThrow('cannot be used: pooled: ');
  expect(() => parseKept('no')).toThrow('not JSON');
});
