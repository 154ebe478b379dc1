import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog, chose, state } from '../../../testing/rankings';
import { rank } from './rank';
import { rerank } from './rerank';
import type { Rules } from './rules/rules';

const index = catalog();
/** Likes tools: items 4 to 7. */
const shopper = chose(4, 5);
const IDS = index.items.map(({ id }) => id);

const order = (ids: readonly string[], given: Partial<Parameters<typeof rerank>[2]> = {}, of = shopper) =>
  rerank(index, of, { ids, strength: 1, rules: {}, ...given });

/** Lists with known, unknown and repeated ids. */
const lists = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...IDS) }, fc.constantFrom('x', 'y', '', '__proto__')),
  {
    maxLength: 20,
  },
);
const pins: fc.Arbitrary<NonNullable<Rules['pin']>> = fc.array(
  fc.record({ itemId: fc.constantFrom(...IDS, 'x', 'z'), position: fc.nat(22) }),
  { maxLength: 6 },
);
const strengths = fc.double({ min: 0, max: 1, noNaN: true });
const shoppers = fc.array(fc.nat(7), { minLength: 1, maxLength: 5 }).map((rows) => chose(...new Set(rows)));

/** Ids that the catalogue has, each at its first place. */
const movable = (ids: readonly string[]) => ids.map((id, at) => IDS.includes(id) && ids.indexOf(id) === at);

describe('rerank', () => {
  it('returns the given ids, each as often', () => {
    fc.assert(
      fc.property(lists, pins, strengths, shoppers, (ids, pin, strength, of) => {
        expect(order(ids, { strength, rules: { pin } }, of).toSorted()).toEqual(ids.toSorted());
      }),
    );
  });

  it('keeps the shop’s order at strength 0, and for a shopper without history at any strength', () => {
    fc.assert(
      fc.property(lists, strengths, shoppers, (ids, strength, of) => {
        const boost = [{ filter: { id: 'item-7' }, strength: 10 }];
        expect(order(ids, { strength: 0, rules: { boost } }, of)).toEqual(ids);
        expect(order(ids, { strength, rules: { boost } }, state({ dismissed: new Set([3]) }))).toEqual(ids);
      }),
    );
  });

  it('leaves unknown ids and later copies where they are', () => {
    fc.assert(
      fc.property(lists, strengths, shoppers, (ids, strength, of) => {
        const moves = movable(ids);
        for (const [at, id] of order(ids, { strength }, of).entries()) if (!moves[at]) expect(id).toBe(ids[at]);
      }),
    );
  });

  it('keeps pins at their places, the first of two, and displaces other ids no further than necessary', () => {
    fc.assert(
      fc.property(lists, pins, strengths, shoppers, (ids, pin, strength, of) => {
        const taken = new Map<number, string>();
        for (const { itemId, position } of pin) {
          const free = ids.includes(itemId) && position < ids.length && !taken.has(position);
          if (free && ![...taken.values()].includes(itemId)) taken.set(position, itemId);
        }
        const result = order(ids, { strength, rules: { pin } }, of);
        for (const [position, id] of taken) expect(result[position]).toBe(id);
        for (const [at, id] of ids.entries()) {
          const pinned = [...taken.values()].includes(id) && ids.indexOf(id) === at;
          if (!movable(ids)[at] && !pinned && !taken.has(at)) expect(result[at]).toBe(id);
        }
      }),
    );
  });

  it('lets two items swap at most once as strength rises, from the shop’s order to the score of for-you', () => {
    const steps = Array.from({ length: 41 }, (_, n) => n / 40);
    fc.assert(
      fc.property(fc.shuffledSubarray(IDS, { minLength: 2 }), shoppers, (ids, of) => {
        const places = steps.map((strength) => new Map(order(ids, { strength }, of).map((id, at) => [id, at])));
        for (const [n, a] of ids.entries()) {
          for (const b of ids.slice(n + 1)) {
            const ahead = places.map((place) => (place.get(a) ?? 0) < (place.get(b) ?? 0));
            expect(ahead[0]).toBe(true);
            expect(ahead.slice(1).filter((now, at) => now !== ahead[at]).length).toBeLessThanOrEqual(1);
          }
        }
        const request = { placement: 'for-you' as const, row: null, limit: 8, exclude: new Set<number>() };
        const all = rank(index, of, { ...request, rules: { excludeRecent: 0 } });
        const score = new Map(all.map(({ row, score: value }) => [index.items[row].id, value]));
        const result = order(ids, {}, of).map((id) => score.get(id) ?? 0);
        expect(result).toEqual(result.toSorted((a, b) => b - a));
      }),
    );
  });

  it('mixes ranks by the documented formula, equal sums in the shop’s order', () => {
    // By score: 4 and 5, which were chosen, then the other tools, then the fruit.
    const ids = ['item-0', 'item-1', 'item-6', 'item-4'];
    const [p0, p1, p6, p4] = ids.map((id) => order(ids).indexOf(id));
    expect(p4).toBe(0);
    const sums = new Map([0, 1, 2, 3].map((s, n) => [ids[n], 0.5 * s + 0.5 * [p0, p1, p6, p4][n]]));
    const expected = ids.toSorted((a, b) => (sums.get(a) ?? 0) - (sums.get(b) ?? 0));
    expect(order(ids, { strength: 0.5 })).toEqual(expected);
  });

  it('applies boost and bury to the shopper’s side, in deviations of the scores in the list', () => {
    expect(order(IDS).indexOf('item-0')).toBeGreaterThan(3);
    expect(order(IDS, { rules: { boost: [{ filter: { id: 'item-0' }, strength: 10 }] } })[0]).toBe('item-0');
    expect(order(IDS, { rules: { bury: [{ filter: { id: 'item-4' }, strength: 10 }] } }).at(-1)).toBe('item-4');
    const [first] = order(IDS, { rules: { boost: [{ filter: { id: 'item-0' }, strength: 0.01 }] } });
    expect(first).not.toBe('item-0');
  });

  it('handles non-finite scores', () => {
    const weights = { ...shopper.weights, popularity: 3e38, recent: -3e38 };
    expect(order(IDS, {}, { ...shopper, weights }).toSorted()).toEqual(IDS);
  });

  it('moves an unknown id out of the way of a pin, to the next free place', () => {
    const pin = [{ itemId: 'item-1', position: 0 }];
    expect(order(['x', 'item-0', 'y', 'item-1'], { rules: { pin } })).toEqual(['item-1', 'x', 'y', 'item-0']);
    expect(order(['item-0', 'x'], { rules: { pin: [{ itemId: 'item-0', position: 1 }] } })).toEqual(['x', 'item-0']);
  });
});
