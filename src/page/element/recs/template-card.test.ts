import { describe, expect, it } from 'vitest';
import { recommendation } from '../../../../testing/fake-recommender';
import { completeLabels } from './labels';
import { areImages, cardFields, fill, holds } from './template-card';

const { item, ...rest } = recommendation('a');
const attributes = { color: ['red', 'blue'], vegan: true, used: false, year: 2024, weight: 0, 'fabric name': 'Wool' };
const NO_FACTS = {
  ...({
    priceFrom: 'from €1',
    listPrice: '',
    saving: '',
    rating: '',
    ratings: '',
    badge: 'low-stock',
    badgeText: 'Only 3 left',
  } as const),
  image2: '',
};
const context = { language: 'en', currency: '', lowStock: 5, labels: completeLabels({}, 'en') };
const { fields, values } = cardFields(
  { ...rest, item: { ...item, quantity: 0, attributes } },
  2,
  { href: '/a', price: '€1', image: '' },
  { facts: () => NO_FACTS, text: (value) => (Array.isArray(value) ? value.join(', ') : `${value}`) },
  context,
);

describe('fill', () => {
  it('replaces known fields and leaves others as they are', () => {
    expect(fill('{position}. {title} {price} {unknown} {toString}', fields)).toBe('2. Title a €1 {unknown} {toString}');
  });

  it('does not replace placeholders inside a field', () => {
    expect(fill('{title}', { ...fields, title: '{price}' })).toBe('{price}');
    expect(fill('{attributes.a}', { 'attributes.a': '{price}' })).toBe('{price}');
  });

  it('fills in attributes, and leaves those that an item lacks empty', () => {
    expect(fill('{attributes.color}; {attributes.year}; {attributes.fabric name}', fields)).toBe(
      'red, blue; 2024; Wool',
    );
    expect(fill('<{attributes.size}{attributes.__proto__}>', fields)).toBe('<>');
    expect(fill('{attributes.} {attributes}', fields)).toBe('{attributes.} {attributes}');
  });

  it('has the badge in words', () => {
    expect(fill('{badge} {availability} {quantity}', fields)).toBe('Only 3 left in-stock 0');
  });
});

describe('holds', () => {
  it.each([
    ['title', true],
    ['priceFrom', true],
    ['listPrice', false],
    ['quantity', false],
    ['badge', true],
    ['attributes.color', true],
    ['attributes.vegan', true],
    ['attributes.used', false],
    ['attributes.weight', false],
    ['attributes.size', false],
    ['attributes.constructor', false],
    ['badge=low-stock', true],
    ['badge = sale', false],
    [' availability = in-stock ', true],
    ['attributes.color=blue', true],
    ['attributes.color=green', false],
    ['attributes.used=false', true],
    ['attributes.weight=0', true],
    ['attributes.size=', false],
    ['attributes.fabric name=Wool', true],
    ['lisPrice', undefined],
    ['toString', undefined],
    ['', undefined],
    ['{title}', undefined],
  ])('%s: %s', (condition, expected) => {
    expect(holds(condition, values)).toBe(expected);
  });

  it('compares with everything after the first equals sign', () => {
    expect(holds('attributes.a=b=c', { 'attributes.a': 'b=c' })).toBe(true);
  });
});

describe('areImages', () => {
  it('accepts a set only when every address belongs to an image', () => {
    for (const set of ['/a.webp', 'a.webp 1x, https://cdn.example/b.webp 2x', '/a,b.webp 480w,/c.webp 1.5x', ' /a 2x '])
      expect(areImages(set)).toBe(true);
    expect(areImages('data:image/png;base64,AA 2x')).toBe(true);
    for (const set of [
      'javascript:alert(1) 2x',
      '/a 1x, javascript:alert(1) 2x',
      '/a 1x,data:text/html,x',
      'ftp://x',
      '',
    ])
      expect(areImages(set)).toBe(false);
  });
});
