import { expect, it } from 'vitest';
import { joinMeasured, type MethodRanks, streamsOfPart } from './measurement';

const streams = Array.from({ length: 7 }, (_, n) => ({
  places: [n, n + 1],
  ranks: [n + 1, 2],
  basketRanks: [3, n + 4],
}));
/** The result of a part: each of its streams puts the row of its number into a list. */
const measured = (names: string[], numbers: number[]): MethodRanks[] =>
  names.map((name) => ({
    name,
    streams: numbers.map((n) => streams[n]),
    listed: streams.map((_, row) => (numbers.includes(row) ? 1 : 0)),
  }));

it.each([1, 2, 3, 9])('joins %d parts into the result of a single part', (of) => {
  const numbers = [...streams.keys()];
  const parts = Array.from({ length: of }, (_, index) =>
    measured(['base', 'other'], streamsOfPart(numbers, { index, of })),
  );
  expect(joinMeasured(parts)).toEqual(measured(['base', 'other'], numbers));
});
