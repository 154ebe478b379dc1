import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { combined } from '../../core/common/sums';
import type { Counts } from './counters';
import { metricLineSchema, nextReport as nextOf, sumsOf, type VisitorSums } from './visitors';

const counts = (variant: string, given: Partial<Counts> = {}): Counts => ({
  variant,
  placement: 'for-you',
  impressions: 0,
  clicks: 0,
  carts: 0,
  purchases: 0,
  revenue: {},
  ...given,
});
/** As a page that confirms at once what it sent. */
let keys = 0;
function nextReport(stored: string | null, rows: Counts[], lastEvent: number, variant: string) {
  const about = { rows, lastEvent, variant };
  const next = nextOf(stored, about, [], () => `report-${keys++}`);
  const sent = nextOf(
    next.stored,
    about,
    next.reports.map(({ key }) => key),
    () => `report-${keys++}`,
  );
  expect(sent.reports).toEqual([]);
  return { stored: sent.stored, sums: next.reports.map(({ key: _, ...sums }) => sums), reports: next.reports };
}
const added = (sums: readonly VisitorSums[]): VisitorSums => sums.slice(1).reduce((a, b) => combined(a, b, 1), sums[0]);

describe("a device's report", () => {
  it("counts the visitor once, then the growth of the sums; all reports add up to the visitor's sums", () => {
    const first = nextReport(null, [counts('t/on', { clicks: 2, impressions: 10 })], 12, 't/on');
    expect(first.sums).toEqual([sumsOf('t/on', { ...counts('t/on', { clicks: 2, impressions: 10 }) })]);
    expect(first.sums[0]).toMatchObject({ visitors: 1, clicks: { visitors: 1, sum: 2, squares: 4 } });
    const rows = [
      counts('t/on', { clicks: 3, impressions: 11, purchases: 1, revenue: { EUR: 20 } }),
      counts('t/on', { placement: null, purchases: 1, revenue: { EUR: 5 } }),
    ];
    const second = nextReport(first.stored, rows, 16, 't/on');
    expect(second.sums).toMatchObject([
      {
        visitors: 0,
        clicks: { visitors: 0, sum: 1, squares: 5 },
        purchases: { visitors: 1, sum: 2, squares: 4 },
        products: { clicksImpressions: 13, purchasesClicks: 6 },
        revenue: { EUR: { visitors: 1, sum: 25, squares: 625 } },
      },
    ]);
    expect(nextReport(second.stored, rows, 16, 't/on').sums).toEqual([]);
  });

  it('is sent once, even without counts', () => {
    const first = nextReport(null, [], 0, 't/off');
    expect(first.sums).toMatchObject([{ variant: 't/off', visitors: 1, clicks: { visitors: 0, sum: 0 } }]);
    expect(nextReport(first.stored, [], 0, 't/off').sums).toEqual([]);
  });

  it('leaves out counts of no variant or of an experiment that was never reported', () => {
    const rows = [counts('old/on', { clicks: 5 }), { ...counts('', { clicks: 7 }), variant: null }];
    expect(nextReport(null, rows, 12, 't/on').sums).toEqual([
      expect.objectContaining({ variant: 't/on', visitors: 1 }),
    ]);
  });

  it('continues an earlier variant if a purchase is attributed to a click under it', () => {
    const first = nextReport(null, [counts('one/on', { clicks: 1 })], 1, 'one/on');
    const rows = [counts('one/on', { clicks: 1, purchases: 1 }), counts('two/on', { clicks: 1 })];
    expect(nextReport(first.stored, rows, 3, 'two/on').sums).toMatchObject([
      { variant: 'one/on', visitors: 0, purchases: { sum: 1 } },
      { variant: 'two/on', visitors: 1, clicks: { sum: 1 } },
    ]);
  });

  it('reports nothing from a tab that has read less of the log than the previous one', () => {
    const first = nextReport(null, [counts('t/on', { clicks: 5 })], 5, 't/on');
    const behind = nextReport(first.stored, [counts('t/on', { clicks: 3 })], 3, 't/on');
    expect(behind).toMatchObject({ stored: first.stored, sums: [] });
  });

  it('reports nothing twice after the log was cleared, and no second visitor', () => {
    const first = nextReport(null, [counts('t/on', { clicks: 5 })], 5, 't/on');
    const cleared = nextReport(first.stored, [], 0, 't/on');
    expect(cleared.sums).toEqual([]);
    const again = nextReport(cleared.stored, [counts('t/on', { clicks: 1 })], 6, 't/on');
    expect(again.sums).toEqual([]);
    const more = nextReport(again.stored, [counts('t/on', { clicks: 2 })], 7, 't/on');
    expect(more.sums).toMatchObject([{ visitors: 0, clicks: { visitors: 0, sum: 1, squares: 36 - 25 } }]);
  });

  it('is returned again, with the same key, until its delivery is confirmed', () => {
    const about = { rows: [counts('t/on', { clicks: 1 })], lastEvent: 1, variant: 't/on' };
    const key = (): string => `report-${keys++}`;
    const first = nextOf(null, about, [], key);
    const more = { ...about, rows: [counts('t/on', { clicks: 2 })], lastEvent: 2 };
    const second = nextOf(first.stored, more, [], key);
    expect(second.reports).toEqual([first.reports[0], expect.objectContaining({ visitors: 0 })]);
    const third = nextOf(second.stored, more, [first.reports[0].key], key);
    expect(third.reports).toEqual([second.reports[1]]);
    // Even if this tab has read less of the log.
    expect(nextOf(third.stored, about, [second.reports[1].key], key).reports).toEqual([]);
  });

  it('reports the visitor from the beginning if the stored state is damaged', () => {
    expect(nextReport('{"lastEvent":3}', [], 0, 't/on').sums).toMatchObject([{ visitors: 1 }]);
  });

  it('adds up to the visitor in any order, and is a valid line of a log', () => {
    const step = fc.record({
      impressions: fc.nat(9),
      clicks: fc.nat(4),
      carts: fc.nat(2),
      purchases: fc.nat(2),
      // Whole cents, like real amounts: smaller parts would be lost to rounding in every report.
      euro: fc.nat(100_000).map((cents) => cents / 100),
    });
    void fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        let stored: string | null = null;
        const total = counts('t/on', { revenue: { EUR: 0 } });
        const sums: VisitorSums[] = [];
        for (const [at, { euro, ...more }] of steps.entries()) {
          for (const [name, value] of Object.entries(more)) total[name as keyof typeof more] += value;
          total.revenue.EUR += euro;
          const next = nextReport(stored, [total], at + 1, 't/on');
          const line = { day: '2026-03-02', counts: [], visitors: next.reports, operations: [] };
          expect(v.safeParse(metricLineSchema, line).issues).toBeUndefined();
          stored = next.stored;
          sums.push(...next.sums);
        }
        const all = added(sums);
        const expected = sumsOf('t/on', total);
        expect({ ...all, revenue: {} }).toEqual({ ...expected, revenue: {} });
        // Sums are in millionths.
        expect(all.revenue.EUR.sum).toBeCloseTo(expected.revenue.EUR.sum, 5);
        expect(all.revenue.EUR.squares).toBeCloseTo(expected.revenue.EUR.squares, 1);
      }),
    );
  });
});

describe('a line of a log', () => {
  const [sums] = nextReport(null, [counts('t/on', { clicks: 2, revenue: { EUR: 2 } })], 1, 't/on').reports;
  const operation = {
    variant: 't/on',
    pages: 1,
    firstList: { 300: 1 },
    encoders: { webgpu: 0, wasm: 1 },
    errors: {},
    bytes: 9,
  };
  const line = { day: '2026-03-02', counts: [], visitors: [sums], operations: [operation] };
  it.each([
    ['another day', { ...line, day: 'today' }, 'date'],
    ['an unknown name', { ...line, id: 7 }, 'id'],
    ['two visitors', { ...line, visitors: [{ ...sums, visitors: 2 }] }, '0 or 1'],
    ['a variant without an experiment', { ...line, visitors: [{ ...sums, variant: 'on' }] }, 'experiment/variant'],
    [
      'squares that cannot be',
      { ...line, visitors: [{ ...sums, clicks: { visitors: 1, sum: 2, squares: 3 } }] },
      'square',
    ],
    ['a negative sum', { ...line, visitors: [{ ...sums, carts: { visitors: 0, sum: -1, squares: 1 } }] }, '0 or more'],
    ['an unknown operating figure', { ...line, operations: [{ ...operation, page: 1 }] }, 'Did you mean "pages"?'],
    ['an unknown time', { ...line, operations: [{ ...operation, firstList: { 301: 1 } }] }, '"301"'],
    ['half a page', { ...line, operations: [{ ...operation, pages: 0.5 }] }, 'integer'],
    ['an error without a code', { ...line, operations: [{ ...operation, errors: { 'no disk': 1 } }] }, 'code'],
    ['no currency', { ...line, visitors: [{ ...sums, revenue: { euro: sums.clicks } }] }, 'EUR'],
  ])('is refused with %s', (_, given, reason) => {
    const result = v.safeParse(metricLineSchema, given);
    expect(result.issues?.[0].message).toContain(reason);
  });
});
