import { expect, it } from 'vitest';
import { type HintMapping, hintsFromUrl } from './hints-from-url';

const mapping: HintMapping = {
  utm_campaign: { 'summer-women': { category: 'Women' }, tees: { category: 'Men', 'attributes.size': ['M', 'L'] } },
  q: 'search',
  size: { m: { 'attributes.size': 'M' } },
};

it('maps campaigns and the words of a search to hints', () => {
  expect(hintsFromUrl('https://shop.example/?utm_campaign=summer-women&q=+red%20mug', mapping)).toEqual({
    category: 'Women',
    search: 'red mug',
  });
  expect(hintsFromUrl(new URL('https://shop.example/a?q=mug'), mapping)).toEqual({ search: 'mug' });
});

it('keeps the hint of the first parameter in the mapping for a field', () => {
  expect(hintsFromUrl('?size=m&utm_campaign=tees', mapping)).toEqual({
    category: 'Men',
    'attributes.size': ['M', 'L'],
  });
});

it('gives no hints for a campaign that the mapping lacks', () => {
  for (const query of [
    '',
    '?utm_campaign=',
    '?utm_campaign=winter',
    '?utm_campaign=toString',
    '?utm_source=summer-women',
  ]) {
    expect(hintsFromUrl(query, mapping)).toEqual({});
  }
});

it('cuts a long search to the maximum length of a hint', () => {
  expect(hintsFromUrl(`?q=${'a'.repeat(300)}`, mapping).search).toHaveLength(200);
});

it('refuses a wrong mapping by name', () => {
  for (const [wrong, place] of [
    [{ q: 'words' }, 'mapping.q'],
    [{ q: 7 }, 'mapping.q'],
    [{ utm_campaign: { summer: 'Women' } }, 'mapping.utm_campaign.summer'],
    [{ utm_campaign: { summer: ['Women'] } }, 'mapping.utm_campaign.summer'],
    [null, 'mapping: '],
  ] as const) {
    expect(() => Reflect.apply(hintsFromUrl, undefined, ['?q=a', wrong])).toThrow(place);
  }
  expect(() => hintsFromUrl('http://', mapping)).toThrow('url');
});
