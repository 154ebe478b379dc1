import { expect, it } from 'vitest';
import { columnsOf, rowTrack } from './columns';

/** The possible numbers of columns for a grid with the given number of cards. */
const numbersOf = (count: number): number[] => [
  ...new Set([...columnsOf(count).matchAll(/\) \/ (\d+)/g)].map(([, columns]) => Number(columns))),
];

it('divides the cards into equal rows, except the last', () => {
  expect(numbersOf(1)).toEqual([1]);
  expect(numbersOf(2)).toEqual([2]);
  expect(numbersOf(3)).toEqual([3, 2]);
  expect(numbersOf(6)).toEqual([6, 3, 2]);
  expect(numbersOf(8)).toEqual([8, 4, 3, 2]);
  expect(numbersOf(12)).toEqual([12, 6, 4, 3, 2]);
  for (let count = 1; count <= 100; count++) expect(numbersOf(count).length).toBeLessThan(20);
});

it('shows a part of the next card of a row, on every width', () => {
  // Card size and gap of the element's defaults, in a list of the given width.
  const widthOf = (list: number): number => {
    const text = rowTrack()
      .replaceAll('100%', `${list}`)
      .replaceAll('42cqi', `${0.42 * list}`)
      .replaceAll('var(--_card)', '168')
      .replaceAll('var(--_gap)', '16')
      .replaceAll('0px', '0')
      .replace(/min\(|max\(/g, (name) => `Math.${name}`);
    return Function(`return ${text}`)();
  };
  for (const list of [288, 358, 700, 900, 1120, 1200, 1400, 2000]) {
    const width = widthOf(list);
    const shown = (list + 16) / (width + 16);
    expect(shown % 1, `${list}`).toBeGreaterThan(0.1);
    expect(shown % 1, `${list}`).toBeLessThan(0.6);
    expect(shown).toBeGreaterThan(2);
    if (list > 600) expect(width).toBeGreaterThanOrEqual(168);
    if (list > 1000) expect(width).toBeLessThan(1.3 * 168);
  }
});
