import { describe, expect, it } from 'vitest';
import type { Recommender } from '../../device/protocol';
import { SidestreamError } from '../../error';
import { rankResults } from './ranked-results';

const service = (count: number) => {
  const all = Array.from({ length: count }, (_, n) => `r${n}`);
  const asked: [from: number, count: number][] = [];
  return {
    asked,
    find: async (from: number, limit: number) => {
      asked.push([from, limit]);
      return all.slice(from, from + limit);
    },
  };
};

/** Reverses the ids, another way each time it is asked. */
const reversing = (): Pick<Recommender, 'rerank'> & { calls: number } => ({
  calls: 0,
  async rerank(ids) {
    this.calls++;
    return { id: `order ${this.calls}`, ids: [...ids].reverse() };
  },
});

describe('ranked results', () => {
  it('are ordered once before they are divided, then continue in the order of the service', async () => {
    const { find, asked } = service(12);
    const recommender = reversing();
    const results = rankResults(recommender, find, { window: 6, pageSize: 4 });
    const pages = [await results.page(0), await results.page(1), await results.page(2)];
    expect(pages.map(({ ids }) => ids)).toEqual([
      ['r5', 'r4', 'r3', 'r2'],
      ['r1', 'r0', 'r6', 'r7'],
      ['r8', 'r9', 'r10', 'r11'],
    ]);
    expect(pages.map(({ isLast }) => isLast)).toEqual([false, false, true]);
    expect(pages.map(({ recommendationId }) => recommendationId)).toEqual(['order 1', 'order 1', null]);
    // Back on a page, and forward again.
    expect(await results.page(0)).toEqual(pages[0]);
    expect(recommender.calls).toBe(1);
    expect(asked[0]).toEqual([0, 6]);
  });

  it.each([
    [0, 24],
    [1, 24],
    [24, 24],
    [25, 24],
    [200, 50],
    [201, 50],
    [1001, 100],
  ])('give every one of %i results once, on pages of %i', async (count, pageSize) => {
    const results = rankResults(reversing(), service(count).find, { window: 200, pageSize });
    const ids: string[] = [];
    for (let number = 0; ; number++) {
      const page = await results.page(number);
      expect(page.position).toBe(number * pageSize);
      ids.push(...page.ids);
      if (page.isLast) break;
      expect(page.ids).toHaveLength(pageSize);
    }
    expect(ids).toHaveLength(count);
    expect(new Set(ids).size).toBe(count);
  });

  it('have the order of the service if the recommender fails, and say why', async () => {
    const failing = { rerank: () => Promise.reject(new SidestreamError('runtime/timeout', 'Too slow.')) };
    const page = await rankResults(failing, service(3).find).page(0);
    expect(page).toMatchObject({ ids: ['r0', 'r1', 'r2'], isLast: true, recommendationId: null });
    expect(page.failure?.code).toBe('runtime/timeout');
  });

  it('ask a service again that failed', async () => {
    const { find } = service(2);
    let down = true;
    const results = rankResults(reversing(), async (from, count) => {
      if (down) throw new Error('the search is down');
      return find(from, count);
    });
    await expect(results.page(0)).rejects.toThrow('the search is down');
    down = false;
    expect((await results.page(0)).ids).toEqual(['r1', 'r0']);
  });

  it('refuse wrong options and pages by name', async () => {
    const { find } = service(1);
    expect(() => rankResults(reversing(), find, { pageSize: 0 })).toThrow(/^rankResults\(\): pageSize: /);
    await expect(rankResults(reversing(), find).page(-1)).rejects.toMatchObject({ code: 'runtime/invalid-input' });
  });
});
