import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../learner';
import { Counters } from './counters';
import { Tally } from './tally';

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
