import { expect, it } from 'vitest';
import type { Explanation, RecommendResponse, Status } from '../../../src/device/protocol';
import { recommendation, STATUS } from '../../../testing/fake-recommender';
import { type Frame, makeFrame } from './frame';
import { expertText, summaryText } from './words';

const entry = (id: string, category: string) => {
  const made = recommendation(id);
  return { ...made, item: { ...made.item, category } };
};
const MADE = { choice: 1, chapter: 0, chosen: null, position: null, duration: 4 };
const expert = (id: number, state: Status['experts'][number]['state']): Status['experts'][number] => ({
  id,
  state,
  born: null,
  choices: 3,
  share: 0.5,
});
/** @param learned categories of the latest choices of expert 1, or of several experts by their ids */
const frame = (
  categories: string[],
  experts: Status['experts'],
  learned: string[] | Record<number, string[]> = [],
  before?: Frame,
) => {
  const list: RecommendResponse = {
    id: 'r',
    placement: 'for-you',
    items: categories.map((category, at) => entry(`i${at}`, category)),
  };
  const choicesOf = (paths: string[]) =>
    paths.map((category, at) => ({ item: entry(`c${at}`, category).item, time: null }));
  const explanation: Explanation = {
    ...recommendation('i0'),
    placement: 'for-you',
    contributors: [],
    experts: Object.entries(Array.isArray(learned) ? { 1: learned } : learned).map(([id, paths]) => ({
      id: Number(id),
      state: 'active',
      contribution: 1,
      choices: choicesOf(paths),
    })),
  };
  return makeFrame(before, MADE, { list, status: { ...STATUS, experts }, explanation }, ['Music', 'Sport']);
};

it('counts the tastes of the list by top category, and names an expert by its last choices', () => {
  const made = frame(
    ['Music/Studio', 'Musical', 'Sport', 'Music'],
    [expert(0, 'generalist'), expert(1, 'active')],
    ['Music/A', 'Music/B', 'Sport'],
  );
  expect(made.counts).toEqual([2, 1]);
  expect(made.experts.map(({ about }) => about)).toEqual([null, 'Music']);
  // The newest come first. Half of them are not enough to change the subject.
  const music = frame([], [expert(1, 'active')], ['Music', 'Music', 'Music', 'Sport']);
  const about = (...learned: string[]) => frame([], [expert(1, 'active')], learned, music).experts[0]?.about;
  expect(about('Sport', 'Sport', 'Music', 'Music', 'Music')).toBe('Music');
  expect(about('Sport', 'Sport', 'Sport', 'Music', 'Music')).toBe('Sport');
  expect(frame([], [expert(1, 'active')]).experts[0]?.about).toBeNull();
});

it('numbers two experts of one category', () => {
  const subjects = (experts: Status['experts'], learned: Record<number, string[]>, before?: Frame) =>
    frame([], experts, learned, before).experts.map(({ subject }) => subject);
  const garden = { 1: ['Garden/Flowers', 'Garden'], 2: ['Garden/Tools', 'Garden/Tools'] };
  const kept = [expert(0, 'generalist'), expert(1, 'active'), expert(2, 'frozen')];
  expect(subjects(kept, garden).slice(1)).toEqual(['Garden, no. 1', 'Garden, no. 2']);
  // The subject of an expert that is set aside is no longer in the answer.
  expect(subjects(kept, { 1: garden[1] }, frame([], kept, garden))).toEqual(subjects(kept, garden));
  expect(subjects(kept, {}).slice(1)).toEqual(['A bit of everything, no. 1', 'A bit of everything, no. 2']);
  // An expert on trial leaves its name to one that is kept.
  const trial = [expert(1, 'active'), expert(2, 'candidate'), expert(3, 'candidate')];
  expect(subjects(trial, { ...garden, 3: ['Garden/Tools'] })).toEqual(['Garden', 'Garden, no. 2', 'Garden, no. 3']);
  expect(subjects([expert(1, 'active'), expert(2, 'active')], { 1: ['Music/A'], 2: ['Sport/A'] })).toEqual([
    'Music',
    'Sport',
  ]);
});

it('describes what happened to an expert', () => {
  const [trial, kept, aside] = (['candidate', 'active', 'frozen'] as const).map((state) =>
    frame(['Music'], [expert(1, state)], ['Music']),
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
