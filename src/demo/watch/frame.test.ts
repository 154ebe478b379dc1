import { expect, it } from 'vitest';
import type { InspectedExpert } from '../../device/protocol';
import { recommendation } from '../../testing/fake-recommender';
import { type Frame, makeFrame } from './frame';
import { expertText, summaryText } from './words';

const entry = (id: string, category: string) => {
  const made = recommendation(id);
  return { ...made, item: { ...made.item, category } };
};
const MADE = { choice: 1, chapter: 0, chosen: null, position: null, duration: 4 };
/** @param learned categories of its choices, newest first */
const expert = (id: number, state: InspectedExpert['state'], ...learned: string[]): InspectedExpert => ({
  id,
  state,
  born: null,
  choices: 3,
  share: 0.5,
  posterior: 0.5,
  removed: null,
  from: learned.map((category, at) => ({ item: entry(`c${at}`, category).item, time: null })),
});
const frame = (categories: string[], experts: InspectedExpert[], before?: Frame) => {
  const items = categories.map((category, at) => entry(`i${at}`, category));
  return makeFrame(before, MADE, { list: { id: 'r', placement: 'for-you', items }, experts }, ['Music', 'Sport']);
};

it('counts the tastes of the list by top category, and names an expert by its last choices', () => {
  const made = frame(
    ['Music/Studio', 'Musical', 'Sport', 'Music'],
    [expert(0, 'generalist'), expert(1, 'active', 'Music/A', 'Music/B', 'Sport'), expert(2, 'removed', 'Music')],
  );
  expect(made.counts).toEqual([2, 1]);
  expect(made.experts.map(({ about }) => about)).toEqual([null, 'Music']);
  // The newest come first. Half of them are not enough to change the subject.
  const music = frame([], [expert(1, 'active', 'Music', 'Music', 'Music', 'Sport')]);
  const about = (...learned: string[]) => frame([], [expert(1, 'active', ...learned)], music).experts[0]?.about;
  expect(about('Sport', 'Sport', 'Music', 'Music', 'Music')).toBe('Music');
  expect(about('Sport', 'Sport', 'Sport', 'Music', 'Music')).toBe('Sport');
  expect(frame([], [expert(1, 'active')]).experts[0]?.about).toBeNull();
});

it('names two experts of one category by what distinguishes them', () => {
  const subjects = (...experts: InspectedExpert[]) => frame([], experts).experts.map(({ subject }) => subject);
  const flowers = ['Garden/Tools', 'Garden/Flowers/Roses', 'Garden/Flowers'];
  expect(subjects(expert(1, 'active', ...flowers), expert(2, 'frozen', 'Garden/Tools'))).toEqual([
    'Garden (Flowers)',
    'Garden (Tools)',
  ]);
  expect(subjects(expert(1, 'active', 'Garden'), expert(2, 'active', 'Garden'))).toEqual([
    'Garden, no. 1',
    'Garden, no. 2',
  ]);
  expect(subjects(expert(1, 'active', 'Music/A'), expert(2, 'active', 'Sport/A'))).toEqual(['Music', 'Sport']);
  // An expert on trial leaves its name to one that is kept.
  const trials = [2, 3].map((id) => expert(id, 'candidate', 'Garden/Tools'));
  expect(subjects(expert(0, 'generalist', 'Garden'), expert(1, 'active', ...flowers), ...trials).slice(1)).toEqual([
    'Garden',
    'Garden (Tools), no. 2',
    'Garden (Tools), no. 3',
  ]);
});

it('describes what happened to an expert', () => {
  const [trial, kept, aside] = (['candidate', 'active', 'frozen'] as const).map((state) =>
    frame(['Music'], [expert(1, state, 'Music')]),
  );
  if (!trial || !kept || !aside) throw new Error('no frames');
  expect(expertText(kept, trial)).toContain('kept and continues to learn');
  expect(expertText(aside, kept)).toContain('The expert for music is set aside');
  expect(expertText(kept, aside)).toContain('The expert for music is back');
  expect(expertText(kept, kept)).toBe('');
});

it('sums up only a script that is at its end', () => {
  expect(summaryText([frame(['Music'], [])], ['Music', 'Sport'])).toBe('');
});
