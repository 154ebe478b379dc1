import { beforeEach, describe, expect, it } from 'vitest';
import { recommendation } from '../../testing/fake-recommender';
import { Dismissals, type Place } from './dismissals';

const cards = (ids: string) => [...ids].map((id, position) => recommendation(id, position));
const text = (places: Place[]) =>
  places.map(({ card, dismissed }) => (dismissed ? `(${dismissed.recommendation.item.id})` : card.item.id)).join('');

describe('Dismissals', () => {
  let dismissals: Dismissals;
  beforeEach(() => {
    dismissals = new Dismissals();
  });

  it('a dismissed card keeps its place while the list round it changes', () => {
    dismissals.add(recommendation('b'), 1, 4);
    expect(text(dismissals.among(cards('acd')))).toBe('a(b)cd');
    expect(text(dismissals.among(cards('xyz')))).toBe('x(b)yz');
    dismissals.add(recommendation('y'), 2, 4);
    expect(text(dismissals.among(cards('xz')))).toBe('x(b)(y)z');
    expect(text(dismissals.among([]))).toBe('(b)(y)');
  });

  it('undo returns the card and frees its place, once', () => {
    dismissals.add(recommendation('b'), 1, 4);
    expect(dismissals.undo('b')).toMatchObject({ item: { id: 'b' } });
    expect(dismissals.undo('b')).toBeUndefined();
    expect(dismissals.ids).toEqual([]);
    expect(text(dismissals.among(cards('abc')))).toBe('abc');
  });

  it('the oldest places are given up, and their items stay dismissed', () => {
    for (const [place, id] of [...'abc'].entries()) dismissals.add(recommendation(id), place, 2);
    expect(dismissals.taken).toBe(2);
    expect(dismissals.ids).toEqual(['a', 'b', 'c']);
    expect(text(dismissals.among(cards('x')))).toBe('x(b)(c)');
    dismissals.clearPlaces();
    expect(dismissals.taken).toBe(0);
    expect(dismissals.ids).toHaveLength(3);
    dismissals.clear();
    expect(dismissals.ids).toEqual([]);
  });
});
