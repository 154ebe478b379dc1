import { describe, expect, it } from 'vitest';
import type { EventType } from './event-types';
import { History } from './history';

const HOUR = 3600 * 1000;
const START = 1_700_000_000_000;

/** A history after these events, one minute apart. */
function historyOf(...events: [EventType, number][]): History {
  const history = new History();
  for (const [n, [type, row]] of events.entries()) history.add({ type, time: START + n * 60_000 }, row);
  return history;
}

describe('ShopperState', () => {
  it('records the items in the cart and the bought items', () => {
    const { record } = historyOf(
      ['cart', 1],
      ['cart', 2],
      ['cart', 3],
      ['uncart', 2],
      ['purchase', 3],
      ['purchase', 4],
    );
    expect([...record.cart]).toEqual([1]);
    expect([...record.owned]).toEqual([3, 4]);
  });

  it('remembers picks until they are chosen in another list, also when stored', () => {
    const history = new History();
    for (const row of [1, 2, 3]) history.add({ type: 'click', placement: 'pick' }, row);
    history.add({ type: 'click', placement: 'for-you' }, 2);
    expect([...history.record.picked]).toEqual([1, 3]);
    const restored = new History();
    restored.restore(history.save(String), new Map([['1', 5]]));
    expect([...restored.record.picked]).toEqual([5]);
    // An item without a row at present is stored again.
    expect(restored.save(String).record?.picked).toEqual(['3', '5']);
  });

  it('counts impressions until the item is chosen, half as much after a day and after ten choices', () => {
    const { record } = historyOf(['impression', 1], ['impression', 2], ['click', 2]);
    const now = START;
    expect([record.timesShown(1, now), record.timesShown(2, now), record.timesShown(3, now)]).toEqual([1, 0, 0]);
    expect(record.timesShown(1, START + 24 * HOUR)).toBeCloseTo(0.5);
    const choices = Array.from({ length: 10 }, (_, n): [EventType, number] => ['click', n + 2]);
    // The tenth choice counts only from the next event on.
    const busy = historyOf(['impression', 1], ...choices, ['impression', 99]);
    expect(busy.record.timesShown(1, START)).toBeCloseTo(0.5);
    const often = historyOf(['impression', 1], ['impression', 1], ['impression', 1]);
    expect(often.record.timesShown(1, START + 2 * 60_000)).toBeCloseTo(3, 2);
  });

  it('knows the items that this visit showed; a pause of half an hour ends it', () => {
    const history = historyOf(['impression', 1], ['impression', 2], ['click', 2]);
    const last = START + 2 * 60_000;
    expect(history.record.shownThisVisit(last + 29 * 60_000)).toEqual([1]);
    expect(history.record.shownThisVisit(last + 31 * 60_000)).toEqual([]);
    history.add({ type: 'impression', time: START + HOUR }, 3);
    expect(history.record.shownThisVisit(START + HOUR)).toEqual([3]);
  });

  it('begins a new visit when the clock is set back by ten years', () => {
    const ahead = START + 10 * 365 * 24 * HOUR;
    const history = new History();
    history.add({ type: 'impression', time: ahead }, 1);
    history.add({ type: 'impression', time: ahead + HOUR / 60 }, 2);
    const stored = history.save(String);
    const restored = new History();
    restored.restore(stored, new Map(['0', '1', '2', '3'].map((id, row) => [id, row])));
    for (const { record } of [history, restored]) {
      // How long ago that visit was is unknown.
      expect(record.shownThisVisit(START)).toEqual([]);
      expect(record.timesShown(1, START)).toBe(1);
    }
    for (const one of [history, restored]) {
      one.add({ type: 'impression', time: START }, 3);
      const { record } = one;
      expect(record.shownThisVisit(START + HOUR / 4)).toEqual([3]);
      expect(record.shownThisVisit(START + HOUR)).toEqual([]);
      expect(record.timesShown(1, START)).toBeCloseTo(1, 1);
      expect(record.timesShown(1, START + 24 * HOUR)).toBeCloseTo(0.5, 1);
      one.add({ type: 'impression', time: START + HOUR }, 2);
      expect(record.shownThisVisit(START + HOUR)).toEqual([2]);
    }
  });

  it('counts events of two tabs slightly out of order as one visit', () => {
    const history = new History();
    history.add({ type: 'impression', time: START + 500 }, 1);
    history.add({ type: 'impression', time: START }, 2);
    expect(history.record.shownThisVisit(START + 1000)).toEqual([1, 2]);
    expect(history.record.timesShown(1, START + 500)).toBeCloseTo(1);
  });

  it('is the same after save and restore, even in another catalogue order', () => {
    const history = historyOf(['cart', 0], ['purchase', 1], ['impression', 2], ['impression', 3], ['dismiss', 1]);
    const ids = ['a', 'b', 'c', 'd'];
    const stored = history.save((row) => ids[row]);
    const other = historyOf(['cart', 9], ['impression', 9]);
    // Item d is gone.
    other.restore(stored, new Map([...'cba'].map((id, row) => [id, row])));
    const { record } = other;
    expect([[...record.cart], [...record.owned]]).toEqual([[2], [1]]);
    expect(record.timesShown(0, START + 3 * 60_000)).toBeCloseTo(history.record.timesShown(2, START + 3 * 60_000));
    expect(record.shownThisVisit(START + 5 * 60_000)).toEqual([0]);
  });

  it('keeps the times of the last ten purchases of an item, one per visit', () => {
    const history = new History();
    for (let day = 0; day < 12; day++) history.add({ type: 'purchase', time: START + day * 24 * HOUR }, 1);
    history.add({ type: 'purchase', time: START + 11 * 24 * HOUR + 60_000 }, 1);
    // A clock that was set back, or another tab.
    history.add({ type: 'purchase', time: START }, 2);
    history.add({ type: 'purchase', time: START - HOUR }, 2);
    history.add({ type: 'cart', time: START }, 3);
    const { purchases } = history.record;
    expect(purchases.get(1)).toHaveLength(10);
    expect(purchases.get(1)?.at(-1)).toBe(START + 11 * 24 * HOUR + 60_000);
    expect(purchases.get(1)?.[0]).toBe(START + 2 * 24 * HOUR);
    expect(purchases.get(2)).toEqual([START - HOUR, START]);
    expect(purchases.has(3)).toBe(false);
    const ids = ['a', 'b', 'c'];
    const stored = history.save((row) => ids[row] ?? `${row}`);
    const other = new History();
    other.restore(stored, new Map([['c', 0]]));
    expect([...other.record.purchases]).toEqual([[0, [START - HOUR, START]]]);
    // Also for an item without a row at present.
    other.addUnseen(
      (row) => ['c', 'b'][row],
      new Map([
        ['c', 0],
        ['b', 1],
      ]),
    );
    expect(other.record.purchases.get(1)).toEqual(purchases.get(1));
  });
});
