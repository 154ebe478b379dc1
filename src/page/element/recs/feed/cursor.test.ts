import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeRecommender } from '../../../../../testing/fake-recommender';
import type { Recommender } from '../../../../device/protocol';
import { type Cursor, StoredCursor } from './cursor';

const CURSOR: Cursor = {
  response: 'r1',
  done: false,
  entries: [['a', 'Popular in this shop', 'popularity']],
  at: 0,
  top: -20,
  columns: 4,
  height: 300,
};
let recommender: Recommender;
let stored: Map<string, string>;
const at = (key: string) => vi.stubGlobal('navigation', { currentEntry: { key } });

beforeEach(() => {
  recommender = new FakeRecommender().recommender;
  stored = new Map();
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => stored.get(key) ?? null, removeItem: () => undefined });
  at('here');
});
afterEach(() => vi.unstubAllGlobals());

it('keeps the place in memory without consent, for the same feed at the same place of the history', () => {
  const cursor = new StoredCursor(recommender, 'for-you');
  cursor.write(CURSOR, false);
  expect(new StoredCursor(recommender, 'for-you').read()).toEqual(CURSOR);
  expect(new StoredCursor(recommender, 'trending').read()).toBeNull();
  at('elsewhere');
  expect(cursor.present).toBe(false);
  expect(new StoredCursor(recommender, 'for-you').read()).toBeNull();
  at('here');
  cursor.delete();
  expect(new StoredCursor(recommender, 'for-you').read()).toBeNull();
});

it('starts from the top in a browser without the Navigation API, and with a record that it does not know', () => {
  vi.stubGlobal('sessionStorage', { getItem: () => '1 {"version":2}', removeItem: () => undefined });
  expect(new StoredCursor(recommender, 'for-you').read()).toBeNull();
  vi.stubGlobal('navigation', undefined);
  new StoredCursor(recommender, 'for-you').write(CURSOR, false);
  expect(new StoredCursor(recommender, 'for-you').read()).toBeNull();
});
