import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldOrder } from './grid-cells';

const shop = ['a', 'b', 'x', 'c', 'd', 'e'];
const shuffled = fc.shuffledSubarray(shop, { minLength: shop.length });

describe('an order with held items', () => {
  it('is the wanted order if nothing is held', () => {
    fc.assert(
      fc.property(shuffled, (wanted) => {
        expect(heldOrder(shop, wanted, new Set())).toEqual(wanted);
      }),
    );
  });

  it('has every id once, and held ids at their places', () => {
    fc.assert(
      fc.property(shuffled, fc.subarray(shop), (wanted, held) => {
        const order = heldOrder(shop, wanted, new Set(held));
        expect(order.toSorted()).toEqual(shop.toSorted());
        for (const id of held) expect(order.indexOf(id)).toBe(shop.indexOf(id));
      }),
    );
  });

  it('leaves unknown ids in place, and all other ids in the wanted order', () => {
    const wanted = ['e', 'd', 'x', 'c', 'b', 'a'];
    expect(heldOrder(shop, wanted, new Set(['a']))).toEqual(['a', 'e', 'x', 'c', 'd', 'b']);
  });
});
