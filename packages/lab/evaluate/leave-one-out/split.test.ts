import { expect, it } from 'vitest';
import { leaveOneOut } from './split';

const rowOf = new Map(['a', 'b', 'c', 'd'].map((item, row) => [item, row]));
const events = (user: string, items: string) => Array.from(items, (item, time) => ({ user, item, time }));

it('holds out the last two choices of every user, in the order of the log', () => {
  const { training, validation, whole, test } = leaveOneOut([...events('u', 'abcd'), ...events('v', 'cxab')], rowOf);
  expect(training.map(({ rows }) => [...rows])).toEqual([[0, 1], [2]]);
  expect(whole.map(({ rows }) => [...rows])).toEqual([
    [0, 1, 2],
    [2, 0],
  ]);
  expect([...whole[1].times]).toEqual([0, 2]);
  expect(validation.map(({ target }) => target)).toEqual([2, 0]);
  expect(test.map(({ history, target }) => [[...history.rows], target])).toEqual([
    [[0, 1, 2], 3],
    [[2, 0], 1],
  ]);
});

it('learns from users with fewer than three choices and ranks none of them', () => {
  const { training, validation, whole, test } = leaveOneOut(events('u', 'ab'), rowOf);
  expect([...training[0].rows]).toEqual([0, 1]);
  expect(whole).toEqual(training);
  expect([...validation, ...test]).toEqual([]);
});

it('ranks no item that its user chose before', () => {
  const { validation, test } = leaveOneOut([...events('u', 'abca'), ...events('v', 'abad')], rowOf);
  expect(validation.map(({ target }) => target)).toEqual([2]);
  expect(test.map(({ target }) => target)).toEqual([3]);
});
