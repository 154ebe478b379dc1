import { describe, expect, it } from 'vitest';
import { atLeast, atMost, machine, parseKeptBench, parseMeasured, within } from './kept';
import { barTable, benchPage } from './report';

const measured = 'a 4 ms, b 8 ms';
const bars = [
  atLeast('a against b', 1.5, 2, measured),
  atMost('b against a', 1.5, 2, measured),
  within('list', 5, 4, 'ms'),
];

describe('bars', () => {
  it('are met at the bound and beyond it', () => {
    expect(bars.map(({ met }) => met)).toEqual([true, false, true]);
    expect(atLeast('a', 2, 2, '').met).toBe(true);
    expect(atMost('a', 2, 2, '').met).toBe(true);
  });

  it('are missed by a value that is not a number', () => {
    expect(atLeast('a', 2, Number.NaN, '').met).toBe(false);
    expect(atMost('a', 2, Number.NaN, '').met).toBe(false);
  });

  it('express a value as its share of the limit, with both in words', () => {
    expect(within('list', 5, 4, 'ms', 'p95')).toMatchObject({ ratio: 0.8, bar: 1, measured: '4 ms of 5 ms; p95' });
  });
});

describe('a kept result', () => {
  const kept = { scoring: { ...parseMeasured(JSON.stringify({ title: 'Scoring', bars })), machine: machine() } };

  it('reads its own output', () => {
    expect(parseKeptBench(JSON.stringify(kept))).toEqual(kept);
  });

  it('refuses unknown content', () => {
    expect(() => parseKeptBench(JSON.stringify({ scoring: { ...kept.scoring, more: 1 } }))).toThrow('more');
  });

  it('has numeric figures', () => {
    const broken = [{ ...bars[0], ratio: Number.NaN }];
    expect(() => parseMeasured(JSON.stringify({ title: 'Scoring', bars: broken }))).toThrow('Expected number');
  });

  it('stands beside the bars of a later run', () => {
    const before = [{ ...bars[0], ratio: 1.75 }];
    const [, first, second] = barTable(bars, before).split('\n');
    expect(first).toMatch(/2\.00 {2}≥ 1\.5 .*met .*1\.75 /);
    expect(second).toMatch(/2\.00 {2}≤ 1\.5 .*MISSED .*– /);
  });

  it('lists the missed bars on its page', () => {
    expect(benchPage(kept)).toMatch(/\| b against a \| 2\.00 +\| ≤ 1\.5 +\| \*\*missed\*\* \| a 4 ms, b 8 ms +\|/);
  });
});
