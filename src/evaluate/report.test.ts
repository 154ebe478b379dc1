import { expect, it } from 'vitest';
import type { MethodResult } from './metrics';
import { reportLine, reportTable, withResults } from './report';

const method = (name: string, lnRankChange: number): MethodResult => ({
  name,
  hr10: 0.0512345,
  ndcg10: 0.025,
  mrr: 0.0301,
  lnRank: 5.5,
  lnRankChange,
  se: 0.02,
  worse: 0.041,
});

it('prints one line of JSON and one row per method', () => {
  const methods = [method('popularity', 0), method('terms', -0.37)];
  const parsed = JSON.parse(reportLine('device', methods));
  expect(parsed.protocol).toBe('device');
  expect(parsed.methods[1]).toMatchObject({ name: 'terms', hr10: 0.0512, lnRankChange: -0.37 });
  const table = reportTable(methods, 'popularity').split('\n');
  expect(table).toHaveLength(4);
  expect(table[3]).toMatch(/terms +\| 5\.12 +\| 2\.50 .*−0\.370 ± 0\.020 +\| 4 %/);
  expect(new Set(table.map((row) => row.length)).size).toBe(1);
});

it('replaces the section of a protocol and leaves the others alone', () => {
  const one = withResults('', 'device', 'first');
  expect(one).toBe('# Results\n\n## device\n\nfirst\n');
  const two = withResults(one, 'drift', 'second');
  const three = withResults(two, 'device', 'third');
  expect(three).toBe('# Results\n\n## device\n\nthird\n\n## drift\n\nsecond\n');
});
