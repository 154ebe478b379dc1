import { expect, it } from 'vitest';
import type { Consent, Segment, SegmentsRequest, Status } from '../../device/protocol';
import { algoliaFilters, meilisearchContext, searchTaste, type Taste, typesenseSort } from './search-taste';

const segment = (value: string): Segment => ({ value, score: 0, contributions: {}, count: 1, items: [] });

function recommender(consent: Consent, events: number) {
  const asked: SegmentsRequest[] = [];
  return {
    asked,
    status: { get: async () => ({ consent, events }) as Status },
    async recommendSegments(request: SegmentsRequest) {
      asked.push(request);
      const values = request.by === 'category' ? ['Tea', 'Cups'] : ['-196 °C', 'A:B', 'C'];
      return { id: 'list', by: request.by, segments: values.slice(0, request.limit).map(segment) };
    },
  };
}

const FIELDS = { brand: 'attributes.brand', 'categories.lvl0': 'category' } as const;

it('is the most liked values of each field, with consent', async () => {
  const granted = recommender('granted', 3);
  expect(await searchTaste(granted, FIELDS, 2)).toEqual([
    { field: 'brand', value: '-196 °C', weight: 2 },
    { field: 'brand', value: 'A:B', weight: 1 },
    { field: 'categories.lvl0', value: 'Tea', weight: 2 },
    { field: 'categories.lvl0', value: 'Cups', weight: 1 },
  ]);
  expect(granted.asked.map(({ by }) => by)).toEqual(['attributes.brand', 'category']);
});

it('is nothing, and asks for nothing, without consent or before the first choice', async () => {
  for (const [consent, events] of [
    ['pending', 9],
    ['denied', 9],
    ['granted', 0],
  ] as const) {
    const other = recommender(consent, events);
    expect(await searchTaste(other, FIELDS)).toEqual([]);
    expect(other.asked).toEqual([]);
  }
});

it('refuses fields that no index has', async () => {
  await expect(searchTaste(recommender('granted', 1), { 'a b': 'category' })).rejects.toThrow(
    /^searchTaste\(\): fields/,
  );
  await expect(searchTaste(recommender('granted', 1), FIELDS, 0)).rejects.toMatchObject({
    code: 'runtime/invalid-input',
  });
});

it('is written as each service reads it', () => {
  const taste: Taste[] = [
    { field: 'brand', value: '-196 °C', weight: 2 },
    { field: 'brand', value: 'Tick`ed', weight: 1 },
    { field: 'category', value: 'Tea', weight: 1 },
  ];
  expect(algoliaFilters(taste)).toEqual([
    'brand:\\-196 °C<score=2>',
    'brand:Tick`ed<score=1>',
    'category:Tea<score=1>',
  ]);
  expect(meilisearchContext(taste)).toBe('Likes, the most liked first, brand: -196 °C, Tick`ed; category: Tea.');
  expect(typesenseSort(taste)).toBe(
    '_eval([(brand:=`-196 °C`):2,(brand:=`Ticked`):1,(category:=`Tea`):1]):desc,_text_match:desc',
  );
  expect([algoliaFilters([]), meilisearchContext([]), typesenseSort([])]).toEqual([[], null, null]);
});
