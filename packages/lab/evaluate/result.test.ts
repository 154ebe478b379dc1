import { expect, it } from 'vitest';
import { type ProtocolRun, parseRun } from './result';

const run: ProtocolRun = {
  protocol: 'device',
  seed: 2,
  setting: 'a few',
  tables: [
    {
      name: 'device',
      unit: 'window',
      firstWindow: 6,
      unitNames: ['a'],
      reference: 'base',
      methods: [
        {
          name: 'base',
          units: [{ events: 3, hr10: 0.5, ndcg10: 0.25, mrr: 0.2, lnRank: 4, ranks: [1, 55] }],
          figures: { size: 1 },
        },
        { name: 'other', units: [{ events: 0, hr10: NaN, ndcg10: NaN, mrr: NaN, lnRank: NaN }] },
      ],
    },
  ],
  figures: { ratio: 1.5 },
};

it('round-trips through JSON, including means of nothing', () => {
  expect(parseRun(JSON.stringify(run))).toEqual(run);
});

it.each([
  ['[', 'not JSON'],
  ['{}', 'protocol'],
  [JSON.stringify({ ...run, tables: [{ ...run.tables[0], unit: 'crowd' }] }), 'tables.0.unit'],
  [JSON.stringify({ ...run, tables: [{ ...run.tables[0], firstWindow: 1 }] }), 'tables.0.firstWindow'],
])('refuses %s', (text, why) => {
  expect(() => parseRun(text)).toThrow(why);
});
