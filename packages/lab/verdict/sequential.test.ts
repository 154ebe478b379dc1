import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../src/core/common/random';
import { isNightly, nightly } from '../../../testing/nightly';
import { type Arm, type Period, type SequentialPlan, sequentialTest, unitsNeeded } from './sequential';

const PLAN: SequentialPlan = { base: 0.05, effect: 0.01 };
const period = (zero: [number, number], one: [number, number]): Period => ({
  control: { units: zero[0], successes: zero[1] },
  treatment: { units: one[0], successes: one[1] },
});

/** Successes of independent units. The number of failures before the next success is drawn, which takes fewer draws than all units. */
function drawn(random: Random, units: number, share: number): Arm {
  const failures = (): number => Math.floor(Math.log(1 - random()) / Math.log(1 - share));
  let successes = 0;
  for (let unit = failures(); unit < units; unit += 1 + failures()) successes++;
  return { units, successes };
}

/** Whether a test of a fixed number of units would ever end at a daily look, at 5 %. */
function naiveEnds(periods: readonly Period[]): boolean {
  let [n0, x0, n1, x1] = [0, 0, 0, 0];
  return periods.some(({ control, treatment }) => {
    n0 += control.units;
    x0 += control.successes;
    n1 += treatment.units;
    x1 += treatment.successes;
    const pooled = (x0 + x1) / (n0 + n1);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1));
    return Math.min(x0, x1) >= 30 && Math.abs(x1 / n1 - x0 / n0) > 1.96 * error;
  });
}

const ends = (periods: readonly Period[], plan = PLAN): boolean => {
  const { decision } = sequentialTest(periods, plan);
  return decision === 'better' || decision === 'worse';
};

describe('sequentialTest', () => {
  it('computes the formula: one period, by hand', () => {
    // w = 500, d = 0.02, pooled 0.06: U = 500 * 0.0564 = 28.2, r = (0.0475 / 0.01)^2 = 22.5625, S = 10.
    const { difference, interval, p, control, treatment } = sequentialTest([period([1000, 50], [1000, 70])], PLAN);
    expect([control.units, treatment.successes]).toEqual([1000, 70]);
    expect(difference).toBeCloseTo(0.02, 10);
    // L of S, the mean of five: 22.5625, and a 4th, a 16th, ... of it, at which larger effects stand out.
    const likelihood = (sum: number): number =>
      [1, 2, 4, 8, 16].reduce((total, size, at) => {
        const r = 22.5625 / size ** 2;
        const own = Math.sqrt(r / (28.2 + r)) * Math.exp(sum ** 2 / (2 * (28.2 + r)));
        return total + (at === 0 ? 1 / 2 : 1 / 8) * own;
      }, 0);
    expect(p).toBeCloseTo(1 / likelihood(10), 10);
    for (const [end, side] of [interval?.[0], interval?.[1]].entries()) {
      const half = 500 * Math.abs((side ?? 0) - 0.02);
      expect([end, likelihood(half)]).toEqual([end, expect.closeTo(20, 6)]);
    }
  });

  it('detects a large loss soon, even if a small effect is sought', () => {
    // Half of 10 %, at 5 % of the visitors.
    const halved = [period([19_000, 1900], [1000, 50])];
    for (const effect of [0.02, 0.005, 0.002]) {
      expect(sequentialTest(halved, { base: 0.1, effect }).decision).toBe('worse');
    }
  });

  it('rests “no-worse” on the largest lower end so far', () => {
    const days = [
      ...Array.from({ length: 30 }, () => period([2000, 100], [2000, 100])),
      period([2000, 130], [2000, 80]),
    ];
    const margins = days.map((_, at) => sequentialTest(days.slice(0, at + 1), PLAN).interval?.[0] ?? -1);
    const result = sequentialTest(days, { ...PLAN, margin: 0.004 });
    expect(result.bound).toBeCloseTo(Math.max(...margins), 12);
    expect(result.boundAfter).toBe(30);
    expect(result.interval?.[0]).toBeLessThan(result.bound ?? 0);
    expect(result.decision).toBe((result.bound ?? -1) > -0.004 ? 'no-worse' : 'continue');
  });

  it('ends when the interval excludes zero, which is when p falls below alpha, and stays ended', () => {
    const worse = Array.from({ length: 12 }, () => period([2000, 120], [2000, 80]));
    const lasts = worse.map((_, at) => sequentialTest(worse.slice(0, at + 1), PLAN));
    const first = lasts.findIndex(({ decision }) => decision === 'worse');
    expect(first).toBeGreaterThan(0);
    for (const [at, { p, interval }] of lasts.entries()) {
      expect(p <= 0.05).toBe(at >= first);
      expect((interval?.[1] ?? 0) < 0).toBe(at >= first);
    }
    // Later periods do not withdraw the decision.
    const recovered = [...worse, ...Array.from({ length: 40 }, () => period([2000, 80], [2000, 120]))];
    expect(sequentialTest(recovered, PLAN)).toMatchObject({ decision: 'worse', decidedAfter: first + 1 });
  });

  it('says that a variant is no worse once the loss is below the margin', () => {
    const equal = Array.from({ length: 30 }, () => period([2000, 100], [2000, 100]));
    expect(sequentialTest(equal, PLAN)).toMatchObject({ decision: 'no-worse', decidedAfter: null });
    expect(sequentialTest(equal, { ...PLAN, margin: 0.0001 }).decision).toBe('continue');
  });

  it('waits for 30 successes of both variants, and for units of both', () => {
    expect(sequentialTest([period([1000, 200], [1000, 29])], PLAN)).toMatchObject({ decision: 'continue', p: 1 });
    expect(sequentialTest([period([1000, 200], [0, 0])], PLAN)).toMatchObject({ difference: null, interval: null });
    expect(sequentialTest([], PLAN)).toMatchObject({ p: 1, decision: 'continue', dispersion: null });
  });

  it('compares within periods: a raised split on a better day is no difference', () => {
    // 5 % of the visitors get the treatment on days of 4 %, then half of them on days of 8 %.
    const days = [...Array(10).keys()].map((day) =>
      day < 5 ? period([19_000, 760], [1000, 40]) : period([10_000, 800], [10_000, 800]),
    );
    const { difference, decision, control, treatment } = sequentialTest(days, PLAN);
    expect(treatment.successes / treatment.units - control.successes / control.units).toBeGreaterThan(0.01);
    expect(difference).toBeCloseTo(0, 10);
    expect(decision).toBe('no-worse');
  });

  it.each([
    ['an effect of 0', { effect: 0 }],
    ['a design effect below 1', { designEffect: 0.5 }],
    ['a margin of 0', { margin: 0 }],
  ])('refuses %s', (_, wrong) => {
    expect(() => sequentialTest([], { ...PLAN, ...wrong })).toThrow('must be');
  });
});

describe('daily looks, simulated', () => {
  const RUNS = isNightly ? 1000 : 400;
  const DAYS = 60;
  /** A day of the week has its own share, the same for both variants. */
  const runs = (share: number, effect: number, units = 150): Period[][] => {
    const random = seededRandom(1);
    return Array.from({ length: RUNS }, () =>
      Array.from({ length: DAYS }, (_, day) => {
        const own = share * (day % 7 < 5 ? 0.9 : 1.25);
        return { control: drawn(random, units, own), treatment: drawn(random, units, own + effect) };
      }),
    );
  };
  const rate = (all: Period[][], ended: (periods: readonly Period[]) => boolean): number =>
    all.filter(ended).length / all.length;

  it('raise a false alarm in at most 5 % of the pilots, while a test of a fixed size does so in far more', () => {
    const equal = runs(0.05, 0);
    const [ours, naive] = [rate(equal, (days) => ends(days)), rate(equal, naiveEnds)];
    expect(ours).toBeLessThanOrEqual(0.05);
    expect(naive).toBeGreaterThan(0.2);
  });

  nightly('keep the rate of false alarms if a visitor counts as several units and the design effect is given', () => {
    // A visitor counts four times: the variance corresponds to a quarter of the units.
    const fourfold = runs(0.2, 0, 60).map((days) =>
      days.map(({ control, treatment }) => ({
        control: { units: 4 * control.units, successes: 4 * control.successes },
        treatment: { units: 4 * treatment.units, successes: 4 * treatment.successes },
      })),
    );
    const plan = { base: 0.2, effect: 0.03 };
    expect(rate(fourfold, (days) => ends(days, plan))).toBeGreaterThan(0.15);
    expect(rate(fourfold, (days) => ends(days, { ...plan, designEffect: 4 }))).toBeLessThanOrEqual(0.05);
    const dispersions = fourfold.map((days) => sequentialTest(days, plan).dispersion ?? 0);
    expect(dispersions.reduce((sum, one) => sum + one, 0) / RUNS).toBeCloseTo(4, 0);
  });

  it('find the effect with the planned units in four of five pilots, most of them sooner', () => {
    const { control, treatment } = unitsNeeded({ base: 0.05, effect: 0.02 });
    expect(control).toBe(treatment);
    const found = runs(0.05, 0.02, Math.ceil(treatment / DAYS)).map((days) =>
      sequentialTest(days, { base: 0.05, effect: 0.02 }),
    );
    const better = found.filter(({ decision }) => decision === 'better');
    expect(better.length / RUNS).toBeGreaterThanOrEqual(0.8);
    const mean = better.reduce((sum, { decidedAfter }) => sum + (decidedAfter ?? 0), 0) / better.length;
    expect(mean / DAYS).toBeLessThan(0.6);
  });
});

describe('unitsNeeded', () => {
  it('needs about twice the units of a test with a fixed size, and more in total if the split is uneven', () => {
    const even = unitsNeeded({ base: 0.03, effect: 0.003 });
    const fixed = (2 * (1.96 + 0.8416) ** 2 * 0.03 * 0.97) / 0.003 ** 2;
    expect(even.control / fixed).toBeGreaterThan(1.8);
    expect(even.control / fixed).toBeLessThan(2.2);
    const uneven = unitsNeeded({ base: 0.03, effect: 0.003 }, 0.05);
    expect(uneven.control + uneven.treatment).toBeGreaterThan(5 * (even.control + even.treatment));
    expect(uneven.treatment / (uneven.control + uneven.treatment)).toBeCloseTo(0.05, 4);
  });
});
