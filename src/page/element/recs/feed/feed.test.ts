import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { recommendation } from '../../../../../testing/fake-recommender';
import type { List } from '../../list/list';
import { Feed } from './feed';

// Without a browser: only how pages follow each other is tested here, and their places in `e2e/feed.spec.ts`.
beforeEach(() => vi.stubGlobal('ShadowRoot', class {}));
afterEach(() => vi.unstubAllGlobals());

it('ends before its next request would exclude more products than a request may', () => {
  const more = vi.fn();
  const host = { addController: vi.fn(), requestUpdate: vi.fn(), renderRoot: {} };
  const list = { host, settings: { limit: 3000 }, refresh: more };
  const feed = new Feed(list as unknown as List, async () => undefined);
  const page = (number: number) => Array.from({ length: 3000 }, (_, n) => recommendation(`${number} ${n}`, n));
  for (const number of [1, 2, 3, 4]) {
    feed.take({ kind: 'filled', response: { id: `${number}`, placement: 'for-you', items: page(number) } });
    feed.more();
  }
  expect(feed.ids).toHaveLength(9000);
  expect(more).toHaveBeenCalledTimes(2);
});
