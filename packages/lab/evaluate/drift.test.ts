import { describe, expect, it } from 'vitest';
import { type DeviceMethod, evaluateDevice } from './device';
import { DRIFT_PHASES, DRIFT_RANKED, type SplicedStream, splicedPairs } from './drift';
import type { RankedStream } from './measurement';
import { type Quality, streamQualities } from './quality';
import type { Shopper } from './shoppers';

/** Shoppers of 80 events each on items of their own, one event per minute, the fifth taking ten. */
const shoppers = Array.from({ length: 5 }, (_, s): Shopper => {
  const rows = Array.from({ length: 80 }, (_, n) => s * 100 + n);
  return { id: `s${s}`, rows, times: rows.map((_, n) => 1e6 * s + n * (s === 4 ? 10 : 1) * 60_000) };
});

describe('splicedPairs', () => {
  it('joins the first events of X, of Y, and the next of X', () => {
    const [{ rows, times, shifts, id }] = splicedPairs(shoppers, 1, 1, () => 0);
    const [x, y] = [Math.floor(rows[0] / 100), Math.floor(rows[40] / 100)];
    expect(x).not.toBe(y);
    expect(id).toBe(`s${x}, s${y}, s${x}`);
    expect(shifts).toEqual([40, 80]);
    expect(rows.slice(0, 40)).toEqual(shoppers[x].rows.slice(0, 40));
    expect(rows.slice(40, 80)).toEqual(shoppers[y].rows.slice(0, 40));
    expect(rows.slice(80)).toEqual(shoppers[x].rows.slice(40));
    // The clock does not reveal the shift: Y starts when X's own next event would have come.
    const gap = shoppers[x].times[40] - shoppers[x].times[39];
    expect(times[40] - times[39]).toBe(gap);
    expect(times[80] - times[79]).toBe(gap);
    expect(times[41] - times[40]).toBe(shoppers[y].times[1] - shoppers[y].times[0]);
    expect(times).toHaveLength(120);
  });

  it('pairs everybody with everybody else once, by seed', () => {
    const all = splicedPairs(shoppers, 100, 3, () => 0).map(({ id }) => id);
    expect(new Set(all).size).toBe(20);
    expect(new Set(all.slice(0, 5).map((id) => id.slice(0, 2))).size).toBe(5);
    expect(splicedPairs(shoppers, 7, 3, () => 0).map(({ id }) => id)).toEqual(all.slice(0, 7));
    expect(splicedPairs(shoppers, 7, 4, () => 0).map(({ id }) => id)).not.toEqual(all.slice(0, 7));
    expect(() => splicedPairs(shoppers.slice(1, 2), 3, 1, () => 0)).toThrowError(
      expect.objectContaining({ code: 'runtime/invalid-input' }),
    );
  });

  it('takes as Y the shopper least like X, then the second least', () => {
    const number = ({ id }: Shopper): number => Number(id.slice(1));
    const likeness = (x: Shopper, y: Shopper): number => -Math.abs(number(x) - number(y));
    const pairs = splicedPairs(shoppers, 10, 1, likeness).map(({ id }) => id.split(', '));
    expect(new Set(pairs.slice(0, 5).map(([x]) => x)).size).toBe(5);
    const of = (x: string): string[] => pairs.filter(([first]) => first === x).map(([, y]) => y);
    expect(of('s0')).toEqual(['s4', 's3']);
    expect(of('s4')).toEqual(['s0', 's1']);
    expect(new Set(of('s2'))).toEqual(new Set(['s0', 's4']));
  });

  it('has a short return if X has no more events', () => {
    const short = shoppers.map(({ id, rows, times }) => ({ id, rows: rows.slice(0, 65), times: times.slice(0, 65) }));
    const [stream] = splicedPairs(short, 1, 1, () => 0);
    expect(stream.rows).toHaveLength(105);
    expect(stream.times).toHaveLength(105);
  });
});

describe('the ranked events of spliced streams', () => {
  /** Puts the item after the last one first. */
  const successor: DeviceMethod = {
    name: 'successor',
    start() {
      let last = -1;
      return {
        scores: () => Float32Array.from({ length: 500 }, (_, row) => (row === last + 1 ? 1 : 0)),
        observe(row) {
          last = row;
        },
      };
    },
  };

  /** Qualities of a phase. */
  const inPhase = (
    ranked: readonly RankedStream[],
    streams: readonly SplicedStream[],
    phase: keyof typeof DRIFT_PHASES,
  ): Quality[] => {
    const { from, to } = DRIFT_PHASES[phase];
    return streamQualities(ranked, streams, (_, place) => place >= from && place < to);
  };

  it('ranks the first 20 events of Y, the rest of Y, and 20 of X again', () => {
    const streams = splicedPairs(shoppers, 3, 1, () => 0);
    const [results] = evaluateDevice({ shoppers: streams, ...DRIFT_RANKED, methods: [successor] });
    const of = (phase: keyof typeof DRIFT_PHASES): Quality[] => inPhase(results.streams, streams, phase);
    for (const phase of ['first-20', 'later', 'return'] as const)
      expect(of(phase).map(({ events }) => events)).toEqual([20, 20, 20]);
    // Only the first event after each shift is not a successor.
    for (const { mrr } of of('later')) expect(mrr).toBe(1);
    for (const phase of ['first-20', 'return'] as const) {
      for (const { hr10 } of of(phase)) expect(hr10).toBeGreaterThanOrEqual(0.95);
      for (const { mrr } of of(phase)) expect(mrr).toBeLessThan(1);
    }
  });

  it('ranks no repeats; a stream without anything to rank keeps its place', () => {
    const [stream] = splicedPairs(shoppers, 1, 1, () => 0);
    const rows = [...stream.rows];
    for (let n = 40; n < 60; n++) rows[n] = rows[n - 40];
    rows[61] = rows[0];
    const streams = [{ ...stream, rows }];
    const [{ streams: ranked }] = evaluateDevice({ shoppers: streams, ...DRIFT_RANKED, methods: [successor] });
    expect(inPhase(ranked, streams, 'first-20').map(({ events }) => events)).toEqual([0]);
    expect(inPhase(ranked, streams, 'later')[0].events).toBe(19);
  });
});
