import { expect, test } from 'vitest';
import { OfflineHistory } from './offline-history';

const choices = (...list: [string, number][]) => list.map(([user, row], time) => ({ user, row, time }));

test('cases have all that their user chose before, in the past or among them', () => {
  const past = new OfflineHistory(10);
  past.learn(choices(['a', 1], ['b', 2], ['a', 3]));
  const cases = past.cases(choices(['a', 4], ['c', 5], ['b', 6], ['a', 7], ['c', 8]));
  expect(cases.map(({ history, target }) => [[...history], target])).toEqual([
    [[1, 3], 4],
    [[2], 6],
    [[1, 3, 4], 7],
    [[5], 8],
  ]);
});

test('repeated choices are no cases but part of the history', () => {
  const past = new OfflineHistory(10);
  past.learn(choices(['a', 1]));
  const cases = past.cases(choices(['a', 1], ['a', 2], ['a', 2], ['a', 3]));
  expect(cases.map(({ history, target }) => [[...history], target])).toEqual([
    [[1, 1], 2],
    [[1, 1, 2, 2], 3],
  ]);
});

test('asking takes nothing in', () => {
  const past = new OfflineHistory(10);
  past.learn(choices(['a', 1]));
  const before = [...past.choices, ...past.recent, ...past.cooccurrence.table().lifts];
  past.cases(choices(['a', 2], ['a', 3]));
  past.sequences(choices(['a', 2], ['a', 3]), 5);
  expect([...past.choices, ...past.recent, ...past.cooccurrence.table().lifts]).toEqual(before);
  expect(past.cases(choices(['a', 4]))).toHaveLength(1);
  expect([...past.cases(choices(['a', 4]))[0].history]).toEqual([1]);
});

test('sequences have the newest earlier choices as context', () => {
  const past = new OfflineHistory(10);
  past.learn(choices(['a', 1], ['a', 2], ['a', 3], ['b', 4]));
  const next = choices(['c', 5], ['a', 6], ['c', 7]);
  expect(past.sequences(next, 2).map((rows) => [...rows])).toEqual([
    [5, 7],
    [2, 3, 6],
  ]);
  expect(past.sequences(next, 0).map((rows) => [...rows])).toEqual([[5, 7], [6]]);
});

test('what comes in parts is learned as if it had come at once', () => {
  const [whole, parts] = [new OfflineHistory(6), new OfflineHistory(6)];
  const all = choices(['a', 1], ['b', 2], ['a', 3], ['a', 4], ['b', 5], ['a', 2]);
  whole.learn(all);
  parts.learn(all.slice(0, 3));
  parts.learn(all.slice(3));
  const [a, b] = [whole.cooccurrence.table(), parts.cooccurrence.table()];
  expect(b.offsets).toEqual(a.offsets);
  for (const [at, lift] of a.lifts.entries()) expect(b.lifts[at]).toBeCloseTo(lift, 6);
});

test('recent choices count half a window later; pairs across windows co-occur', () => {
  const past = new OfflineHistory(4);
  past.age();
  past.learn(choices(['a', 1], ['b', 1]));
  past.age();
  past.learn(choices(['a', 2], ['b', 1]));
  expect([...past.choices]).toEqual([0, 3, 1, 0]);
  expect([...past.recent]).toEqual([0, 2, 1, 0]);
  expect([...past.cooccurrence.table().rows]).toEqual([2, 1]);
});
