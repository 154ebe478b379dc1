import { beforeAll, expect, it } from 'vitest';
import { PAGE_TEXTS } from '../labels';
import { findLabels } from './find-view';

beforeAll(() => PAGE_TEXTS.load('de'));

it('says how many were found, and names the words of a search without results', () => {
  const { count, empty } = findLabels({}, 'de-AT');
  expect([count(1), count(1200)].map((text) => text.replace(/\s/g, ' '))).toEqual([
    '1 Produkt gefunden',
    '1 200 Produkte gefunden',
  ]);
  expect(empty('rote $& {words}')).toBe('Nichts gefunden für „rote $& {words}“.');
});

it('is English for other languages, accepts an invalid tag, and prefers the texts that the page gives', () => {
  expect(findLabels({ retry: 'Again' }, 'nl')).toMatchObject({ label: 'Search', retry: 'Again' });
  expect(findLabels({}, 'de_DE').count(2)).toBe('2 Produkte gefunden');
});
