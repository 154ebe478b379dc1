import { expect, it } from 'vitest';
import type { ScorePart } from '../../../../device/protocol';
import { ENGLISH_INSPECTOR, wordsIn } from '../words';
import { namedParts, scoreBars, withoutText } from './score-parts';

const words = wordsIn(ENGLISH_INSPECTOR, 'en');
const part = (name: string, contribution: number): ScorePart => ({ name, contribution, expert: null, place: null });
const expertPart = (id: number, state: 'generalist' | 'frozen' | 'candidate', contribution = 1): ScorePart => ({
  name: 'preference',
  contribution,
  place: 1,
  expert: { id, state },
});

it('begins each bar where the one before it ends, and ends with the score', () => {
  const parts = namedParts([part('recent', 3), part('popularity', -1.5), part('category', 1)], [], words);
  const bars = scoreBars(parts, { score: 2.5, place: 4 }, words);
  expect(bars.map(({ start, width, less, value }) => [start, width, less, value])).toEqual([
    [0, 75, false, '+3.00'],
    [75, 25, false, '+1.00'],
    [62.5, 37.5, true, '-1.50'],
    [0, 62.5, false, '+2.50'],
  ]);
  expect(bars[0].name).toBe('like what you looked at lately');
});

it('has room for both signs', () => {
  const parts = namedParts([part('recent', 1), part('popularity', -3)], [], words);
  const bars = scoreBars(parts, { score: -2, place: 4 }, words);
  expect(bars.map(({ start, width }) => Math.round(start + width))).toEqual([100, 100, 67]);
  expect(bars[2]).toMatchObject({ start: 0, less: true });
});

it('says what the place would be without a part', () => {
  expect(withoutText(words, 2, 5)).toBe('without it 5th');
  expect(withoutText(words, 2, 2)).toBe('without it still 2nd');
  expect(withoutText(words, 2, null)).toBeNull();
});

it('names experts by what they learned', () => {
  const experts = [
    { id: 1, title: 'Toys' },
    { id: 2, title: 'Food' },
  ];
  const parts = [
    expertPart(0, 'generalist'),
    expertPart(1, 'frozen'),
    expertPart(2, 'frozen'),
    expertPart(3, 'frozen'),
  ];
  expect(namedParts(parts, experts, words).map(({ label }) => label)).toEqual([
    'to your taste as a whole',
    'to your taste in Toys',
    'to your taste in Food',
    'to your taste in 3',
  ]);
});

it('has one part for all candidates, which still adds up to the score', () => {
  const parts = [expertPart(0, 'generalist', 2), expertPart(5, 'candidate', 0.5), expertPart(6, 'candidate', -0.25)];
  expect(namedParts(parts, [], words)).toEqual([
    { label: 'to your taste as a whole', contribution: 2, place: 1 },
    { label: 'to tastes on trial', contribution: 0.25, place: null },
  ]);
});
