import { describe, expect, it, vi } from 'vitest';
import { SidestreamError } from '../error';
import type { RecommenderOptions } from '../recommender';
import { FakeRecommender } from './fake-recommender.fixture';
import { sharedRecommender } from './shared';

const creator = () => vi.fn(async (_: RecommenderOptions) => new FakeRecommender().recommender);

describe('sharedRecommender', () => {
  it('makes one recommender per bundle and namespace', async () => {
    const create = creator();
    const first = await sharedRecommender({ bundle: 'one' }, create);
    expect(await sharedRecommender({ bundle: 'one/', namespace: 'default' }, create)).toBe(first);
    expect(await sharedRecommender({ bundle: 'two' }, create)).not.toBe(first);
    expect(await sharedRecommender({ bundle: 'one', namespace: 'other' }, create)).not.toBe(first);
    expect(create.mock.calls.map(([options]) => options)).toEqual([
      { bundle: 'one/', namespace: 'default' },
      { bundle: 'two/', namespace: 'default' },
      { bundle: 'one/', namespace: 'other' },
    ]);
  });

  it('tries again after a failed start', async () => {
    const create = creator();
    create.mockRejectedValueOnce(new SidestreamError('bundle/unreachable', 'no'));
    await expect(sharedRecommender({ bundle: 'three' }, create)).rejects.toThrow('no');
    await expect(sharedRecommender({ bundle: 'three' }, create)).resolves.toBeDefined();
    expect(create).toHaveBeenCalledTimes(2);
  });
});
