import { expect, it } from 'vitest';
import type { ScorePart } from '../../../../device/protocol';
import { ENGLISH_TEXTS } from '../texts';
import { wordsIn } from '../words';
import { namedParts, waterfallBars } from './waterfall';

const words = wordsIn({ texts: ENGLISH_TEXTS, language: 'en' }, 'en');
const part = (name: string, contribution: number): ScorePart => ({ name, contribution, expert: null, place: null });
const expertPart = (id: number, state: 'generalist' | 'frozen' | 'candidate', contribution = 1): ScorePart => ({
  name: 'preference',
  contribution,
  place: 1,
  expert: { id, state },
});

it('puts each bar where the one before it ends, and ends with the score', () => {
  const parts = namedParts([part('recent', 3), part('popularity', -1.5), part('category', 1)], [], words);
  const bars = waterfallBars(parts, { score: 2.5 }, words);
  expect(bars.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    [0, 3, 'more'],
    [3, 4, 'more'],
    [4, 2.5, 'less'],
    [0, 2.5, 'sum'],
  ]);
  expect(bars[0].label).toBe('like what you looked at lately');
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
