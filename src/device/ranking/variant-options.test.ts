import { describe, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import type { Item } from '../../core/catalog';
import { optionsOf, usualSizes } from './variant-options';

/** Variants of one product. */
const shop = (...variants: Partial<Item>[]) => ({
  items: variants.map((variant, n) => makeItem(`v-${n}`, { group: 'p', category: 'Clothes/Tops', ...variant })),
});
const options = (...attributes: Item['attributes'][]) => {
  const index = shop(...attributes.map((own) => ({ attributes: own })));
  return optionsOf(index, [...index.items.keys()], null).map(({ name, kind, values }) => `${kind} ${name}: ${values}`);
};

describe('options of a product', () => {
  it('are what its variants differ in, colours first', () => {
    expect(
      options(
        { Size: 'M', Color: 'Red', brand: 'Acme', tags: ['new'] },
        { Size: 'S', Color: 'Red', brand: 'Acme', tags: ['old'] },
        { Size: 'M', Color: 'Blue', brand: 'Acme', tags: [] },
      ),
    ).toEqual(['color Color: Red,Blue', 'size Size: M,S']);
    expect(options({ Farbe: 'Rot', Größe: 'S' }, { Farbe: 'Blau', Größe: 'M' })).toEqual(['color Farbe: Rot,Blau']);
    expect(options({ flavour: 'Mint' }, { flavour: 'Lemon' })).toEqual(['other flavour: Mint,Lemon']);
  });

  it('leave out numbers of variants, what some variants lack, and what another option determines', () => {
    expect(options({ sku: 'A1' }, { sku: 'A2' })).toEqual([]);
    expect(options({ size: 'S' }, {})).toEqual([]);
    expect(options({ size: 'S', weight: 100 }, { size: 'M', weight: 120 })).toEqual(['size size: S,M']);
    expect(options({ size: 'S' })).toEqual([]);
  });
});

describe('the usual size', () => {
  const sizes = (category: string, ...values: string[]) => values.map((size) => ({ category, attributes: { size } }));
  const usual = (category: string, values: string[], bought: ReturnType<typeof sizes>, times = [[1], [2], [3]]) => {
    const { items } = shop(...sizes(category, ...values), ...bought);
    const purchases = new Map(bought.map((_, n) => [values.length + n, times[n]]));
    return optionsOf({ items }, [...values.keys()], usualSizes({ items }, purchases))[0].usual;
  };

  it('is the one bought most often, then the last one', () => {
    const bought = sizes('Clothes/Tops', 'S', 'M');
    expect(usual('Clothes/Tops', ['S', 'M', 'L'], bought)).toBe('M');
    expect(usual('Clothes/Tops', ['S', 'M', 'L'], bought, [[1, 5], [9]])).toBe('S');
    expect(usual('Clothes/Tops', ['L', 'XL'], bought)).toBeUndefined();
    expect(usual('Clothes/Tops', ['L', 'XL'], [])).toBeUndefined();
  });

  it('comes from the nearest category, and numbers only from the same one', () => {
    const bought = [...sizes('Clothes/Tops', 'S'), ...sizes('Clothes/Coats', 'L'), ...sizes('Clothes/Shoes', '38')];
    expect(usual('Clothes/Tops', ['S', 'L'], bought)).toBe('S');
    expect(usual('Clothes/Coats', ['S', 'L'], bought)).toBe('L');
    expect(usual('Clothes/Shirts', ['S', 'L'], bought)).toBe('L');
    expect(usual('Clothes/Shoes', ['38', '39'], bought)).toBe('38');
    expect(usual('Clothes/Trousers', ['38', '39'], bought)).toBeUndefined();
    expect(usual('Toys', ['S', 'L'], bought)).toBeUndefined();
  });
});
