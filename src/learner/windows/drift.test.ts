import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../model';
import { DriftDetector } from './drift';
import { driftSchema } from './stored-drift';

/** `count` distances around a mean, nearly normal. */
function distances(count: number, mean: number, deviation: number, seed: number): number[] {
  const random = seededRandom(seed);
  const draw = (): number => Array.from({ length: 12 }, random).reduce((sum, x) => sum + x, -6);
  return Array.from({ length: count }, () => mean + deviation * draw());
}

const alarms = (detector: DriftDetector, seen: number[]): number[] =>
  [...seen.keys()].filter((n) => detector.observe(seen[n]));

describe('DriftDetector', () => {
  it('finds a rise soon, and is mostly quiet without one', () => {
    const delays: number[] = [];
    let early = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const stream = [...distances(60, -0.6, 0.8, seed), ...distances(40, 1, 0.8, seed + 100)];
      const found = alarms(new DriftDetector(), stream);
      early += found.filter((n) => n < 60).length;
      const [first] = found.filter((n) => n >= 60);
      if (first !== undefined) delays.push(first - 59);
    }
    expect(early).toBeLessThanOrEqual(30);
    expect(delays.length).toBe(40);
    expect(delays.toSorted((a, b) => a - b)[20]).toBeLessThanOrEqual(10);
  });

  it('is blind to a fall, and learns where a shopper’s own usual distance lies', () => {
    const fall = [...distances(60, 1, 0.1, 1), ...distances(60, -1, 0.1, 2)];
    expect(alarms(new DriftDetector(), fall).filter((n) => n >= 60)).toEqual([]);
    const detector = new DriftDetector();
    alarms(detector, distances(1000, 0.2, 0.3, 3));
    expect(detector.save().mean).toBeGreaterThan(0.1);
    // The prior no longer counts: about one false alarm per 100 events.
    expect(alarms(detector, distances(1000, 0.2, 0.3, 4)).length).toBeLessThanOrEqual(20);
    expect(alarms(detector, distances(20, 1.4, 0.3, 5))).not.toEqual([]);
  });

  it('declares earlier below a lower threshold and later above a tolerance', () => {
    const stream = [...distances(60, -0.6, 0.8, 5), ...distances(40, 1, 0.8, 6)];
    const first = (options: { threshold?: number; tolerance?: number }): number =>
      alarms(new DriftDetector(options), stream).find((n) => n >= 60) ?? 100;
    expect(first({ threshold: 4, tolerance: 0.2 })).toBeLessThan(first({}));
    expect(first({ tolerance: 0.8 })).toBeGreaterThan(first({ tolerance: 0.2 }));
  });

  it('rises from 0 again after a drift and keeps mean and deviation', () => {
    const detector = new DriftDetector();
    const seen = distances(30, 3, 0.1, 1);
    const [first] = alarms(new DriftDetector(), seen);
    expect(first).toBeLessThan(10);
    for (const distance of seen.slice(0, first + 1)) detector.observe(distance);
    const { rise, mean, count } = detector.save();
    expect(rise).toBe(0);
    expect(mean).toBeCloseTo((80 * -0.6 + seen.slice(0, first + 1).reduce((sum, x) => sum + x, 0)) / count);
  });

  it('goes on from its stored state as if nothing had been between', () => {
    const stream = [...distances(60, -0.6, 0.8, 7), ...distances(40, 1, 0.8, 8)];
    const whole = alarms(new DriftDetector(), stream);
    const before = new DriftDetector();
    const first = alarms(before, stream.slice(0, 63));
    const stored = v.parse(driftSchema, JSON.parse(JSON.stringify(before.save())));
    const rest = alarms(DriftDetector.restore(stored), stream.slice(63)).map((n) => n + 63);
    expect([...first, ...rest]).toEqual(whole);
    expect(v.safeParse(driftSchema, { ...stored, rise: -1 }).success).toBe(false);
    expect(v.safeParse(driftSchema, { ...stored, mean: Number.NaN }).success).toBe(false);
  });

  it('ignores distances that are not finite, and survives distances that never differ', () => {
    const detector = new DriftDetector();
    const before = detector.save();
    expect(detector.observe(Number.NaN)).toBe(false);
    expect(detector.save()).toEqual(before);
    expect(
      alarms(
        detector,
        Array.from({ length: 500 }, () => -0.8),
      ),
    ).toEqual([]);
    expect(Number.isFinite(detector.save().rise)).toBe(true);
  });
});
