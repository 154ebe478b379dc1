import { beforeEach, describe, expect, it } from 'vitest';
import { recommendation } from '../../../../testing/fake-recommender';
import type { Recommendation } from '../../../device/protocol';
import { Dismissals } from './dismissals';
import { completeLabels } from './labels';
import type { Place } from './views';

const labels = completeLabels({}, 'en');
const cards = (ids: string) => [...ids].map((id, position) => recommendation(id, position));
const text = (places: Place[]) =>
  places.map(({ card, dismissed }) => (card ? card.item.id : `(${dismissed})`)).join('');

describe('Dismissals', () => {
  let dismissals: Dismissals;
  /** Calls to the list, in order. */
  let calls: string[];
  let inserted: Recommendation[];
  beforeEach(() => {
    calls = [];
    inserted = [];
    const host = { renderRoot: { querySelectorAll: () => [] }, updateComplete: Promise.resolve() };
    dismissals = new Dismissals({
      host: host as never,
      remove: (id) => calls.push(`remove ${id}`),
      insert: (back) => {
        inserted.push(back);
        calls.push(`insert ${back.item.id} at ${back.position}`);
      },
      track: (type, id) => calls.push(`${type} ${id}`),
      announce: (message) => calls.push(message),
    });
  });
  const dismiss = (id: string, list: string, limit = 8) => {
    const items = cards(list);
    const chosen = items.find(({ item }) => item.id === id);
    if (chosen) dismissals.add(chosen, items, limit, labels);
  };
  const among = (ids: string) => text(dismissals.among(cards(ids), labels));

  it('a dismissed card keeps its place while the list round it changes', () => {
    dismiss('b', 'abcd');
    expect(among('acd')).toBe('a(b)cd');
    expect(among('xyz')).toBe('x(b)yz');
    dismiss('y', 'xyz');
    expect(among('xz')).toBe('x(b)(y)z');
    expect(among('')).toBe('(b)(y)');
    expect(calls.slice(0, 2)).toEqual(['dismiss b', 'remove b']);
  });

  it('undo returns the card and frees its place, once', () => {
    dismiss('b', 'abc');
    calls = [];
    dismissals.undo('b', labels);
    dismissals.undo('b', labels);
    expect(inserted.map(({ item }) => item.id)).toEqual(['b']);
    expect(calls.slice(0, 2)).toEqual(['insert b at 1', 'undismiss b']);
    expect(dismissals.ids).toEqual([]);
    expect(among('abc')).toBe('abc');
  });

  it('the oldest places are given up, and their items stay dismissed', () => {
    dismiss('a', 'abc', 4);
    dismiss('b', 'bc', 4);
    dismiss('c', 'c', 4);
    expect(dismissals.taken).toBe(2);
    expect(dismissals.ids).toEqual(['a', 'b', 'c']);
    expect(among('x')).toBe('x(b)(c)');
    dismissals.clearPlaces();
    expect(dismissals.taken).toBe(0);
    expect(dismissals.ids).toHaveLength(3);
    dismissals.clear();
    expect(dismissals.ids).toEqual([]);
  });
});
