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
  const texts = Array.from({ length: of }, (_, index) =>
    JSON.stringify(measured(['base', 'other'], streamsOfPart(numbers, { index, of }))),
  );
  expect(joinMeasured(texts)).toEqual(measured(['base', 'other'], numbers));
});

it('refuses text that is not a part, and parts that do not belong together', () => {
  const part = (...names: string[]): string => JSON.stringify(measured(names, [1]));
  expect(() => joinMeasured(['{'])).toThrow('cannot be used');
  expect(() => joinMeasured([part('base').replace('[2,2]', '[2]')])).toThrow('differ in length');
  expect(() => joinMeasured([part('base').replace('"ranks":[2', '"ranks":[0')])).toThrow('ranks');
  expect(() => joinMeasured([part('base'), part('other')])).toThrow('different methods');
  expect(() => joinMeasured([JSON.stringify(measured(['base'], [])), part('base')])).toThrow('a stream is missing');
});
