import { beforeAll, expect, it } from 'vitest';
import { PAGE_TEXTS } from '../labels';
import { pickLabels } from './sidestream-pick';

beforeAll(() => PAGE_TEXTS.load('de'));

it('says how many are picked and how many are needed', () => {
  const { hint, count } = pickLabels({}, 'de-AT');
  expect(hint).toBe('Wählen Sie 3 aus, dann richten sich die Listen dieser Seite nach Ihrem Geschmack.');
  expect(count(1, 3)).toBe('1 von 3 gewählt');
});

it('accepts an invalid language tag', () => {
  expect(pickLabels({}, 'de_DE').count(2, 3)).toBe('2 von 3 gewählt');
});

it('is English for other languages, and has the texts of the page if there are some', () => {
  expect(pickLabels({ skip: 'Later' }, 'nl')).toMatchObject({ heading: 'What do you like?', skip: 'Later' });
});
