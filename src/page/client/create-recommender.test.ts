import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeRecommender } from '../../../testing/fake-recommender';
import {
  addPageRecommender,
  deletePageRecommender,
  onPageRecommender,
  pageBundle,
  pageRecommender,
} from './create-recommender';

const OF = { bundle: 'http://shop/bundle/', namespace: 'default' };
const [one, other] = [new FakeRecommender().recommender, new FakeRecommender().recommender];

describe('the recommender of the page', () => {
  afterEach(() => {
    for (const each of [one, other]) deletePageRecommender(each);
  });

  it('is the one that was created and is not closed', () => {
    expect(pageRecommender()).toBeNull();
    addPageRecommender(one, OF);
    expect([pageRecommender(), pageBundle()]).toEqual([one, OF]);
    deletePageRecommender(one);
    expect(pageRecommender()).toBeNull();
  });

  it('is absent while there are two, which only the page can tell apart', () => {
    addPageRecommender(one, OF);
    addPageRecommender(other, { ...OF, namespace: 'other' });
    expect([pageRecommender(), pageBundle()]).toEqual([null, null]);
    deletePageRecommender(one);
    expect(pageRecommender()).toBe(other);
  });

  it('tells listeners of each change until they end', () => {
    const changed = vi.fn();
    const end = onPageRecommender(changed);
    addPageRecommender(one, OF);
    deletePageRecommender(one);
    deletePageRecommender(one);
    expect(changed).toHaveBeenCalledTimes(2);
    end();
    addPageRecommender(one, OF);
    expect(changed).toHaveBeenCalledTimes(2);
  });
});
