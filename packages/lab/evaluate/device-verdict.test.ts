import { expect, it } from 'vitest';
import { type DeviceVerdict, deviceVerdict, toldFrom, verdictText } from './device-verdict';
import { type Quality, qualityOf } from './quality';
import type { MergedRun, MethodRun } from './result';

/** A method with the given ranks for each shopper, twice. */
const method = (name: string, ranks: readonly number[]): MethodRun => ({
  name,
  units: ranks.map((rank): Quality => qualityOf([rank, rank])),
});

const shoppers = Array.from({ length: 40 }, (_, n) => n);
const METHODS = [
  method(
    'popularity-now',
    shoppers.map((n) => 20 + (n % 7)),
  ),
  method(
    'sidestream',
    shoppers.map((n) => 8 + (n % 5)),
  ),
];
/** Better as often as worse. */
const UNDECIDED = shoppers.map((n) => (n % 2 === 0 ? 5 : 20));
/** The same methods, one of them with other ranks. */
const withRanks = (name: string, ranks: readonly number[]): MethodRun[] => [
  ...METHODS.filter((one) => one.name !== name),
  method(name, ranks),
];
const run = (methods: MethodRun[], figures: Record<string, number> = {}, baskets = methods): MergedRun => ({
  protocol: 'device',
  setting: '',
  seeds: [1],
  figures,
  tables: [
    { name: 'device', unit: 'shopper', reference: 'popularity-now', methods },
    { name: 'baskets', unit: 'shopper', reference: 'popularity-now', methods: baskets },
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
  expect(verdict.comparisons.map(({ against, shoppers: n }) => [against, n])).toEqual([['popularity-now', 40]]);
  const [compared] = verdict.comparisons;
  const changes = shoppers.map((n) => Math.log((8 + (n % 5)) / (20 + (n % 7))));
  const mean = changes.reduce((sum, change) => sum + change, 0) / 40;
  const se = Math.sqrt(changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / 39 / 40);
  expect(compared.lnRank.mean).toBeCloseTo(mean, 12);
  expect(compared.lnRank.se).toBeCloseTo(se, 12);
  expect(compared.lnRank.errors).toBeCloseTo(-mean / se, 9);
  expect(compared.worse).toBe(0);
  expect(compared.lnRank.told).toBe(true);

  const text = verdictText(verdict);
  expect(text).toMatch(
    /^### verdict\n\n40 shoppers, 80 events, each ranked before it was learned\. ± is one standard error/,
  );
  expect(text).toMatch(
    /^- Against popularity-now, sidestream is better by ln rank \(−0\.\d+ ± 0\.\d+, \d+\.\d errors; its places are at \d+ % of /m,
  );
  expect(text).toMatch(
    /^- The rule for proceeding to a pilot \(.*\) is met: worse beyond the error are 0 % against pop/m,
  );
  expect(text).toMatch(/; within 2\.1 errors two methods cannot be distinguished\.$/m);
  expect(text).not.toContain('first impression');
  expect(text).not.toContain('which has no error of its own');
});

it('requires for a pilot a better rank than the list of pages without learning', () => {
  const verdict = found(withRanks('popularity-now', UNDECIDED));
  expect(verdict.comparisons[0].lnRank.errors).toBeLessThan(2);
  expect(verdict).toMatchObject({ pilotRule: { betterRanks: false }, pilotRuleMet: false });
  const text = verdictText(verdict);
  expect(text).toMatch(/^- Against popularity-now, sidestream is not distinguishable by ln rank \(/m);
  expect(text).toMatch(
    / is not met: the ln rank is not better than that of popularity-now; worse beyond the error are /,
  );
});

it('requires for a pilot that few shoppers are worse beyond the error of their own choices', () => {
  const ranked = (worse: number, ranks: readonly number[]): MethodRun => ({
    name: 'sidestream',
    units: shoppers.map((n): Quality => qualityOf(n < worse ? ranks : [3, 4])),
  });
  const rest = METHODS.filter(({ name }) => name !== 'sidestream');
  // Against ranks of 20 to 26, twice the same: always worse, or sometimes so.
  const certain = found([...rest, ranked(3, [40, 41])]);
  expect(certain).toMatchObject({ pilotRule: { betterRanks: true, fewWorse: false }, pilotRuleMet: false });
  expect(verdictText(certain)).toMatch(/ is not met: worse beyond the error are 8 % against popularity-now/);
  const chance = found([...rest, ranked(10, [200, 10])]);
  expect(chance.comparisons[0]).toMatchObject({ worse: 0.25, worseBeyondError: 0 });
  expect(chance).toMatchObject({ pilotRule: { betterRanks: true, fewWorse: true }, pilotRuleMet: true });
  const text = verdictText(chance);
  expect(text).toContain('25 % of the shoppers are ranked worse, 0 % beyond the error of their own choices.');
  const single = found([...rest, { ...ranked(0, []), units: shoppers.map(() => qualityOf([3])) }]);
  expect(single.singleChoice).toBe(40);
  expect(verdictText(single)).toContain('40 shoppers had only one event, which has no error of its own');
});

it('says which simpler methods are better, and no others', () => {
  const simpler = [
    method(
      'terms',
      shoppers.map((n) => 2 + (n % 3)),
    ),
    method('content-knn', UNDECIDED),
  ];
  const verdict = found([...METHODS, ...simpler]);
  expect(verdict.simplerBetter.map(({ against }) => against)).toEqual(['terms']);
  const text = verdictText(verdict);
  expect(text).toMatch(
    /^- Without experts the lists are better by ln rank and HR@10: against terms, sidestream is worse by ln rank \(\+/m,
  );
  expect(text).toContain('But see the simpler methods above, which are better.');
  expect(found(METHODS).simplerBetter).toEqual([]);
});

it('uses baskets in a log of orders, and says why the rule for a pilot is not met', () => {
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
  expect(text).toMatch(/^- Against popularity-now, sidestream is worse by ln rank \(\+/m);
  expect(text).toContain('100 % of the shoppers are ranked worse');
  expect(text).toContain('is not met');
});

it('needs more standard errors with few shoppers, and six shoppers for a verdict', () => {
  const first = (count: number): MethodRun[] =>
    METHODS.map(({ name, units }) => ({ name, units: units.slice(0, count) }));
  const ten = found(first(10));
  expect(ten.pilotRuleMet).toBe(true);
  expect(verdictText(ten)).toMatch(/; within 2\.3 errors .* Fewer than 30 shoppers may be unrepresentative: take the/);

  const two = found(first(2));
  expect(two).toMatchObject({ pilotRule: { betterRanks: null, fewWorse: null }, pilotRuleMet: null });
  expect(two.comparisons[0].lnRank.errors).toBeGreaterThan(2);
  const text = verdictText(two);
  expect(text).toContain('These are too few shoppers for a verdict, which needs 6 or more:');
  expect(text).toContain('cannot be judged: there are too few shoppers.');
  expect(text).not.toMatch(/is (better|worse)/);

  const one = found(first(1));
  expect(one.pilotRuleMet).toBeNull();
  expect(one.comparisons[0].lnRank.errors).toBeNull();
  expect(verdictText(one)).toContain('no error known');
});

it('exists only for the device protocol and the learner', () => {
  expect(deviceVerdict({ ...run(METHODS), protocol: 'drift' })).toBeUndefined();
  expect(deviceVerdict(run(METHODS.slice(0, 1)))).toBeUndefined();
});

it('distinguishes from chance at two standard errors with many units, at more with few, and never with five', () => {
  expect(toldFrom(100_000)).toBeCloseTo(2, 3);
  // Student's distribution with 5, 9 and 29 degrees of freedom at a probability of 0.97725.
  for (const [units, errors] of [
    [6, 2.649],
    [10, 2.32],
    [30, 2.09],
  ]) {
    expect(toldFrom(units)).toBeCloseTo(errors, 2);
  }
  expect(toldFrom(5)).toBe(Number.POSITIVE_INFINITY);
});
