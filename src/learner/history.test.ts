import { describe, expect, it } from 'vitest';
import { History } from './history';

describe('History', () => {
  it('keeps choices in order with the strength of their event', () => {
    const history = new History();
    expect(history.add({ type: 'click' }, 3)).toBe(true);
    expect(history.add({ type: 'purchase' }, 1)).toBe(true);
    expect(history.rows).toEqual([3, 1]);
    expect(history.strengths).toEqual([1, 3]);
  });

  it('takes click, view and cart of one item in a row as one choice with the strongest strength', () => {
    const history = new History();
    history.add({ type: 'click' }, 3);
    expect(history.add({ type: 'view' }, 3)).toBe(false);
    expect(history.add({ type: 'cart' }, 3)).toBe(false);
    expect(history.rows).toEqual([3]);
    expect(history.strengths).toEqual([2]);
  });

  it('does not take impressions for choices', () => {
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
});
