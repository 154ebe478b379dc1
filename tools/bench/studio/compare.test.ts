import { describe, expect, it } from 'vitest';
import { openBundle, writeBundle } from '../../../src/core/catalog';
import { memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import { agreement } from './compare';

const open = async (change: (values: Int8Array) => void = () => {}) => {
  const content = await topicContent({ items: 40, topics: 4 });
  change(content.features.values);
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(content, sink);
  return openBundle(fetchFile);
};

describe('how alike two bundles are', () => {
  it('is complete for the same features', async () => {
    const same = agreement(await open(), await open());
    expect(same.cosine).toBeCloseTo(1, 6);
    expect(same.neighbors).toBe(1);
  });

  it('is as low as the worst row', async () => {
    const other = await open((values) => {
      for (let d = 0; d < 8; d++) values[d] = -values[d];
    });
    expect(agreement(await open(), other).cosine).toBeLessThan(0.99);
  });

  it('is not told for other products', async () => {
    const other = await open();
    expect(() => agreement({ ...other, items: other.items.toReversed() }, other)).toThrow('other products');
  });
});
