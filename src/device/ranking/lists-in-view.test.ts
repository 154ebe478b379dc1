import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { about, COOCCURRENCE, catalog, chose, state } from '../../../testing/rankings';
import type { CooccurrenceTable } from '../../core/catalog';
import { NO_RECORD } from '../../core/events';
import { explain } from './explanation/explain';
import { aboutItems } from './lists-in-view';
import { type RankRequest, rank } from './rank';

/** Item 0 goes with 6 (lift 3) and 7 (lift 5), item 1 with 6 (lift 4) and 5 (lift 2). */
const TWO: CooccurrenceTable = {
  count: 8,
  offsets: Uint32Array.of(0, 2, 4, 4, 4, 4, 4, 4, 4),
  rows: Uint32Array.of(6, 7, 6, 5),
  lifts: Float32Array.of(3, 5, 4, 2),
};
const request = (more: Partial<RankRequest> = {}): RankRequest => ({
  placement: 'complement',
  row: null,
  limit: 8,
  exclude: new Set(),
  ...more,
});
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('a list about several items', () => {
  it('lists items that others chose with them by the mean of the lifts, and names the one that contributes most', () => {
    const index = catalog([], TWO);
    const list = rank(index, state(), request(about(0, 1)));
    expect(list.map(({ row, score, reason }) => [row, score, reason])).toEqual([
      [6, 3.5, 'Others chose it with “Item 1”'],
      [7, 2.5, 'Others chose it with “Item 0”'],
      [5, 1, 'Others chose it with “Item 1”'],
    ]);
    const { contributors, contributions } = explain(index, state(), request(about(0, 1)), 6);
    expect(contributors).toEqual([
      { row: 1, part: 2 },
      { row: 0, part: 1.5 },
    ]);
    expect(contributions).toEqual({ boughtTogether: 3.5 });
  });

  it('equals the list of a single item, and handles items beyond the table', () => {
    const table = { ...TWO, count: 7, offsets: TWO.offsets.slice(0, 8) };
    const rows = (...inView: number[]) =>
      rank(catalog([], table), state(), request(about(...inView))).map(({ row, score }) => [row, score]);
    expect(rows(0)).toEqual([
      [7, 5],
      [6, 3],
    ]);
    expect(rows(0, 7)).toEqual([[6, 1.5]]);
  });

  it('lists for `similar` items that resemble one of them, with that one as the only contributor', () => {
    const index = catalog();
    const asked = request({ placement: 'similar', ...about(0, 4) });
    const list = rank(index, state(), asked);
    expect(list).toHaveLength(6);
    for (const { row, score, reason, contributions } of list) {
      const nearest = row < 4 ? 0 : 4;
      const [alone] = rank(index, state(), { ...asked, exclude: new Set(), inView: undefined, row: nearest }).filter(
        (place) => place.row === row,
      );
      expect([score, reason, contributions]).toEqual([
        alone.score,
        `Similar to “Item ${nearest}”`,
        alone.contributions,
      ]);
      expect(explain(index, state(), asked, row).contributors).toEqual([{ row: nearest, part: score }]);
    }
  });

  it('leaves out the categories of all of them if no co-occurrence is known', () => {
    const hats = [{}, {}, {}, {}, {}, {}, { category: 'Hats' }, { category: 'Hats' }];
    const list = rank(catalog(hats), state(), request(about(0, 4)));
    expect(list.map(({ row, source }) => [row, source]).toSorted()).toEqual([
      [6, 'style'],
      [7, 'style'],
    ]);
  });

  it('leaves out items without features, and falls back to popular items if none has features', () => {
    const index = catalog();
    index.content.values.fill(0, 0, 2 * index.content.width);
    const first = (...rows: number[]) => rank(index, state(), request({ placement: 'similar', ...about(...rows) }))[0];
    expect(first(0, 5)).toMatchObject({ source: 'content', reason: 'Similar to “Item 5”' });
    expect(first(0, 1).source).toBe('catalog');
  });

  it('compares only with the first 20, and with the newest of a cart', () => {
    const rows = Array.from({ length: 30 }, (_, n) => (n < 20 ? 0 : 4));
    const index = catalog();
    const reasons = (asked: RankRequest) => new Set(rank(index, state(), asked).map(({ reason }) => reason));
    expect(reasons(request({ placement: 'similar', ...about(...rows) }))).toEqual(new Set(['Similar to “Item 0”']));
    const cart = aboutItems(index, request({ placement: 'similar' }), [], new Set([0, 4]));
    expect(reasons(cart)).toEqual(new Set(['Similar to “Item 0”', 'Similar to “Item 4”']));
  });

  it('stands in for a history in `for-you`', () => {
    const asked = request({ placement: 'for-you', ...about(0, 4) });
    expect(rank(catalog(), state(), asked)[0].source).toBe('content');
    expect(rank(catalog(), chose(2), asked)[0].source).toBe('personal');
  });

  it('never holds one of them, and has contributions and contributors that add up', () => {
    const rows = fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 6 });
    const placements = fc.constantFrom<RankRequest['placement']>(
      'for-you',
      'similar',
      'complement',
      'trending',
      'recent',
    );
    const tables = fc.constantFrom(null, COOCCURRENCE, TWO);
    fc.assert(
      fc.property(rows, placements, tables, fc.array(fc.nat(7), { maxLength: 4 }), (inView, placement, table, past) => {
        const index = catalog([{ popularity: 5 }], table);
        const asked = request({
          placement,
          ...about(...inView),
          rules: { excludeInCart: false, excludeOwned: false, pin: [{ itemId: `item-${inView[0]}`, position: 0 }] },
        });
        const shopper = { ...chose(...past), record: { ...NO_RECORD, cart: new Set(inView) } };
        for (const { row, score, contributions } of rank(index, shopper, asked)) {
          expect(inView).not.toContain(row);
          expect(sum(Object.values(contributions))).toBeCloseTo(score, 4);
          const explained = explain(index, shopper, asked, row);
          expect(explained.score).toBe(score);
          expect(sum(Object.values(explained.contributions))).toBeCloseTo(score, 4);
          if (placement === 'similar' || placement === 'complement') {
            if (explained.source === 'catalog' || explained.source === 'popularity') continue;
            expect(sum(explained.contributors.map(({ part }) => part))).toBeCloseTo(score, 4);
          }
        }
        // One of them may also be explained; it is not a reason for itself.
        const own = explain(index, shopper, asked, inView[0]);
        expect(own.contributors.map(({ row }) => row)).not.toContain(inView[0]);
      }),
      { numRuns: 150, seed: 5 },
    );
  });
});

describe('a list about variants', () => {
  // 0 and 1 are one product, and so are 6 and 7.
  const groups = ['a', 'a', undefined, undefined, undefined, undefined, 'b', 'b'];
  const index = catalog(
    groups.map((group) => ({ group })),
    { ...TWO, rows: Uint32Array.of(6, 5, 6, 5), support: Uint16Array.of(9, 0, 0, 0), origin: 'shop' },
  );

  it('counts a product once, by the row in view, and lists no other variant of it, even if variants are listed separately', () => {
    for (const rules of [{}, { variants: 'all' } as const]) {
      const list = rank(index, state(), aboutItems(index, request({ rules }), ['item-1', 'item-0']));
      const all = list.map(({ row }) => row);
      for (const own of [0, 1]) expect(all).not.toContain(own);
      expect(list.map(({ score }) => score)).toEqual(rules.variants ? [5, 3, 3] : [5, 3]);
      expect(list.at(-1)?.reason).toBe('Bought with “Item 1” in 9 orders');
    }
  });
});

describe('aboutItems', () => {
  const index = catalog([], TWO);
  const rows = (asked: RankRequest) => rank(index, state(), asked).map(({ row }) => row);

  it('leaves unknown ids out, and repeated ones', () => {
    expect(rows(aboutItems(index, request(), ['item-0', 'gone', 'item-0']))).toEqual([7, 6]);
  });

  it('refuses ids that are all unknown, whatever is in the cart', () => {
    const refused = expect.objectContaining({
      code: 'runtime/unknown-item',
      message: expect.stringContaining('"gone"'),
    });
    expect(() => aboutItems(index, request(), ['gone', 'lost'])).toThrow(refused);
    expect(() => aboutItems(index, request(), ['gone'], [0])).toThrow(refused);
  });

  it('uses the last 100 items in the cart', () => {
    expect(rows(aboutItems(index, request(), [], new Set([0, 1])))).toEqual([6, 7, 5]);
    expect(rows(aboutItems(index, request(), ['item-1'], new Set([0])))).toEqual([6, 7, 5]);
    const { exclude } = aboutItems(index, request(), [], new Set(Array.from({ length: 150 }, (_, n) => n)));
    expect([exclude.size, exclude.has(49), exclude.has(50)]).toEqual([100, false, true]);
  });

  it('requests nothing if the cart is empty and the placement is about it, pins or not', () => {
    const pin = { rules: { pin: [{ itemId: 'item-3', position: 0 }] } };
    for (const placement of ['similar', 'complement'] as const) {
      expect(rows(aboutItems(index, request({ placement, ...pin }), [], new Set()))).toEqual([]);
    }
    expect(rows(aboutItems(index, request({ placement: 'trending' }), [], new Set()))).not.toEqual([]);
    // A list that is not about the cart falls back.
    expect(rows(aboutItems(index, request(), []))).not.toEqual([]);
  });
});
