import { describe, expect, it } from 'vitest';
import { recommendation } from '../../../../testing/fake-recommender';
import { badgeOf, isReduced, ratingOf, savingOf, secondImageOf } from './index';

const NOW = Date.parse('2026-11-26T12:00:00Z');
type Given = Partial<Parameters<typeof isReduced>[0]>;
const item = (given: Given) => ({ ...recommendation('a').item, ...given });

describe('savingOf', () => {
  it('is in whole percent, rounded down', () => {
    const of = (price: number, listPrice: number) => savingOf(item({ price, listPrice }));
    expect([of(48, 60), of(80.4, 100), of(0, 10), of(99.9, 100), of(0.1, 0.3)]).toEqual([20, 19, 100, 0, 66]);
    expect([of(60, 60), of(60, 48)]).toEqual([0, 0]);
  });

  it('is 0 if one of the prices is missing', () => {
    expect(savingOf(item({ listPrice: 60 }))).toBe(0);
    expect(savingOf(item({ price: 60 }))).toBe(0);
    expect(isReduced(item({ listPrice: 60 }))).toBe(false);
  });
});

describe('badgeOf', () => {
  const of = (given: Given, lowStock = 5) => badgeOf(item(given), lowStock, NOW);
  const all: Given = { price: 1, listPrice: 2, quantity: 3, published: '2026-11-20' };

  it('is the first that applies: sold out, low stock, sale, new', () => {
    expect(of({ ...all, availability: 'out-of-stock' })).toBe('sold-out');
    expect(of(all)).toBe('low-stock');
    expect(of({ ...all, quantity: 6 })).toBe('sale');
    expect(of({ ...all, listPrice: 1, quantity: undefined })).toBe('new');
    expect(of({})).toBeUndefined();
  });

  it('does not report few pieces if there is no stock, if they come later, or if the shop turns it off', () => {
    expect(of({ quantity: 0 })).toBeUndefined();
    expect(of({ quantity: 3, availability: 'preorder' })).toBeUndefined();
    expect(of({ quantity: 1 }, 0)).toBeUndefined();
    expect(of({ quantity: 9 }, 9)).toBe('low-stock');
  });

  it('calls a product new for 30 days, from its first one anywhere on earth', () => {
    const days = ['2026-11-28', '2026-11-27', '2026-11-26', '2026-10-28', '2026-10-27', '2025-11-26', '2026-02-31'];
    expect(days.map((published) => of({ published }))).toEqual([
      ...[undefined, 'new', 'new', 'new', undefined, undefined, undefined],
    ]);
  });
});

describe('ratingOf', () => {
  it('is empty without ratings', () => {
    expect(ratingOf(item({}))).toBeUndefined();
    expect(ratingOf(item({ rating: { value: 0 } }))).toBeUndefined();
    expect(ratingOf(item({ rating: { value: 0, count: 0 } }))).toBeUndefined();
    expect(ratingOf(item({ rating: { value: 4.5 } }))).toEqual({ value: 4.5, count: 0 });
    expect(ratingOf(item({ rating: { value: 0, count: 3 } }))).toEqual({ value: 0, count: 3 });
  });
});

describe('secondImageOf', () => {
  it('is the first other picture', () => {
    expect(secondImageOf(item({ image: '/a', images: ['/a', '/b', '/c'] }))).toBe('/b');
    expect(secondImageOf(item({ image: '/a', images: ['/a'] }))).toBeUndefined();
    expect(secondImageOf(item({ images: ['/b'] }))).toBe('/b');
    expect(secondImageOf(item({}))).toBeUndefined();
  });
});
