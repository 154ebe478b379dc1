import { describe, expect, it } from 'vitest';
import type { Category } from '../category';
import { CHAPTERS, CHOICES, chapterOf, spread, tastesOf } from './script';

const category = (name: string, count: number): Category => ({ path: name, name, count, children: [] });

describe('the script', () => {
  it('has every choice in one chapter, and ends', () => {
    const chapters = Array.from({ length: CHOICES }, (_, at) => chapterOf(at + 1));
    for (const [index, { choices }] of CHAPTERS.entries()) {
      expect(chapters.filter((at) => at?.index === index)).toHaveLength(choices);
      expect(chapters.filter((at) => at?.index === index && at.first)).toHaveLength(1);
    }
    expect(chapterOf(CHOICES + 1)).toBeUndefined();
  });

  it('takes the tastes of the demo, or the largest of another catalogue, if it has two', () => {
    const names = (...all: Category[]) => tastesOf(all)?.map(({ name }) => name);
    expect(names(category('Food', 90), category('Clothing', 43), category('Toys', 26))).toEqual(['Toys', 'Clothing']);
    expect(names(category('A', 30), category('B', 90), category('C', 40), category('Toys', 3))).toEqual(['B', 'C']);
    expect(tastesOf([category('A', 90), category('B', 23)])).toBeNull();
  });

  it('takes every product of a shelf once, with neighbours apart', () => {
    const all = Array.from({ length: 16 }, (_, at) => at);
    expect([...spread(all)].sort((a, b) => a - b)).toEqual(all);
    expect(spread(all).slice(0, 4)).toEqual([0, 7, 14, 1]);
  });
});
