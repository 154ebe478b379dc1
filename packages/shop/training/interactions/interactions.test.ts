import { expect, test } from 'vitest';
import { choicesAfter, choicesFrom, rowsOf, sequencesWithout, streamOf, timeAt } from '.';

test('the choices of a log are gathered by user, oldest first', () => {
  const users = ['a', 'b', 'a', 'a', 'c', 'a'];
  const log = users.map((user, n) => ({ user, row: [0, 1, 1, 2, 0, 3][n], time: n }));
  const choices = choicesFrom(log);
  expect([...sequencesWithout(choices)].map((rows) => [...rows])).toEqual([[0, 1, 2, 3], [1], [0]]);
  expect([...sequencesWithout(choices, new Set([1]))]).toHaveLength(2);
  expect([...choices.places]).toEqual([0, 2, 3, 5, 1, 4]);
  expect(streamOf(choices, 1)).toEqual([{ row: 1, time: 1 }]);
  expect(timeAt(choices, 4)).toBe(4);
});

test('newer choices are those of a later log, of which some shoppers are known', () => {
  const users = ['a', 'b', 'a', 'c', 'b', 'a'];
  const log = users.map((user, n) => ({ user, row: n, time: n }));
  const newer = choicesAfter(choicesFrom(log), 2);
  const { offsets, rows, times, places } = choicesFrom(log.slice(3));
  expect(newer).toMatchObject({ offsets, rows, times, places });
  expect([...newer.shoppers]).toEqual([2, 1, 0]);
  expect([...newer.known]).toEqual([1, 2]);
  expect([...rowsOf(newer, 0)]).toEqual([3]);
});
