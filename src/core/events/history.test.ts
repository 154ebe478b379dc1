import { describe, expect, it } from 'vitest';
import { History, isSameOrder } from './history';

describe('History', () => {
  it('keeps choices in order with the strength of their event', () => {
    const history = new History();
    expect(history.add({ type: 'click' }, 3)).toBe(true);
    expect(history.add({ type: 'purchase' }, 1)).toBe(true);
    expect(history.rows).toEqual([3, 1]);
    expect(history.strengths).toEqual([1, 3]);
  });

  it('counts click, view and cart of one item in a row as one choice with the greatest strength', () => {
    const history = new History();
    history.add({ type: 'click' }, 3);
    expect(history.add({ type: 'view' }, 3)).toBe(false);
    expect(history.add({ type: 'cart' }, 3)).toBe(false);
    expect(history.rows).toEqual([3]);
    expect(history.strengths).toEqual([2]);
  });

  it('counts choices of one time as one order, before and after it was stored', () => {
    const history = new History();
    const times = [10, 20, 20, 20, 30];
    for (const [row, time] of times.entries()) history.add({ type: 'purchase', time }, row);
    history.add({ type: 'click' }, 7);
    history.add({ type: 'click' }, 8);
    expect(history.orders).toEqual([1, 2, 2, 2, 3, 4, 5]);
    const other = new History();
    const without = new Map(['0', '1', '3', '4', '7', '8'].map((id, row) => [id, row]));
    other.restore(history.save(String), without);
    expect(other.orders).toEqual([1, 2, 2, 3, 4, 5]);
    other.add({ type: 'click', time: 40 }, 0);
    expect(other.save(() => 'x').orders).toEqual([1, 2, 2, 2, 3, 4, 5, 6]);
    expect([0, 1, 2, 3].map((n) => isSameOrder(other.orders, n))).toEqual([false, false, true, false]);
    expect(isSameOrder(undefined, 1)).toBe(false);
  });

  it('does not count impressions as choices', () => {
    const history = new History();
    expect(history.add({ type: 'impression' }, 3)).toBe(false);
    expect(history.rows).toEqual([]);
  });

  it('remembers a dismissal until the shopper chooses the item after all', () => {
    const history = new History();
    history.add({ type: 'dismiss' }, 3);
    expect([...history.dismissed]).toEqual([3]);
    history.add({ type: 'click' }, 3);
    expect([...history.dismissed]).toEqual([]);
  });

  it('undoes a dismissal', () => {
    const history = new History();
    history.add({ type: 'dismiss' }, 3);
    expect(history.add({ type: 'undismiss' }, 3)).toBe(false);
    expect([...history.dismissed]).toEqual([]);
    expect(history.rows).toEqual([]);
  });

  it('is the same after save and restore, by item ids, even in another catalogue order', () => {
    const history = new History();
    for (const row of [2, 0, 2, 1]) history.add({ type: 'click' }, row);
    history.add({ type: 'dismiss' }, 3);
    const ids = ['a', 'b', 'c', 'd'];
    const stored = history.save((row) => ids[row]);
    expect(stored).toMatchObject({ items: ['c', 'a', 'c', 'b'], strengths: [1, 1, 1, 1], dismissed: ['d'], total: 4 });
    const other = new History();
    other.add({ type: 'click' }, 9);
    // Item b is gone from the catalogue.
    other.restore(stored, new Map([...'dca'].map((id, row) => [id, row])));
    expect(other.rows).toEqual([1, 2, 1]);
    expect([...other.dismissed]).toEqual([0]);
    expect(other.total).toBe(4);
    // It is still stored at its position, and becomes a choice again once the catalogue has it.
    other.add({ type: 'click' }, 0);
    const shown = ['d', 'c', 'a', 'b'];
    expect(other.save((row) => shown[row]).items).toEqual(['c', 'a', 'c', 'b', 'd']);
    other.addUnseen((row) => shown[row], new Map(shown.map((id, row) => [id, row])));
    expect(other.rows).toEqual([1, 2, 1, 3, 0]);
  });

  it('represents an item by another one among the choices, but by itself for rules', () => {
    const history = new History();
    expect(history.add({ type: 'click' }, 3)).toBe(true);
    expect(history.add({ type: 'cart' }, 5, 3)).toBe(false);
    expect(history.add({ type: 'click' }, 4)).toBe(true);
    expect(history.add({ type: 'purchase' }, 6, 3)).toBe(true);
    expect(history.rows).toEqual([3, 4, 3]);
    expect(history.strengths).toEqual([2, 1, 3]);
    expect([[...history.record.cart], [...history.record.owned]]).toEqual([[5], [6]]);
  });

  it('stores at most the last thousand choices, and their total number', () => {
    const history = new History();
    for (let n = 0; n < 1500; n++) history.add({ type: 'click' }, n);
    const { items, total } = history.save(String);
    expect(items).toHaveLength(1000);
    expect(items[999]).toBe('1499');
    expect(total).toBe(1500);
  });
});
