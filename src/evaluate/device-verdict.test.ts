import { expect, it } from 'vitest';
import { type DeviceVerdict, deviceVerdict, verdictText } from './device-verdict';
import { type Quality, qualityOf } from './quality';
import type { MergedRun, MethodRun } from './result';

/** A method of whose shoppers each has the ranks given for it, twice. */
const method = (name: string, ranks: readonly number[]): MethodRun => ({
  name,
  units: ranks.map((rank): Quality => qualityOf([rank, rank])),
});

const shoppers = Array.from({ length: 40 }, (_, n) => n);
const METHODS = [
  method(
    'popularity-now',
    shoppers.map((n) => 400 + n),
  ),
  method(
    'base',
    shoppers.map((n) => 20 + (n % 7)),
  ),
  // As often better as worse.
  method(
    'base-alone',
    shoppers.map((n) => (n % 2 === 0 ? 5 : 20)),
  ),
  method(
    'sidestream',
    shoppers.map((n) => 8 + (n % 5)),
  ),
];
const run = (methods: MethodRun[], figures: Record<string, number> = {}, baskets = methods): MergedRun => ({
  ...{ protocol: 'device', setting: '', seeds: [1], figures },
  tables: [
    { name: 'device', unit: 'shopper', reference: 'base', methods },
    { name: 'baskets', unit: 'shopper', reference: 'base', methods: baskets },
  ],
});
const found = (methods: MethodRun[], figures?: Record<string, number>, baskets?: MethodRun[]): DeviceVerdict => {
  const verdict = deviceVerdict(run(methods, figures, baskets));
  if (!verdict) throw new Error('there is no verdict');
  return verdict;
};

it('compares the learner shopper by shopper, and counts standard errors', () => {
  const verdict = found(METHODS);
  expect(verdict).toMatchObject({ unit: 'event', choices: 80, pilotRuleMet: true });
  expect(verdict.comparisons.map(({ against, shoppers: n }) => [against, n])).toEqual([
    ['popularity-now', 40],
    ['base', 40],
    ['base-alone', 40],
  ]);
  const [, base, alone] = verdict.comparisons;
  const changes = shoppers.map((n) => Math.log((8 + (n % 5)) / (20 + (n % 7))));
  const mean = changes.reduce((sum, change) => sum + change, 0) / 40;
  const se = Math.sqrt(changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / 39 / 40);
  expect(base.lnRank.mean).toBeCloseTo(mean, 12);
  expect(base.lnRank.se).toBeCloseTo(se, 12);
  expect(base.lnRank.errors).toBeCloseTo(-mean / se, 9);
  expect(base.worse).toBe(0);
  expect(alone.lnRank.errors).toBeLessThan(2);

  const text = verdictText(verdict);
  expect(text).toMatch(
    /^### verdict\n\n40 shoppers, 80 events, each ranked before it was learned\. ± is one standard error/,
  );
  expect(text).toMatch(
    /^- Against popularity-now, sidestream is better by ln rank \(−3\.\d+ ± 0\.\d+, \d+\.\d errors; its places are at \d % of /m,
  );
  expect(text).toMatch(/^- Against base-alone, sidestream is not distinguishable by ln rank \(/m);
  expect(text).toMatch(/^- A better ln rank than both popularity-now and base by 2 errors: .* is met\.$/m);
  expect(text).not.toContain('uncertain');
});

it('goes by baskets in a log of orders, and says where the rule of a pilot is not met', () => {
  const worse = METHODS.map((one) =>
    one.name === 'sidestream'
      ? method(
          'sidestream',
          shoppers.map((n) => 60 + n),
        )
      : one,
  );
  const verdict = found(METHODS, { sharedSecond: 0.9991 }, worse);
  expect(verdict).toMatchObject({ unit: 'basket', pilotRuleMet: false });
  const text = verdictText(verdict);
  expect(text).toContain('40 shoppers, 80 baskets');
  expect(text).toMatch(/^- Against base, sidestream is worse by ln rank \(\+/m);
  expect(text).toContain('100 % of the shoppers are ranked worse');
  expect(text).toContain('is not met');
});

it('says that few shoppers, or one, say little, and compares with the methods that there are', () => {
  const few = METHODS.map(({ name, units }) => ({ name, units: units.slice(0, 1) }));
  const verdict = found(few.filter(({ name }) => name !== 'popularity-now'));
  expect(verdict.pilotRuleMet).toBeNull();
  expect(verdict.comparisons[0].lnRank.errors).toBeNull();
  const text = verdictText(verdict);
  expect(text).toContain('With fewer than 30 shoppers the errors are uncertain themselves');
  expect(text).toContain('not distinguishable');
  expect(text).toContain('no error known');
  expect(text).not.toContain('rule');
});

it('is of the device protocol, and of the learner', () => {
  expect(deviceVerdict({ ...run(METHODS), protocol: 'drift' })).toBeUndefined();
  expect(deviceVerdict(run(METHODS.slice(0, 3)))).toBeUndefined();
});
