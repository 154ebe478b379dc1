import { describe, expect, it } from 'vitest';
import { type Demand, decodeDemand, encodeDemand, pickDemand } from './demand';

const DEMAND: Demand = {
  choices: Float32Array.of(0, 1, 90_000),
  recent: Float32Array.of(0, 0.25, 31.5),
  repeats: 0.3,
};

/** Largest relative error of the columns. */
function error(before: Demand, after: Demand): number {
  const columns = ({ choices, recent }: Demand): number[] => [...choices, ...recent];
  const stored = columns(after);
  return Math.max(...columns(before).map((value, n) => Math.abs(stored[n] - value) / (1 + value)));
}

describe('the demand for the items, as a file', () => {
  it('round-trips to a ten thousandth', () => {
    expect(error(DEMAND, decodeDemand(encodeDemand(DEMAND).buffer, 3))).toBeLessThan(1e-4);
    const nothing = { choices: new Float32Array(2), recent: new Float32Array(2) };
    expect(decodeDemand(encodeDemand(nothing).buffer, 2)).toEqual(nothing);
  });

  it('follows its items into another order', () => {
    const { choices, repeats } = pickDemand(DEMAND, [2, 0, 1]);
    expect([...choices]).toEqual([90_000, 0, 1]);
    expect(repeats).toBe(0.3);
  });

  it('is refused if it is for other items, truncated, or out of range', () => {
    const invalid = expect.objectContaining({ code: 'bundle/invalid' });
    const bytes = encodeDemand(DEMAND);
    const broken = bytes.slice();
    new DataView(broken.buffer).setFloat32(4, Number.NaN, true);
    const extreme = bytes.slice();
    new DataView(extreme.buffer).setFloat32(4, 3e38, true);
    for (const read of [
      () => decodeDemand(extreme.buffer, 3),
      () => decodeDemand(encodeDemand({ ...DEMAND, recent: Float32Array.of(1, 3e38, 1) }).buffer, 3),
      () => decodeDemand(bytes.buffer, 4),
      () => decodeDemand(bytes.slice(0, -1).buffer, 3),
      () => decodeDemand(new ArrayBuffer(4), 3),
      () => decodeDemand(broken.buffer, 3),
      () => decodeDemand(encodeDemand({ ...DEMAND, recent: Float32Array.of(1, Number.NaN, 1) }).buffer, 3),
    ]) {
      expect(read).toThrow(invalid);
    }
  });
});
