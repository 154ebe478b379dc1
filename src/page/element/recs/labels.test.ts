import { beforeAll, describe, expect, it, vi } from 'vitest';
import { recommendation } from '../../../../testing/fake-recommender';
import { LABEL_LANGUAGES } from '../../../../testing/languages';
import type { Recommendation } from '../../../device/protocol';
import { PAGE_TEXTS } from '../labels';
import { completeLabels, headingOf } from './labels';

const labelsIn = (language: string) => completeLabels({}, language);

it('a heading is not shown in English first if it will be in another language', async () => {
  // Other tests have loaded languages.
  vi.resetModules();
  const [{ completeLabels }, { PAGE_TEXTS }] = await Promise.all([import('./labels'), import('../labels')]);
  const labelsIn = (language: string) => completeLabels({}, language);
  const { headings, products, retry } = labelsIn('de');
  expect([headings.recent, products, retry]).toEqual(['', '', 'Try again']);
  expect(labelsIn('nl').headings.recent).toBe('Recently viewed');
  await PAGE_TEXTS.load('de-AT');
  expect(labelsIn('de').headings.recent).toBe('Zuletzt angesehen');
  // Each language is loaded only if it is shown.
  expect(PAGE_TEXTS.in('fr')).toBeNull();
});

describe('completeLabels', () => {
  beforeAll(() => Promise.all(LABEL_LANGUAGES.map((language) => PAGE_TEXTS.load(language))));

  it.each(LABEL_LANGUAGES)('%s puts every value in its place', (language) => {
    const labels = labelsIn(language);
    const number = (value: number): string => value.toLocaleString(language);
    expect(labels.reduced('60 €', '48 €')).toMatch(/60 €.*48 €/s);
    for (const [sentence, ...values] of [
      ...[labels.dismiss, labels.dismissed, labels.restored, labels.addedToCart].map((say) => [
        say('$& “x”'),
        '$& “x”',
      ]),
      [labels.from('48 €'), '48 €'],
      [labels.reduced('60 €', '48 €'), '60 €', '48 €'],
      [labels.lowStock(3), number(3)],
      [labels.rating(4.5), number(4.5)],
      [labels.ratings(1204), number(1204)],
    ]) {
      expect(sentence).not.toMatch(/[{}]/);
      for (const value of values) expect(sentence).toContain(value);
    }
  });

  it('has the language of the first part of the tag, and English for others', () => {
    expect(labelsIn('de-AT').headings.recent).toBe('Zuletzt angesehen');
    expect(labelsIn('FR_ca').retry).toBe('Réessayer');
    for (const language of ['nl', '', 'constructor']) expect(labelsIn(language).retry).toBe('Try again');
  });

  it('distinguishes one from several, in the digits of the reader', () => {
    expect([1, 12].map(labelsIn('nl').ratings)).toEqual(['1 rating', '12 ratings']);
    expect([1, 3].map(labelsIn('ES_mx').lowStock)).toEqual(['Solo queda 1', 'Solo quedan 3']);
    expect(labelsIn('de').rating(4.46)).toBe('4,5 von 5');
    expect(labelsIn('de').ratings(1204)).toBe('1.204 Bewertungen');
  });
});

describe('headingOf', () => {
  const labels = labelsIn('en');
  const of = (placement: Parameters<typeof headingOf>[0], ...given: Partial<Recommendation>[]) =>
    headingOf(
      placement,
      given.map((place, n) => ({ ...recommendation(`p${n}`), ...place })),
      labels,
    );
  const [unknown, popular, similar]: Partial<Recommendation>[] = [
    { source: 'catalog' },
    { source: 'popularity' },
    { source: 'content' },
  ];

  it('claims nothing about unknown products', () => {
    for (const placement of ['for-you', 'similar', 'complement', 'trending'] as const)
      expect(of(placement, unknown, unknown, { source: 'pinned' })).toBe('From our range');
    expect(of('trending', unknown, popular)).toBe('Popular right now');
    expect(of('for-you', unknown, { source: 'catalog', contributions: { hint: 1 } })).toBe('Recommended for you');
  });

  it('describes the content of a list about an item, not its request', () => {
    expect(of('similar', popular)).toBe('Popular right now');
    expect(of('complement', popular)).toBe('Popular right now');
    expect(of('complement', similar, similar)).toBe('Similar products');
    expect(of('complement', { source: 'style' })).toBe('In a similar style');
    expect(of('for-you', popular)).toBe('Popular right now');
    expect(of('for-you', popular, { source: 'personal' })).toBe('Recommended for you');
  });

  it('follows the placement while no items are known, and for lists that only the shop chose', () => {
    expect(of('trending')).toBe('Popular right now');
    expect(of('trending', { source: 'pinned' })).toBe('Popular right now');
  });
});

it('the labels of the page replace the built-in ones, one by one', async () => {
  await PAGE_TEXTS.load('de');
  const given = { empty: 'Leer.', headings: { recent: 'Eben' } as never, bundle: { total: 'Summe' } };
  const labels = completeLabels(given, 'de');
  expect(labels.empty).toBe('Leer.');
  expect(labels.headings).toMatchObject({ recent: 'Eben', similar: 'Ähnliche Produkte' });
  expect(labels.undo).toBe('Rückgängig');
  expect(labels.bundle).toMatchObject({ total: 'Summe', addAll: 'Alle in den Warenkorb' });
});
