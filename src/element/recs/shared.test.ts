import { describe, expect, it, vi } from 'vitest';
import { SidestreamError } from '../../error';
import type { Progress, Recommender, RecommenderOptions } from '../../protocol';
import { FakeRecommender } from '../../testing/fake-recommender';
import { sharedRecommender } from './shared';

const creator = () => vi.fn(async (_: RecommenderOptions) => new FakeRecommender().recommender);

describe('sharedRecommender', () => {
  it('makes one recommender per bundle and namespace', async () => {
    const create = creator();
    const first = await sharedRecommender({ bundle: 'http://shop/one' }, create);
    expect(await sharedRecommender({ bundle: 'http://shop/one/', namespace: 'default' }, create)).toBe(first);
    expect(await sharedRecommender({ bundle: 'http://shop/two' }, create)).not.toBe(first);
    expect(await sharedRecommender({ bundle: 'http://shop/one', namespace: 'other' }, create)).not.toBe(first);
    expect(create.mock.calls.map(([{ bundle, namespace }]) => [bundle, namespace])).toEqual([
      ['http://shop/one/', 'default'],
      ['http://shop/two/', 'default'],
      ['http://shop/one/', 'other'],
    ]);
  });

  it('tries again after a failed start', async () => {
    const create = creator();
    create.mockRejectedValueOnce(new SidestreamError('bundle/unreachable', 'no'));
    await expect(sharedRecommender({ bundle: 'http://shop/three' }, create)).rejects.toThrow('no');
    await expect(sharedRecommender({ bundle: 'http://shop/three' }, create)).resolves.toBeDefined();
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('tells everybody who waits how the start goes on, and nobody afterwards', async () => {
    let report: (progress: Progress) => void = () => undefined;
    let finish: (recommender: Recommender) => void = () => undefined;
    const create = ({ onProgress }: RecommenderOptions) => {
      report = (progress) => onProgress?.(progress);
      return new Promise<Recommender>((resolve) => {
        finish = resolve;
      });
    };
    const heard = [vi.fn(), vi.fn(), vi.fn()];
    const [one, two] = heard
      .slice(0, 2)
      .map((onProgress) => sharedRecommender({ bundle: 'http://shop/four', onProgress }, create));
    const progress: Progress = { stage: 'bundle', loaded: 1, total: 2 };
    report(progress);
    finish(new FakeRecommender().recommender);
    await Promise.all([one, two]);
    // From here on the recommender's own event tells, and would tell twice.
    await sharedRecommender({ bundle: 'http://shop/four', onProgress: heard[2] }, create);
    report(progress);
    expect(heard.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
  });
});
