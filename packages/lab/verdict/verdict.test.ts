import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../src/core/common/random';
import { combined, sumsOf, type VisitorSums } from '../../../src/device/experiment';
import { isNightly, nightly } from '../../../testing/nightly';
import { type Crowd, drawCrowd, logNormal, pareto } from '../../../testing/simulated-visitors';
import { compared, estimate } from './effects';
import { readMetricLog } from './metric-log';
import { logBeta, normalQuantile } from './mixture';
import { verdictPage } from './page';
import type { RevenueStep } from './revenue-cap';
import { sampleRatio } from './sample-ratio';
import { unitsNeeded } from './sequential';
import { type Verdict, type VerdictPlan, verdictOf } from './verdict';
import { headlines, verdictTiles } from './verdict-summary';
import { comparisonCells, operatingCells, setAsideText, variantCells, verdictSentences } from './verdict-text';

const dayOf = (day: number): string => `2026-03-${String(day + 1).padStart(2, '0')}`;
const drawn = (seed: number, crowd: Crowd) => ({
  days: drawCrowd(seededRandom(seed), crowd).map((drawn, day) => ({ day: dayOf(day), ...drawn })),
});
const visitor = (variant: string, given: object = {}): VisitorSums =>
  sumsOf(variant, { impressions: 0, clicks: 0, carts: 0, purchases: 0, revenue: {}, ...given });
let keys = 0;
const line = (day: string, ...visitors: VisitorSums[]): string =>
  JSON.stringify({
    day,
    counts: [],
    visitors: visitors.map((sums) => ({ ...sums, key: `report-${keys++}` })),
    operations: [],
  });

/** Visitors of two variants on one day, and how many of them bought. */
const dayWith = (day: number, off: [number, number], on: [number, number]) => {
  const sums = (variant: string, [visitors, buyers]: [number, number]): [string, VisitorSums] => {
    const all = Array.from({ length: visitors }, (_, n) => visitor(variant, { purchases: n < buyers ? 1 : 0 }));
    return [variant, all.reduce((a, b) => combined(a, b, 1))];
  };
  return { day: dayOf(day), variants: new Map([sums('t/off', off), sums('t/on', on)]), revenue: [] };
};
describe('quantiles', () => {
  it('match published tables', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.8)).toBeCloseTo(0.841621, 5);
    // B(2, 3) = 1! 2! / 4!, B(1, 2, 3) = 0! 1! 2! / 5!
    expect(logBeta([2, 3])).toBeCloseTo(Math.log(1 / 12), 12);
    expect(logBeta([1, 2, 3])).toBeCloseTo(Math.log(1 / 60), 12);
  });
});

describe('an estimate', () => {
  it('of a ratio takes the visitor as its unit: the delta method, by hand', () => {
    // Clicks 1, 0, 3 of impressions 10, 5, 20: R = 4 / 35, residuals -1/7, -4/7, 5/7.
    const [x, y] = [
      [1, 0, 3],
      [10, 5, 20],
    ];
    const dot = (a: number[], b: number[]): number => a.reduce((sum, one, n) => sum + one * b[n], 0);
    const of = estimate({ visitors: 3, active: 2, x: 4, y: 35, xx: dot(x, x), xy: dot(x, y), yy: dot(y, y) });
    expect(of?.value).toBeCloseTo(4 / 35, 12);
    const residuals = x.map((clicks, n) => clicks - (4 / 35) * y[n]);
    expect(of?.se).toBeCloseTo(Math.sqrt(dot(residuals, residuals) / 2 / 3) / (35 / 3), 12);
  });

  it('does not exist for one visitor, nor if there is nothing to divide by', () => {
    expect(estimate({ visitors: 1, active: 1, x: 1, y: 1, xx: 1, xy: 1, yy: 1 })).toBeNull();
    expect(estimate({ visitors: 9, active: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 })).toBeNull();
  });

  it('has a wider interval if one looks as often as one likes', () => {
    const of = (value: number) => ({ visitors: 1000, active: 100, value, se: 0.01 });
    const { difference, relative } = compared(of(0.1), of(0.14), { alpha: 0.05, effect: 0.2 });
    expect(difference?.once[0]).toBeCloseTo(0.04 - 1.959964 * Math.SQRT2 * 0.01, 8);
    expect(difference?.always[0]).toBeLessThan(difference?.once[0] ?? 0);
    expect(relative?.value).toBeCloseTo(0.4, 10);
    expect((relative?.p ?? 0) <= 0.05).toBe((relative?.always[0] ?? 0) > 0);
  });
});

describe('the split', () => {
  it('raises an alarm if visitors are missing, against the declared weights', () => {
    const weights = new Map([
      ['on', 5],
      ['off', 95],
    ]);
    const of = (...days: Record<string, number>[]) =>
      sampleRatio(
        days.map((day) => new Map(Object.entries(day))),
        weights,
      );
    expect(of({ on: 500, off: 9500 })).toMatchObject({ p: 1, mismatch: false, alarmAfter: null });
    expect(of({ on: 380, off: 9500 })).toMatchObject({ mismatch: true, alarmAfter: 1 });
    expect(of({ on: 500, off: 9500, third: 1 }).mismatch).toBe(true);
    // Later days do not withdraw an alarm.
    expect(of({ on: 500, off: 9500 }, { on: 200, off: 9500 }, { on: 800, off: 9500 })).toMatchObject({ alarmAfter: 2 });
  });
});

describe('a log', () => {
  it('leaves out and names invalid lines, and keeps the others', async () => {
    const good = line('2026-03-02', visitor('t/on', { clicks: 1 }));
    const other = line('2026-03-02', visitor('t/on', { clicks: 1 }));
    const log = await readMetricLog([
      `${good}\n{"day":1}\nno json\n[]\n\n${other}\n${good.replace('"clicks"', '"klicks"')}`,
    ]);
    expect(log.lines).toBe(2);
    expect(log.rejected).toMatchObject([
      { line: 2, field: 'day' },
      { line: 3, reason: expect.stringContaining('is not JSON') },
      { line: 4, reason: expect.stringContaining('one JSON object') },
      { line: 7, field: 'visitors.0.clicks', reason: 'is missing' },
    ]);
    expect(log.days[0].variants.get('t/on')).toMatchObject({ visitors: 2, clicks: { sum: 2 } });
  });

  it('leaves out a line that brings several visitors of a variant, and adds up reports that waited for each other', async () => {
    const again = visitor('t/on', { clicks: 2 });
    const log = await readMetricLog([
      `${line('2026-03-02', visitor('t/on'), visitor('t/on'))}\n`,
      `${line('2026-03-02', visitor('t/on', { clicks: 1 }), { ...again, visitors: 0 })}\n`,
      `${line('2026-03-02', visitor('t/on', { clicks: 1 }), { ...again, visitors: 0, clicks: { visitors: 0, sum: 1, squares: 3 } })}\n`,
      line('2026-03-02', visitor('t/on'), visitor('u/off')),
    ]);
    expect(log.rejected).toEqual(
      [1, 2].map((at) => ({ line: at, field: 'visitors', reason: expect.stringContaining('“t/on” has several') })),
    );
    expect(log.days[0].variants.get('t/on')).toMatchObject({
      visitors: 2,
      clicks: { visitors: 1, sum: 2, squares: 4 },
    });
  });

  it("keeps the sum of each visitor's payments, whatever the reports before contained", async () => {
    const paid = (...totals: number[]) =>
      totals.map((total, at) => {
        const [now, before] = [
          visitor('t/on', { revenue: { EUR: total } }),
          visitor('t/on', { revenue: { EUR: totals[at - 1] } }),
        ];
        return line('2026-03-02', at === 0 ? now : combined(now, before, -1));
      });
    const { days } = await readMetricLog([[...paid(5, 12.5, 40), ...paid(7)].join('\n')]);
    expect(days[0].revenue).toEqual(
      [
        [0, 5],
        [5, 12.5],
        [12.5, 40],
        [0, 7],
      ].map(([before, after]) => ({
        variant: 't/on',
        currency: 'EUR',
        before: expect.closeTo(before, 9),
        after: expect.closeTo(after, 9),
      })),
    );
  });

  it('is judged without stray reports, which are counted', () => {
    const days = (other: string, count: number) => {
      const { day, variants, revenue } = dayWith(0, [950, 95], [50, 5]);
      const strays = Array.from({ length: count }, () => visitor(other));
      variants.set(
        other,
        strays.reduce((a, b) => combined(a, b, 1)),
      );
      return { days: [{ day, variants, revenue }] };
    };
    const five = new Map([
      ['on', 5],
      ['off', 95],
    ]);
    const named = verdictOf(days('t/zzz', 1), { split: five });
    expect(named.sampleRatio.mismatch).toBe(false);
    expect(named.setAside).toEqual([{ name: 't/zzz', visitors: 1 }]);
    expect(setAsideText(named)).toEqual([expect.stringContaining('“t/zzz” (1 visitor)')]);
    // With a declared split, even many: the split names the variants of the experiment.
    expect(verdictOf(days('t/zzz', 40), { split: five }).setAside).toEqual([{ name: 't/zzz', visitors: 40 }]);
    // Without one, only as few as from stray reports; the same applies to another experiment.
    expect(verdictOf(days('t/zzz', 1), { effect: 0.2 }).setAside).toEqual([{ name: 't/zzz', visitors: 1 }]);
    expect(verdictOf(days('t/zzz', 40)).setAside).toEqual([]);
    expect(verdictOf(days('other/off', 1), { split: five }).setAside).toEqual([{ name: 'other', visitors: 1 }]);
    expect(() => verdictOf(days('other/off', 40), { split: five })).toThrow('Name one with --experiment');
  });

  it('is judged without days that lie apart and have almost no visitors, which are counted', () => {
    const far = (day: string) => ({ day, variants: new Map([['t/off', visitor('t/off')]]), revenue: [] });
    const days = [0, 1, 20].map((day) => dayWith(day, [1000, 100], [1000, 103]));
    const [first, , last] = days.map(({ day }) => day);
    const plan = { base: 0.1, effect: 0.1 };
    const [plain, found] = [days, [far('2001-01-01'), ...days, far('2099-12-31')]].map((all) =>
      verdictOf({ days: all }, plan),
    );
    expect(found.strayDays).toEqual(['2001-01-01', '2099-12-31'].map((name) => ({ name, visitors: 1 })));
    expect(setAsideText(found)).toEqual([
      expect.stringContaining('“2001-01-01” (1 visitor), “2099-12-31” (1 visitor)'),
    ]);
    expect({ ...found, strayDays: [] }).toEqual(plain);
    expect(found.days).toEqual([first, last]);
    expect(verdictTiles(found)).toEqual(verdictTiles(plain));
    // A day near the others, and the days of a stage that began later, are not stray.
    expect(verdictOf({ days: [...days.slice(0, 2), far(dayOf(10))] }, plan).strayDays).toEqual([]);
    expect(verdictOf({ days: [dayWith(0, [20, 2], [20, 2]), { ...days[0], day: '2026-06-01' }] }).strayDays).toEqual(
      [],
    );
  });

  it('has lines like the one in the manual', async () => {
    const manual = await readFile(new URL('../../../docs/how-to/pilot.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n(\{\n {2}"day".*?)```/s.exec(manual) ?? [];
    const { lines, rejected } = await readMetricLog([example.replaceAll('\n', ' ')]);
    expect([lines, rejected]).toEqual([1, []]);
  });

  it('adds up the operating figures of each variant beside the metrics', async () => {
    const none = { webgpu: 0, wasm: 0 };
    const page = { pages: 1, encoders: none, errors: {}, bytes: 400_000 };
    const figures = (variant: string | null, bound: string, given: object = {}) => ({
      variant,
      firstList: { [bound]: 1 },
      ...page,
      ...given,
    });
    const operations = [
      ...[100, 100, 300, 300, 300, 400, 400, 400, 800].map((bound) => figures('t/on', `${bound}`)),
      figures('t/on', 'more', { encoders: { webgpu: 1, wasm: 0 }, errors: { 'store/full': 2 } }),
      figures('t/off', 'more', { errors: { 'runtime/worker-crashed': 1 }, bytes: 0 }),
      figures('t/off', '100', { pages: 0, firstList: {}, errors: { 'store/full': 1 }, bytes: 800_000 }),
      figures('other/on', '100'),
      figures(null, '100'),
    ];
    const lines = [visitor('t/on'), visitor('t/off'), visitor('t/off')].map((one) => line('2026-03-02', one));
    const log = await readMetricLog([
      `${lines.join('\n')}\n`,
      ...operations.map(
        (one) => `${JSON.stringify({ day: '2026-03-02', counts: [], visitors: [], operations: [one] })}\n`,
      ),
    ]);
    expect(log.rejected).toEqual([]);
    const verdict = verdictOf(log, { experiment: 't' });
    expect(operatingCells(verdict)).toMatchObject([
      {
        header: ['', 'off', 'on'],
        rows: [
          ['Pages with a list', '1', '10'],
          ['Time to the first list, median', 'over 9.6 s', 'up to 0.3 s'],
          ['Time to the first list, 90 %', 'over 9.6 s', 'up to 0.8 s'],
          ['Loaded per page, kB', '800', '400'],
          ['Encoders on WebGPU, pages', '0', '1'],
          ['Encoders on WebAssembly, pages', '0', '0'],
          ['No encoder, pages', '1', '9'],
          ['Errors runtime/worker-crashed', '1', '0'],
          ['Errors store/full', '1', '2'],
        ],
      },
    ]);
    expect(verdictPage(verdict)).toContain('Operating figures');
  });

  it('is refused if it lacks the experiment or the control', async () => {
    const log = async (...visitors: VisitorSums[]) => readMetricLog([line('2026-03-02', ...visitors)]);
    const [none, two] = [await log(), await log(visitor('a/on'), visitor('b/on'))];
    const several = await log(visitor('a/on'), visitor('a/as-is'));
    const cases: [Parameters<typeof verdictOf>[0], VerdictPlan, RegExp][] = [
      [none, {}, /no visitor/],
      [two, {}, /a, b.*--experiment/],
      [several, {}, /“off”.*has as-is, on/],
      [two, { experiment: 'c' }, /no experiment “c”/],
      [two, { experiment: 'a', control: 'on', metric: 'fun' }, /“fun”.*buyers/],
      [two, { effect: -1 }, /effect/],
    ];
    for (const [given, plan, message] of cases) expect(() => verdictOf(given, plan)).toThrow(message);
  });
});

describe('a verdict', () => {
  let verdict: Verdict;
  beforeAll(() => {
    verdict = verdictOf(drawn(3, { visitors: 20_000, share: 0.5, lift: 1.5, days: 5 }), { effect: 0.2 });
  });

  it('finds a large effect, and says it in words and cells', () => {
    const buyers = verdict.comparisons.find(({ metric }) => metric === 'buyers');
    expect(buyers).toMatchObject({ variant: 'on', decision: 'better' });
    expect(buyers?.relative?.value).toBeGreaterThan(0.3);
    expect(verdict.sampleRatio.mismatch).toBe(false);
    expect(verdictSentences(verdict)).toEqual([
      expect.stringContaining('split as they should be'),
      expect.stringMatching(/^on against off: Visitors who bought: .* better: proceed/),
    ]);
    expect(variantCells(verdict).header).toEqual(['', 'off', 'on']);
    expect(comparisonCells(verdict)[0].rows.every((row) => row.every((cell) => !/NaN|undefined/.test(cell)))).toBe(
      true,
    );
  });

  it('says only that the split is wrong, if it is', () => {
    const skewed = verdictOf(drawn(3, { visitors: 20_000, share: 0.4, lift: 1.5 }), { effect: 0.2 });
    expect(skewed.comparisons.every(({ decision }) => decision === 'continue')).toBe(true);
    expect(verdictSentences(skewed)).toEqual([expect.stringContaining('WARNING: THE SPLIT IS WRONG')]);
    expect(verdictPage(skewed)).toContain('role="alert"');
    expect(verdictPage(skewed)).not.toContain('<svg');
    // Grey, and folded with all tables in it.
    const [open, folded] = verdictPage(skewed).split('<details class="muted folded">');
    expect(open).toContain('<p class="large wrong">The split is wrong: no figure counts</p>');
    expect(open).toContain('<dl class="tiles muted">');
    expect(open).not.toContain('<table');
    expect(folded).toContain('<table');
    expect(verdictTiles(skewed).map(({ value }) => value)).toEqual(['20,000', '–', '–']);
    expect(comparisonCells(skewed)[0].rows.map((row) => row[5])).toEqual(skewed.metrics.map(() => 'split is wrong'));
  });

  const split = new Map([
    ['on', 5],
    ['off', 95],
  ]);

  it('detects with the defaults a halved share in a stage of 5 %', () => {
    const days = [dayWith(0, [9500, 950], [700, 35])];
    const found = verdictOf({ days }, { split: new Map([...split, ['on', 7]]) });
    expect(found.comparisons[0]).toMatchObject({ metric: 'buyers', decision: 'worse', decidedOn: dayOf(0) });
    expect(verdictSentences(found)[1]).toContain(`roll back. Decided on ${dayOf(0)} by the interval at any look.`);
    // Later days do not withdraw it.
    const more = [...days, dayWith(1, [1900, 100], [140, 90])];
    const later = verdictOf({ days: more }, { split: new Map([...split, ['on', 7]]) });
    expect(later.comparisons[0]).toMatchObject({ decision: 'worse', decidedOn: dayOf(0) });
  });

  it('refuses a split that does not name each variant, which may be a misspelling', () => {
    const days = [dayWith(0, [950, 95], [50, 5])];
    expect(verdictOf({ days }, { split }).sampleRatio.mismatch).toBe(false);
    const typo = new Map([
      ['on', 5],
      ['of', 95],
    ]);
    expect(() => verdictOf({ days }, { split: typo })).toThrow(
      /does not name “off”.*: off, on\. It names “of”, which no visitor had/,
    );
  });

  it('says that few visitors are too few, and at the horizon that it is time to decide', () => {
    const few = verdictOf({ days: [dayWith(0, [9, 1], [8, 1])] });
    expect(verdictSentences(few)[1]).toContain('(too few to say at any look)');
    expect(comparisonCells(few)[0].rows[0]).toContain('too few to say');
    const enough = verdictOf({ days: [dayWith(0, [5000, 500], [5000, 430])] }, { effect: 0.25 });
    expect(verdictSentences(enough)[1]).toContain('The horizon is reached without a decision: decide by the interval');
  });

  it('notices that there is only one variant: the split is wrong, or, with few visitors, it may be chance', () => {
    const one = (visitors: number) => {
      const { day, variants } = dayWith(0, [visitors, 1], [1, 0]);
      variants.delete('t/on');
      return { days: [{ day, variants, revenue: [] }] };
    };
    const found = verdictOf(one(900), { split });
    expect(found).toMatchObject({ decision: 'continue', comparisons: [], sampleRatio: { mismatch: true } });
    expect(verdictSentences(found)).toEqual([expect.stringContaining('THE SPLIT IS WRONG. No visitor had “on”')]);
    expect(verdictSentences(verdictOf(one(9), { split }))[0]).toMatch(/ONLY ONE VARIANT.*may be chance/);
    expect(verdictSentences(verdictOf(one(900)))).toEqual([expect.stringContaining('all 900 visitors had “off”')]);
    const off = verdictOf(one(900), { split: new Map(Object.entries({ on: 0, off: 100 })) });
    expect(verdictSentences(off)[0]).toMatch(/ONLY ONE VARIANT(?!.*chance)/);
    // The control may be the missing one.
    const other = { days: [{ day: dayOf(0), variants: new Map([['t/on', visitor('t/on')]]), revenue: [] }] };
    expect(verdictOf(other).sampleRatio.mismatch).toBe(true);
    expect(verdictPage(found)).not.toMatch(/NaN|undefined/);
  });

  it('fixes the visitors needed for a share by its base, as a pilot does', () => {
    const needed = (days: Parameters<typeof verdictOf>[0]['days']) =>
      verdictOf({ days }, { split, base: 0.1, effect: 0.2 }).comparisons[0].needed;
    const { control, treatment } = unitsNeeded({ base: 0.1, effect: 0.02 }, 0.05);
    expect(needed([dayWith(0, [950, 95], [50, 5])])).toBe(control + treatment);
    expect(needed([dayWith(0, [950, 45], [50, 1])])).toBe(control + treatment);
    const fixed = verdictOf({ days: [dayWith(0, [950, 95], [50, 5])] }, { split, base: 0.1 });
    expect(verdictSentences(fixed)[1]).not.toContain('changes daily');
    expect(() => verdictOf({ days: [dayWith(0, [950, 95], [50, 5])] }, { base: 3 })).toThrow('below 1: 0.03 for 3 %');
  });

  it('names the loss that counts as no worse', () => {
    const even = verdictOf({ days: [dayWith(0, [9000, 900], [9000, 900])] }, { effect: 0.2 });
    expect(verdictSentences(even)[1]).toContain(
      'a loss of up to 20 % of the visitors who bought, as much as the effect, counts as no worse',
    );
    expect(even.decision).toBe('no-worse');
    const days = [dayWith(0, [9000, 900], [9000, 900])];
    expect(verdictOf({ days }, { effect: 0.2, margin: 0.01 }).decision).toBe('continue');
    const third = verdictOf({ days }, { effect: 0.5, margin: 1 / 3 });
    expect(verdictSentences(third)[1]).toContain('a loss of up to 33.333 % of the visitors who bought counts');
  });

  it('prints shares without the digits of binary fractions', () => {
    const found = verdictOf({ days: [dayWith(0, [9000, 900], [9000, 900])] }, { alpha: 0.07 });
    expect(verdictPage(found)).toContain('false alarms 7\u00a0%.');
    expect(comparisonCells(found)[0].header[2]).toBe('93 % at one look');
  });

  it('says why cells are empty if a variant has one visitor', () => {
    const one = verdictOf({ days: [dayWith(0, [1, 0], [1, 0])] });
    expect(variantCells(one).rows[1]).toEqual(['Visitors who bought', 'too few to say', 'too few to say']);
    expect(comparisonCells(one)[0].rows[0][1]).toBe('too few to say');
  });

  it('has a headline for every decision', () => {
    const lines = (off: [number, number], on: [number, number], plan: VerdictPlan = {}) =>
      headlines(verdictOf({ days: [dayWith(0, off, on)] }, plan)).map(({ text, tone }) => [text, tone]);
    expect(lines([5000, 500], [5000, 800])).toEqual([['“on” is better than “off”', 'better']]);
    expect(lines([5000, 500], [5000, 300])).toEqual([['“on” is worse than “off”', 'worse']]);
    expect(lines([9000, 900], [9000, 900], { effect: 0.2 })).toEqual([['“on” is no worse than “off”', 'no-worse']]);
    expect(lines([5000, 500], [5000, 510])).toEqual([['Not decided yet', 'continue']]);
    expect(lines([9, 0], [8, 0])).toEqual([['Too few visitors yet', 'continue']]);
    expect(lines([5000, 500], [5000, 430], { effect: 0.25 })[0][0]).toBe(
      'Not decided by the planned number of visitors',
    );
    const alone = { day: dayOf(0), variants: new Map([['t/off', visitor('t/off')]]), revenue: [] };
    expect(headlines(verdictOf({ days: [alone] }))).toEqual([{ text: 'There is only one variant', tone: 'wrong' }]);
  });

  it('counts the days left at the rate of visitors so far, and none after a decision', () => {
    const days = [0, 1, 3].map((day) => dayWith(day, [1000, 100], [1000, 103]));
    const found = verdictOf({ days }, { base: 0.1, effect: 0.1 });
    const needed = found.comparisons[0].needed ?? Number.NaN;
    // 6,000 visitors in the four days from the first to the last.
    const left = Math.ceil((needed - 6000) / 1500);
    expect(left).toBeGreaterThan(5);
    const [visitors, metric, rest] = verdictTiles(found);
    expect(visitors).toEqual({ title: 'Visitors', value: '6,000', about: ['off 3,000', 'on 3,000'] });
    expect([metric.title, metric.value]).toEqual(['Visitors who bought', '+3.0 %']);
    expect(rest.value).toBe(`about ${left}`);
    expect(rest.about[0]).toContain('at the rate of 4 days so far');
    const decided = verdictOf({ days: [dayWith(0, [5000, 500], [5000, 800])] });
    expect(verdictTiles(decided)[2]).toEqual({
      title: 'Days left',
      value: '0',
      about: [`decided on ${dayOf(0)}`],
    });
    expect(verdictTiles(verdictOf({ days: [dayWith(0, [9, 0], [8, 0])] }))[2].value).toBe('?');
  });

  it('is a page of one file, with the numbers behind every picture', () => {
    const page = verdictPage(verdict);
    expect(page).not.toMatch(/<script|<link|https?:(?!\/\/www\.w3\.org)|url\((?!#)/);
    expect(page.match(/<svg role="img" aria-labelledby/g)).toHaveLength(3);
    expect(page).not.toMatch(/NaN|undefined/);
    expect(page).not.toMatch(/>-\d/);
    expect(page).toContain('<dt>±</dt>');
    expect(page).toContain('All purchases per click on a list');
    expect(page.split('<main>')[1].match(/(fill|stroke)="(?!var|none|currentColor")[^"]*"/g) ?? []).toEqual([]);
  });

  it('waits for enough visitors, and names how many are needed', () => {
    const few = verdictOf(drawn(5, { visitors: 300, share: 0.5, lift: 1 }));
    const buyers = few.comparisons.find(({ metric }) => metric === 'buyers');
    expect(buyers?.decision).toBe('continue');
    // Twice the effect needs about a quarter of the visitors.
    const larger = verdictOf(drawn(5, { visitors: 300, share: 0.5, lift: 1 }), { effect: 0.1 });
    const ofLarger = larger.comparisons.find(({ metric }) => metric === 'buyers')?.needed ?? 1;
    expect((buyers?.needed ?? 0) / ofLarger).toBeCloseTo(4, 1);
  });
});

/** A day with only purchases, no difference between variants, and payments with a heavy tail. */
function paidDay(random: Random, [off, on]: [number, number], price: (random: Random) => number) {
  const revenue: RevenueStep[] = [];
  const side = (variant: string, visitors: number): [string, VisitorSums] => {
    const paid = { visitors: 0, sum: 0, squares: 0 };
    for (let n = 0; n < visitors; n++) {
      if (random() >= 0.07) continue;
      const after = price(random);
      revenue.push({ variant, currency: 'EUR', before: 0, after });
      [paid.visitors, paid.sum, paid.squares] = [paid.visitors + 1, paid.sum + after, paid.squares + after ** 2];
    }
    const purchases = { visitors: paid.visitors, sum: paid.visitors, squares: paid.visitors };
    return [variant, { ...visitor(variant), visitors, purchases, revenue: { EUR: paid } }];
  };
  return { day: dayOf(0), variants: new Map([side('t/off', off), side('t/on', on)]), revenue };
}

describe('revenue', () => {
  const five = new Map([
    ['on', 5],
    ['off', 95],
  ]);
  const of = (day: ReturnType<typeof paidDay>) => {
    const found = verdictOf({ days: [day] }, { split: five, metric: 'revenue-EUR' });
    return { found, judged: found.comparisons.find(({ metric }) => metric === 'revenue-EUR') };
  };

  it('says nothing before 30 visitors of each variant have paid', () => {
    const { found, judged } = of(paidDay(seededRandom(1), [1900, 100], logNormal(1)));
    expect(judged).toMatchObject({ difference: null, relative: null, decision: 'continue', needed: null });
    expect(verdictSentences(found)[1]).toMatch(
      /30 visitors of each variant must have paid; \d+ of “off” and \d+ of “on” did/,
    );
  });

  it('counts up to a cap while large orders dominate, and in full if they do not', () => {
    const { found } = of(paidDay(seededRandom(2), [19_000, 1000], pareto(1.1)));
    const metric = found.metrics.find(({ name }) => name === 'revenue-EUR');
    expect(metric?.cap).toBeGreaterThan(20);
    expect(metric?.title).toMatch(/^Revenue per visitor, EUR, up to [\d,.]+ each$/);
    const [off] = found.variants;
    expect(off?.uncapped['revenue-EUR']?.value).toBeGreaterThan(off?.estimates['revenue-EUR']?.value ?? 0);
    expect(variantCells(found).rows.at(-1)?.[0]).toBe('  all of it');
    const even = of(paidDay(seededRandom(2), [19_000, 1000], () => 30)).found;
    expect(even.metrics.at(-1)).toMatchObject({ title: 'Revenue per visitor, EUR', cap: null });
    expect(even.variants[0]?.uncapped).toEqual({});
  });

  it.each([
    ['log-normal, sigma 2', logNormal(2)],
    ['Pareto 1.1', pareto(1.1)],
  ])('raises no more false alarms than it may with 5 % of the visitors: %s', (_, price) => {
    const random = seededRandom(11);
    const runs = isNightly ? 200 : 100;
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const { judged } = of(paidDay(random, [9500, 500 + Math.round(200 * random())], price));
      const once = judged?.relative?.once;
      if (once && (once[0] > 0 || once[1] < 0)) alarms++;
    }
    // 5 %, and three standard errors.
    expect(alarms / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  });
});

describe('simulated', () => {
  const RUNS = isNightly ? 300 : 150;

  it('a right split that is looked at for 60 days raises an alarm in one of a thousand experiments at most', () => {
    const random = seededRandom(4);
    const weights = new Map([
      ['on', 50],
      ['off', 50],
    ]);
    let alarms = 0;
    let lost = 0;
    const daysOf = (kept: number) =>
      Array.from({ length: 60 }, () => {
        let on = 0;
        for (let n = 0; n < 100; n++) if (random() < 0.5) on++;
        return new Map([
          ['off', 100 - on],
          ['on', Math.round(on * kept)],
        ]);
      });
    for (let run = 0; run < 1000; run++) if (sampleRatio(daysOf(1), weights).mismatch) alarms++;
    for (let run = 0; run < 50; run++) if (sampleRatio(daysOf(0.8), weights).mismatch) lost++;
    expect(alarms).toBeLessThanOrEqual(4);
    expect(lost).toBe(50);
  });

  nightly('intervals of a look are wrong in about 5 % of the experiments, with few visitors who come often', () => {
    const metrics = ['buyers', 'clicks-per-impression', 'revenue-EUR'];
    const random = seededRandom(1);
    const wrong = new Map(metrics.map((name) => [name, 0]));
    for (let run = 0; run < RUNS; run++) {
      const [drawn] = drawCrowd(random, { visitors: 2000, share: 0.5, lift: 1 });
      const { comparisons } = verdictOf({ days: [{ day: '2026-03-02', ...drawn }] });
      for (const { metric, difference } of comparisons) {
        if (difference && (difference.once[0] > 0 || difference.once[1] < 0))
          wrong.set(metric, (wrong.get(metric) ?? 0) + 1);
      }
    }
    for (const name of metrics) {
      expect((wrong.get(name) ?? 0) / RUNS).toBeGreaterThan(0.02);
      expect((wrong.get(name) ?? 0) / RUNS).toBeLessThan(0.085);
    }
  });

  nightly('a log that is looked at every day raises no more false alarms than it may', () => {
    const random = seededRandom(2);
    let alarms = 0;
    for (let run = 0; run < RUNS; run++) {
      const days = drawCrowd(random, { visitors: 2000, share: 0.5, lift: 1, days: 14 }).map((drawn, day) => ({
        day: dayOf(day),
        ...drawn,
      }));
      const [buyers] = verdictOf({ days }, { effect: 0.3 }).comparisons;
      if (buyers.decidedOn !== null) alarms++;
    }
    expect(alarms / RUNS).toBeLessThanOrEqual(0.05);
  });
});

it('adds up in any order', () => {
  const [a, b] = [visitor('t/on', { clicks: 2, revenue: { EUR: 3 } }), visitor('t/on', { revenue: { USD: 4 } })];
  expect(combined(a, b, 1)).toEqual({
    ...combined(b, a, 1),
    revenue: { EUR: expect.anything(), USD: expect.anything() },
  });
});
