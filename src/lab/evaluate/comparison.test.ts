import { expect, it } from 'vitest';
import { comparison } from './report';
import type { MethodSummary, ProtocolSummary } from './result';

const method = (name: string, lnRank: number, worseBeyondError?: number): MethodSummary => ({
  name,
  hr10: 0.1,
  ndcg10: 0.05,
  mrr: 0.04,
  lnRank,
  lnRankChange: lnRank - 5,
  se: 0.02,
  ndcg10Change: 0.01,
  ndcg10Se: 0.002,
  worse: 0.1,
  figures: {},
  ...(worseBeyondError === undefined ? {} : { worseBeyondError }),
});
const table = (name: string, ...methods: MethodSummary[]): ProtocolSummary['tables'][number] => ({
  name,
  unit: 'shopper',
  reference: 'base',
  methods: [method('base', 5), ...methods],
});
const before: ProtocolSummary = {
  protocol: 'device',
  setting: 'a few',
  seeds: [1],
  tables: [table('device', method('sidestream', 4.5))],
  figures: { newOverOld: 1.5 },
};
const now: ProtocolSummary = {
  ...before,
  tables: [table('device', method('sidestream', 4.25, 0.03)), table('new items', method('sidestream', 4))],
  figures: { newOverOld: 1.25, ndcgOverEase: 1.1, 'experts few events': -0.1 },
};

it('puts earlier results beside the present ones, line by line', () => {
  const rows = comparison(before, now, 'sidestream')
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  expect(rows[0]).toEqual(['sidestream', 'before', 'now']);
  expect(rows).toContainEqual(['ln rank against base', '−0.500 ± 0.020', '−0.750 ± 0.020']);
  expect(rows).toContainEqual(['beyond error', '', '3 %']);
  expect(rows).toContainEqual(['new items: ln rank', '', '4.000']);
  expect(rows).toContainEqual(['new over old (ratio)', '1.5', '1.25']);
  expect(rows).toContainEqual(['ndcg over ease (ratio)', '', '1.1']);
  expect(rows).toHaveLength(2 + 7 + 7 + 2);
});

it('leaves out tables without the method, and tables that compare with it', () => {
  const without = { ...now, tables: [table('device'), { ...now.tables[1], reference: 'sidestream' }], figures: {} };
  expect(comparison(before, without, 'sidestream').split('\n')).toHaveLength(2);
});

it('refuses another protocol', () => {
  expect(() => comparison({ ...before, protocol: 'drift' }, now, 'sidestream')).toThrow('by drift');
});
