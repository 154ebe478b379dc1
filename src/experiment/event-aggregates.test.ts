import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../events';
import { Counters } from './counters';
import { Tally } from './event-aggregates';

const event = (id: number, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
  ...{ id, type: 'purchase', itemId: 'a', time: id, transactionId: 'T', price: 2, currency: 'EUR' },
  ...more,
});

describe('a tally', () => {
  it('counts an order once that two tabs wrote at the same moment', () => {
    const tally = new Tally();
    tally.observe(event(1));
    tally.observe(event(2));
    tally.observe(event(3, { itemId: 'b' }));
    expect(tally.counts[0]).toMatchObject({ purchases: 2, revenue: { EUR: 4 } });
    expect(tally.lastEvent).toBe(3);
  });

  it('is the same after it was saved and read, also in what it goes on with', () => {
    const tally = new Tally();
    const click = { type: 'click', transactionId: undefined, recommendationId: 'r', placement: 'recent' } as const;
    tally.observe(event(1, click));
    tally.observe(event(2));
    const again = Tally.read(tally.save());
    expect(again?.save()).toEqual(tally.save());
    expect(again?.knows(event(3))).toBe(true);
    expect(again?.attributed(event(3, { type: 'cart' }))).toMatchObject({ recommendationId: 'r', placement: 'recent' });
  });

  /** A stored tally with other content. */
  const stored = (change: (content: Record<string, unknown>) => object) => {
    const tally = new Tally();
    tally.observe(event(1, { type: 'click', transactionId: undefined, recommendationId: 'r', placement: 'recent' }));
    tally.observe(event(2));
    const { bytes, ...about } = tally.save();
    const content = JSON.parse(new TextDecoder().decode(bytes));
    return { ...about, bytes: new TextEncoder().encode(JSON.stringify({ ...content, ...change(content) })) };
  };

  it('stops revenue at its bound, and can be read again', () => {
    const tally = new Tally();
    for (const id of [1, 2, 3]) tally.observe(event(id, { transactionId: `T${id}`, price: 1e308, quantity: 1e308 }));
    tally.observe(event(4, { transactionId: 'T4', currency: 'USD' }));
    const again = Tally.read(tally.save());
    expect(again?.counts).toEqual(tally.counts);
    const [{ revenue, purchases }] = tally.counts;
    expect(purchases).toBe(4);
    expect(revenue).toEqual({ EUR: Number.MAX_SAFE_INTEGER, USD: 2 });
  });

  it('is read where an earlier version stored overflowed revenue', () => {
    // JSON writes what is infinite as null.
    const [row] = Tally.read(stored(() => ({})))?.counts ?? [];
    const overflowed = stored(() => ({ counts: [{ ...row, revenue: { EUR: null, USD: 1e300, JPY: 5 } }] }));
    const read = Tally.read(overflowed);
    const most = Number.MAX_SAFE_INTEGER;
    expect(read?.counts).toEqual([{ ...row, revenue: { EUR: most, USD: most, JPY: 5 } }]);
    expect(read?.lastEvent).toBe(2);
    expect(Tally.read(read?.save())?.counts).toEqual(read?.counts);
  });

  const touch = { time: 1, recommendationId: 'r', placement: 'recent', position: 3 };
  const counts = { ...new Counters().rows[0], variant: null, placement: null };
  const row = { ...counts, impressions: 1, clicks: 1, carts: 0, purchases: 0, revenue: {} };
  const cases: [string, object][] = [
    ['a click with a field that no event may have: position', { touches: [['a', { ...touch, position: -1 }]] }],
    [
      'a click with a field that no event may have: id',
      { touches: [['a', { ...touch, recommendationId: 'r'.repeat(65) }]] },
    ],
    [
      'a click with a field that no event may have: placement',
      { touches: [['a', { ...touch, placement: 'p'.repeat(65) }]] },
    ],
    [
      'a click with a field that no event may have: variant',
      { touches: [['a', { ...touch, variant: 'v'.repeat(66) }]] },
    ],
    ['a click at an invalid time', { touches: [['a', { ...touch, time: 1e300 }]] }],
    ['more clicks than are remembered', { touches: Array.from({ length: 501 }, (_, n) => [`${n}`, touch]) }],
    ['more orders than are remembered', { orders: Array.from({ length: 1001 }, (_, n) => `${n}`) }],
    ['orders that are too long', { orders: ['x'.repeat(3000)] }],
    ['counts beyond safe integers', { counts: [{ ...row, clicks: 1e300 }] }],
    ['negative revenue', { counts: [{ ...row, revenue: { EUR: -1 } }] }],
    ['more rows than are counted', { counts: Array.from({ length: 600 }, (_, n) => ({ ...row, placement: `${n}` })) }],
    ['placements that are too long', { counts: [{ ...row, placement: 'p'.repeat(65) }] }],
    ['currencies that are not codes', { counts: [{ ...row, revenue: { EURO: 1 } }] }],
  ];
  it.each(cases)('is not read with %s', (_, change) => {
    expect(Tally.read(stored(() => ({})))).not.toBeNull();
    expect(Tally.read(stored(() => change))).toBeNull();
  });

  it('can be read again after many orders, placements, variants and currencies', () => {
    const tally = new Tally();
    for (let id = 1; id <= 3000; id++) {
      const code = 676 + (id % 400);
      const currency = [code / 676, code / 26, code]
        .map((n) => String.fromCharCode(65 + (Math.floor(n) % 26)))
        .join('');
      const itemId = `${'\u0001'.repeat(250)}${id}`;
      const names = { placement: `list ${id % 300}`, variant: id % 2 ? `e/${id}` : undefined };
      tally.observe(event(2 * id, { ...names, type: 'click', itemId, recommendationId: 'r' }));
      tally.observe(event(2 * id + 1, { ...names, itemId, currency, transactionId: `T${id}`.padEnd(128, '"') }));
    }
    const again = Tally.read(tally.save());
    expect(again?.counts).toEqual(tally.counts);
    expect(tally.counts.length).toBeLessThan(500);
    expect(Math.max(...tally.counts.map(({ revenue }) => Object.keys(revenue).length))).toBeLessThan(300);
    expect(tally.counts.reduce((sum, { purchases }) => sum + purchases, 0)).toBe(3000);
  });

  it('reads nothing that is not a tally of this code', () => {
    const { bytes, ...about } = new Tally().save();
    for (const wrong of [null, {}, { ...about, schema: 2, bytes }, { ...about, bytes: new Uint8Array(3) }]) {
      expect(Tally.read(wrong)).toBeNull();
    }
  });
});

describe('counters', () => {
  it('stay few, whatever lists a page names', () => {
    const counters = new Counters();
    for (let n = 0; n < 1000; n++) {
      counters.add({ type: 'impression', itemId: 'a', time: 0, placement: `list-${n}`, variant: 'e/v' });
    }
    expect(counters.rows.length).toBeLessThan(300);
    expect(counters.rows.reduce((sum, { impressions }) => sum + impressions, 0)).toBe(1000);
  });
});
