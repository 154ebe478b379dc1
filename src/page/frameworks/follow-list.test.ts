import { describe, expect, it, vi } from 'vitest';
import { FakeRecommender, STATUS } from '../../../testing/fake-recommender';
import type { RecommendResponse } from '../../device/protocol';
import { type SharedKey, sharedRecommender } from '../element';
import { followList, type ListOptions } from './follow-list';

vi.mock('../element', () => ({ sharedRecommender: vi.fn() }));

/** Starts a list. What happens to it is in `lists` and `errors`. */
function start(fake: FakeRecommender, options: ListOptions) {
  const keys: SharedKey[] = [];
  const lists: RecommendResponse[] = [];
  const errors: unknown[] = [];
  vi.mocked(sharedRecommender).mockImplementation(async (key) => {
    keys.push(key);
    return fake.recommender;
  });
  const end = followList(options, ({ list, error }) => {
    if (error) errors.push({ list, error });
    else if (list) lists.push(list);
  });
  return { keys, lists, errors, end };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const change = (fake: FakeRecommender): void => {
  for (const listener of fake.listeners) listener(STATUS);
};

describe('followList', () => {
  it('requests the list of the bundle, and again after each action of the shopper', async () => {
    const fake = new FakeRecommender();
    const { keys, lists } = start(fake, {
      bundle: '/bundle/',
      namespace: 'b',
      placement: 'similar',
      itemId: 'a',
      limit: 3,
    });
    await settled();
    expect(keys).toMatchObject([{ bundle: '/bundle/', namespace: 'b' }]);
    expect(fake.requests).toEqual([{ placement: 'similar', itemId: 'a', limit: 3 }]);
    change(fake);
    await settled();
    expect(lists).toHaveLength(2);
  });

  it('reports an error beside the list that it has, never one of other options, and follows on', async () => {
    const fake = new FakeRecommender();
    const failure = new Error('no');
    fake.failure = failure;
    const { lists, errors } = start(fake, { bundle: '/bundle/' });
    await settled();
    expect(errors).toEqual([{ list: null, error: failure }]);
    fake.failure = null;
    change(fake);
    await settled();
    expect(lists).toHaveLength(1);
    fake.failure = failure;
    change(fake);
    await settled();
    expect(errors.at(-1)).toEqual({ list: lists[0], error: failure });
  });

  it('reports nothing and listens to nothing after its end, even if it ends before it has started', async () => {
    const fake = new FakeRecommender();
    start(fake, { bundle: '/bundle/' }).end();
    await settled();
    expect([fake.requests, fake.listeners.size]).toEqual([[], 0]);
    let open = (): void => undefined;
    fake.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { lists, end } = start(fake, { bundle: '/bundle/' });
    await settled();
    end();
    open();
    await settled();
    expect([fake.requests.length, lists, fake.listeners.size]).toEqual([1, [], 0]);
  });
});
