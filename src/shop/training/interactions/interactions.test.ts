import { expect, test } from 'vitest';
import { choiceSequences, cutWindows } from '.';

test('the choices of a log are gathered by user, oldest first', () => {
  const users = ['a', 'b', 'a', 'a', 'c', 'a'];
  const log = users.map((user, n) => ({ user, row: [0, 1, 1, 2, 0, 3][n], time: n }));
  expect(choiceSequences(log)).toEqual([[0, 1, 2, 3], [1], [0]]);
});

test('windows have equal counts, and there are fewer in a short stream', () => {
  expect(cutWindows([1, 2, 3, 4, 5], 2)).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(cutWindows([1, 2], 3)).toEqual([[1], [2]]);
});
