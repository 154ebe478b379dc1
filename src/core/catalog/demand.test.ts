import { describe, expect, it } from 'vitest';
import { type Demand, decodeDemand, encodeDemand, pickDemand } from './demand';

const DEMAND: Demand = {
  choices: Float32Array.of(0, 1, 90_000),
  recent: Float32Array.of(0, 0.25, 31.5),
  repeats: {
    share: 0.3,
    interval: 20,
    shares: Float32Array.of(0, 0.1, 0.9),
    intervals: Float32Array.of(0.5, 20, 400),
  },
};

/** Largest relative error of the columns. */
function error(before: Demand, after: Demand): number {
  const columns = ({ choices, recent, repeats }: Demand): number[] => [
    ...choices,
    ...recent,
    ...(repeats?.shares ?? []),
    ...(repeats?.intervals ?? []),
  ];
  const stored = columns(after);
  return Math.max(...columns(before).map((value, n) => Math.abs(stored[n] - value) / (1 + value)));
}

describe('the demand for the items, as a file', () => {
  it('round-trips to a ten thousandth', () => {
    const { repeats, ...plain } = DEMAND;
    const read = decodeDemand(encodeDemand(DEMAND, 3).buffer, 3, repeats);
    expect(read.repeats).toMatchObject({ share: 0.3, interval: 20 });
    expect(error(DEMAND, read)).toBeLessThan(1e-4);
    const without = decodeDemand(encodeDemand(plain, 3).buffer, 3);
    expect(without.repeats).toBeUndefined();
    expect(error(plain, without)).toBeLessThan(1e-4);
    const nothing = { choices: new Float32Array(2), recent: new Float32Array(2) };
    expect(decodeDemand(encodeDemand(nothing, 2).buffer, 2)).toEqual(nothing);
  });

  it('follows its items into another order', () => {
    const { choices, repeats } = pickDemand(DEMAND, [2, 0, 1]);
    expect([...choices]).toEqual([90_000, 0, 1]);
    expect([...(repeats?.intervals ?? [])]).toEqual([400, 0.5, 20]);
    expect(repeats?.interval).toBe(20);
  });

  it('is refused if it is for other items, truncated, out of range, or inconsistent with the manifest', () => {
    const invalid = expect.objectContaining({ code: 'bundle/invalid' });
    const bytes = encodeDemand(DEMAND, 3);
    const { repeats } = DEMAND;
    const broken = bytes.slice();
    new DataView(broken.buffer).setFloat32(8, Number.NaN, true);
    const extreme = bytes.slice();
    new DataView(extreme.buffer).setFloat32(8, 3e38, true);
    for (const read of [
      () => decodeDemand(extreme.buffer, 3, repeats),
      () => encodeDemand({ ...DEMAND, recent: Float32Array.of(1, 3e38, 1) }, 3),
      () => decodeDemand(bytes.buffer, 4, repeats),
      () => decodeDemand(bytes.buffer, 3),
      () => decodeDemand(bytes.slice(0, -1).buffer, 3, repeats),
      () => decodeDemand(new ArrayBuffer(4), 3, repeats),
      () => decodeDemand(broken.buffer, 3, repeats),
      () => encodeDemand(DEMAND, 2),
      () => encodeDemand({ ...DEMAND, recent: Float32Array.of(1, Number.NaN, 1) }, 3),
      () => encodeDemand({ ...DEMAND, recent: Float32Array.of(1, -1, 1) }, 3),
    ]) {
      expect(read).toThrow(invalid);
    }
  });
});
