import { expect, it } from 'vitest';
import { recommendation } from '../../../../testing/fake-recommender';
import type { InspectedExpert } from '../../../device/protocol';
import { namedExperts } from './experts';
import { ENGLISH_INSPECTOR, wordsIn } from './words';

const words = wordsIn(ENGLISH_INSPECTOR, 'en');
let made = 0;
const expert = (id: number, state: InspectedExpert['state'], ...categories: string[]): InspectedExpert => ({
  id,
  state,
  born: null,
  choices: categories.length,
  share: 0.1,
  from: categories.map((category) => {
    made += 1;
    return { item: { ...recommendation(`i${made}`).item, category }, time: null };
  }),
});
const titlesOf = (...experts: InspectedExpert[]): string[] => namedExperts(experts, words).map(({ title }) => title);
const times = (count: number, category: string): string[] => Array.from({ length: count }, () => category);

it('names an expert by what it learned last, and shows only that', () => {
  // The newest first: by all of its choices it would be Clothing.
  const [named] = namedExperts([expert(1, 'active', ...times(7, 'Toys/Plush'), ...times(12, 'Clothing/Shoes'))], words);
  expect(named.title).toBe('Toys');
  expect(named.shown.map(({ category }) => category)).toEqual(times(7, 'Toys/Plush'));
});

it('names an expert of two kinds by both', () => {
  const [named] = namedExperts([expert(1, 'frozen', 'Toys', 'Food', 'Music', 'Food', 'Toys', 'Food')], words);
  expect(named.title).toBe('Food and Toys');
  expect(named.shown).toHaveLength(5);
});

it('shows every choice of the generalist, each product once', () => {
  const twice = expert(0, 'generalist', 'Toys', 'Toys', 'Food');
  twice.from.push(twice.from[0]);
  const [named] = namedExperts([twice], words);
  expect(named.title).toBe('Everything you chose, lately Toys');
  expect(named.shown).toHaveLength(3);
});

it('never has two equal titles', () => {
  expect(
    titlesOf(expert(1, 'active', ...times(4, 'Toys/Plush')), expert(2, 'frozen', ...times(4, 'Toys/Trains'))),
  ).toEqual(['Plush', 'Trains']);
  expect(
    titlesOf(expert(1, 'active', 'Toys'), expert(2, 'frozen', 'Toys'), expert(3, 'active', ''), expert(4, 'frozen')),
  ).toEqual(['Toys (expert 1)', 'Toys (expert 2)', 'A separate taste (expert 3)', 'A separate taste (expert 4)']);
});

it('leaves out experts on trial', () => {
  expect(titlesOf(expert(0, 'generalist'), expert(2, 'candidate', 'Toys'))).toEqual(['Everything you chose']);
});
