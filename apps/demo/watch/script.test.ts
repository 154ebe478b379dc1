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

  it('draws two different tastes among the large categories by the number of the pair, and all of them in time', () => {
    const all = [category('A', 30), category('B', 90), category('Small', 3), category('C', 24)];
    const drawn = Array.from({ length: 60 }, (_, pair) =>
      tastesOf(all, pair)
        ?.map(({ name }) => name)
        .join(),
    );
    expect(new Set(drawn)).toEqual(new Set(['A,B', 'A,C', 'B,A', 'B,C', 'C,A', 'C,B']));
    expect(tastesOf(all, 7)).toEqual(tastesOf(all, 7));
    expect(tastesOf([category('A', 90), category('B', 23)], 1)).toBeNull();
  });

  it('takes every product of a shelf once, with neighbours apart', () => {
    const all = Array.from({ length: 16 }, (_, at) => at);
    expect([...spread(all)].sort((a, b) => a - b)).toEqual(all);
    expect(spread(all).slice(0, 4)).toEqual([0, 7, 14, 1]);
  });
});
