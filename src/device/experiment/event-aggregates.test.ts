import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../core/events';
import { Counters } from './counters';
import { EventAggregates } from './event-aggregates';

const event = (id: number, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
  id,
  type: 'purchase',
  itemId: 'a',
  time: id,
  transactionId: 'T',
  price: 2,
  currency: 'EUR',
  ...more,
});

describe('aggregates of events', () => {
  it('counts an order once if two tabs wrote it at the same moment', () => {
    const aggregates = new EventAggregates();
    aggregates.observe(event(1));
    aggregates.observe(event(2));
    aggregates.observe(event(3, { itemId: 'b' }));
    expect(aggregates.counts[0]).toMatchObject({ purchases: 2, revenue: { EUR: 4 } });
    expect(aggregates.lastEvent).toBe(3);
  });

  it('is the same after saving and reading, and continues identically', () => {
    const aggregates = new EventAggregates();
    const click = { type: 'click', transactionId: undefined, recommendationId: 'r', placement: 'recent' } as const;
    aggregates.observe(event(1, click));
    aggregates.observe(event(2));
    const again = EventAggregates.read(aggregates.save());
    expect(again?.save()).toEqual(aggregates.save());
    expect(again?.knows(event(3))).toBe(true);
    expect(again?.attributed(event(3, { type: 'cart' }))).toMatchObject({ recommendationId: 'r', placement: 'recent' });
  });

  /** Stored aggregates with other content. */
  const stored = (change: (content: Record<string, unknown>) => object) => {
    const aggregates = new EventAggregates();
    aggregates.observe(
      event(1, { type: 'click', transactionId: undefined, recommendationId: 'r', placement: 'recent' }),
    );
    aggregates.observe(event(2));
    const { bytes, ...about } = aggregates.save();
    const content = JSON.parse(new TextDecoder().decode(bytes));
    return { ...about, bytes: new TextEncoder().encode(JSON.stringify({ ...content, ...change(content) })) };
  };

  it('caps revenue at its bound, and stays readable', () => {
    const aggregates = new EventAggregates();
    for (const id of [1, 2, 3])
      aggregates.observe(event(id, { transactionId: `T${id}`, price: 1e308, quantity: 1e308 }));
    aggregates.observe(event(4, { transactionId: 'T4', currency: 'USD' }));
    const again = EventAggregates.read(aggregates.save());
    expect(again?.counts).toEqual(aggregates.counts);
    const [{ revenue, purchases }] = aggregates.counts;
    expect(purchases).toBe(4);
    expect(revenue).toEqual({ EUR: Number.MAX_SAFE_INTEGER, USD: 2 });
  });

  const click = { time: 1, recommendationId: 'r', placement: 'recent', position: 3 };
  const counts = { ...new Counters().rows[0], variant: null, placement: null };
  const row = { ...counts, impressions: 1, clicks: 1, carts: 0, purchases: 0, revenue: {} };
  const cases: [string, object][] = [
    ['a click with a field that no event may have: position', { touches: [['a', { ...click, position: -1 }]] }],
    [
      'a click with a field that no event may have: id',
      { touches: [['a', { ...click, recommendationId: 'r'.repeat(65) }]] },
    ],
    [
      'a click with a field that no event may have: placement',
      { touches: [['a', { ...click, placement: 'p'.repeat(65) }]] },
    ],
    [
      'a click with a field that no event may have: variant',
      { touches: [['a', { ...click, variant: 'v'.repeat(66) }]] },
    ],
    ['a click at an invalid time', { touches: [['a', { ...click, time: 1e300 }]] }],
    ['more clicks than are remembered', { touches: Array.from({ length: 501 }, (_, n) => [`${n}`, click]) }],
    ['more orders than are remembered', { orders: Array.from({ length: 1001 }, (_, n) => `${n}`) }],
    ['orders that are too long', { orders: ['x'.repeat(3000)] }],
    ['counts beyond safe integers', { counts: [{ ...row, clicks: 1e300 }] }],
    ['negative revenue', { counts: [{ ...row, revenue: { EUR: -1 } }] }],
    ['more rows than are counted', { counts: Array.from({ length: 600 }, (_, n) => ({ ...row, placement: `${n}` })) }],
    ['placements that are too long', { counts: [{ ...row, placement: 'p'.repeat(65) }] }],
    ['currencies that are not codes', { counts: [{ ...row, revenue: { EURO: 1 } }] }],
  ];
  it.each(cases)('is not read with %s', (_, change) => {
    expect(EventAggregates.read(stored(() => ({})))).not.toBeNull();
    expect(EventAggregates.read(stored(() => change))).toBeNull();
  });

  it('stays readable after many orders, placements, variants and currencies', () => {
    const aggregates = new EventAggregates();
    for (let id = 1; id <= 3000; id++) {
      const code = 676 + (id % 400);
      const currency = [code / 676, code / 26, code]
        .map((n) => String.fromCharCode(65 + (Math.floor(n) % 26)))
        .join('');
      const itemId = `${'\u0001'.repeat(250)}${id}`;
      const names = { placement: `list ${id % 300}`, variant: id % 2 ? `e/${id}` : undefined };
      aggregates.observe(event(2 * id, { ...names, type: 'click', itemId, recommendationId: 'r' }));
      aggregates.observe(event(2 * id + 1, { ...names, itemId, currency, transactionId: `T${id}`.padEnd(128, '"') }));
    }
    const again = EventAggregates.read(aggregates.save());
    expect(again?.counts).toEqual(aggregates.counts);
    expect(aggregates.counts.length).toBeLessThan(500);
    expect(Math.max(...aggregates.counts.map(({ revenue }) => Object.keys(revenue).length))).toBeLessThan(300);
    expect(aggregates.counts.reduce((sum, { purchases }) => sum + purchases, 0)).toBe(3000);
  });

  it('reads only aggregates of this code', () => {
    const { bytes, ...about } = new EventAggregates().save();
    expect(EventAggregates.read(null)?.counts).toEqual([]);
    for (const wrong of [undefined, {}, { ...about, schema: 2, bytes }, { ...about, bytes: new Uint8Array(3) }]) {
      expect(EventAggregates.read(wrong)).toBeNull();
    }
  });
});

describe('counters', () => {
  it('stay few, however many lists a page names', () => {
    const counters = new Counters();
    for (let n = 0; n < 1000; n++) {
      counters.add({ type: 'impression', itemId: 'a', time: 0, placement: `list-${n}`, variant: 'e/v' });
    }
    expect(counters.rows.length).toBeLessThan(300);
    expect(counters.rows.reduce((sum, { impressions }) => sum + impressions, 0)).toBe(1000);
  });
});
