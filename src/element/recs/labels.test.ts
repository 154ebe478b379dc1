import { beforeAll, describe, expect, it } from 'vitest';
import type { Recommendation } from '../../protocol';
import { recommendation } from '../../testing/fake-recommender';
import { completeLabels, headingOf, labelsIn, labelsMissing, loadLabels } from './labels';
import { LOCALES } from './locales';

it('a heading is not shown in English first where it will be in another language', async () => {
  expect(labelsMissing('de')).toBe(true);
  expect(labelsIn('de').headings.recent).toBe('');
  expect(labelsIn('nl').headings.recent).toBe('Recently viewed');
  await loadLabels();
  expect(labelsMissing('de')).toBe(false);
  expect(labelsIn('de').headings.recent).toBe('Zuletzt angesehen');
});

describe('labelsIn', () => {
  beforeAll(loadLabels);

  it.each(['en', ...Object.keys(LOCALES)])('%s has every label, and the title where it belongs', (language) => {
    const labels = labelsIn(language);
    const { headings, dismiss, dismissed, restored, ...plain } = labels;
    expect(Object.keys(plain)).toHaveLength(9);
    for (const word of [...Object.values(headings), ...Object.values(plain)]) {
      expect(word).toMatch(/\S/);
      expect(word).not.toMatch(/[{}|]/);
    }
    for (const sentence of [dismiss, dismissed, restored]) expect(sentence('$& “x”')).toContain('$& “x”');
    expect(new Set([...Object.values(headings), plain.products]).size).toBe(7);
  });

  it('has six languages by the first part of the tag, and English for others', () => {
    expect(Object.keys(LOCALES).sort()).toEqual(['ar', 'de', 'es', 'fr', 'ja']);
    expect(labelsIn('de-AT').headings.recent).toBe('Zuletzt angesehen');
    expect(labelsIn('FR_ca').retry).toBe('Réessayer');
    for (const language of ['nl', '', 'constructor']) expect(labelsIn(language).retry).toBe('Try again');
  });

  it('isolates a title from the Arabic around it', () => {
    expect(labelsIn('ar').dismissed('Hut (2)')).toContain('\u2068Hut (2)\u2069');
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

  it('claims nothing of products of which nothing is known', () => {
    for (const placement of ['for-you', 'similar', 'complement', 'trending'] as const)
      expect(of(placement, unknown, unknown, { source: 'pinned' })).toBe('From our range');
    expect(of('trending', unknown, popular)).toBe('Popular right now');
    expect(of('for-you', unknown, { source: 'catalog', contributions: { hint: 1 } })).toBe('Recommended for you');
  });

  it('says what a list about an item holds instead of what it asks for', () => {
    expect(of('similar', popular)).toBe('Popular right now');
    expect(of('complement', popular)).toBe('Popular right now');
    expect(of('complement', similar, similar)).toBe('Similar products');
    expect(of('complement', { source: 'style' })).toBe('Goes well with it');
    expect(of('for-you', popular)).toBe('Recommended for you');
  });

  it('is that of the placement while no items are known, and over what only the shop chose', () => {
    expect(of('trending')).toBe('Popular right now');
    expect(of('trending', { source: 'pinned' })).toBe('Popular right now');
  });
});

it('the labels of the page replace the built-in ones, one by one', () => {
  const labels = completeLabels({ empty: 'Leer.', headings: { recent: 'Eben' } as never }, 'de');
  expect(labels.empty).toBe('Leer.');
  expect(labels.headings).toMatchObject({ recent: 'Eben', similar: 'Ähnliche Produkte' });
  expect(labels.undo).toBe('Rückgängig');
});
