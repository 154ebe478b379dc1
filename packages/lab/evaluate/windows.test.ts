import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/common/random';
import { startCompute } from '../../cli/training';
import type { SideFeatures } from '../../shop/training/side';
import { cutWindows, evaluateWindows, type WindowMethodName, type WindowsProtocol } from './windows';

const ITEMS = 20;
const random = seededRandom(4);
const none = { columns: 0, values: new Float32Array() };
const text = { columns: 3, values: Float32Array.from({ length: ITEMS * 3 }, () => 4 * random() - 2) };
const features: SideFeatures = { count: ITEMS, inputs: { text, image: none, attributes: none } };
const interactions = Array.from({ length: 120 }, (_, n) => ({
  user: `u${n % 8}`,
  row: Math.floor(random() * (n < 60 ? 15 : ITEMS)),
  time: n,
}));
const protocol: WindowsProtocol = {
  interactions,
  features,
  windows: 4,
  seed: 1,
  ranked: 1000,
  settings: { width: 4, hidden: 5, decays: [0.5, 0.9], epochs: 2 },
};
const run = (name: WindowMethodName, change: Partial<WindowsProtocol> = {}) =>
  evaluateWindows(name, { ...protocol, ...change });

beforeAll(() => startCompute());

describe('the windows protocol', () => {
  it('ranks the choices of every window but the first, the same ones by every method', async () => {
    const windows: number[] = [];
    const all = await run('windows', { onRanked: (window) => windows.push(window) });
    expect(windows).toEqual([2, 3, 4]);
    const counts = all.units.map(({ events }) => events);
    expect(Math.min(...counts)).toBeGreaterThan(10);
    expect(all.units.every(({ lnRank }) => lnRank >= 0 && lnRank <= Math.log(ITEMS))).toBe(true);
    for (const name of ['scratch', 'static'] as const) {
      const { units, seconds } = await run(name);
      // Before the second training, there is nothing to continue from.
      expect(units[0]).toEqual(all.units[0]);
      expect(units.map(({ events }) => events)).toEqual(counts);
      expect(seconds).toBeGreaterThan(0);
    }
  });

  it('adds an expert per window in windows alone', async () => {
    const [windows, still] = await Promise.all([run('windows'), run('static')]);
    expect([windows.experts, still.experts]).toEqual([3, 1]);
    expect(windows.bytes).toBeGreaterThan(still.bytes);
  });

  it('is reproducible, and ranks no more than the limit', async () => {
    const [one, two] = [await run('static', { ranked: 5 }), await run('static', { ranked: 5 })];
    expect(one.units).toEqual(two.units);
    expect(Math.max(...one.units.map(({ events }) => events))).toBeLessThanOrEqual(5);
  });
});

it('cuts windows of equal counts, and fewer in a short stream', () => {
  expect(cutWindows([1, 2, 3, 4, 5], 2)).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(cutWindows([1, 2], 3)).toEqual([[1], [2]]);
});
