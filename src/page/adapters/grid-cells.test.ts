import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldOrder } from './grid-cells';

const shop = ['a', 'b', 'x', 'c', 'd', 'e'];
const shuffled = fc.shuffledSubarray(shop, { minLength: shop.length });

describe('an order with held items', () => {
  it('is the wanted order if nothing is held', () => {
    fc.assert(
      fc.property(shuffled, shuffled, (wanted, present) => {
        expect(heldOrder({ shop, wanted, present, held: new Set() })).toEqual(wanted);
      }),
    );
  });

  it('has every id once, and held ids at their places', () => {
    fc.assert(
      fc.property(shuffled, shuffled, fc.subarray(shop), (wanted, present, held) => {
        const order = heldOrder({ shop, wanted, present, held: new Set(held) });
        expect(order.toSorted()).toEqual(shop.toSorted());
        for (const id of held) expect(order.indexOf(id)).toBe(present.indexOf(id));
      }),
    );
  });

  it('leaves unknown ids in place, and all other ids in the wanted order', () => {
    const wanted = ['e', 'd', 'x', 'c', 'b', 'a'];
    expect(heldOrder({ shop, wanted, present: shop, held: new Set(['a']) })).toEqual(['a', 'e', 'x', 'c', 'd', 'b']);
  });
});
