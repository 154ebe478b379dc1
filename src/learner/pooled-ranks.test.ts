import { describe, expect, test } from 'vitest';
import { pooledData } from './pooled-data';
import { rankOf } from './pooled-ranks';

test('a rank counts the items ahead that are not in the history; equal scores keep catalogue order', () => {
  const scores = Float32Array.of(5, 3, 9, 3, 7);
  const history = Int32Array.of(2, 2);
  expect(rankOf(scores, { history: new Int32Array(0), target: 0 })).toBe(3);
  expect(rankOf(scores, { history, target: 0 })).toBe(2);
  expect(rankOf(scores, { history, target: 4 })).toBe(1);
  expect(rankOf(scores, { history, target: 1 })).toBe(3);
  expect(rankOf(scores, { history, target: 3 })).toBe(4);
  // Chosen again: the target itself counts, even from the history.
  expect(rankOf(scores, { history: Int32Array.of(4, 3), target: 4 })).toBe(2);
});

describe('the choices of a log', () => {
  const log = [
    { user: 'a', row: 0, time: 1 },
    { user: 'b', row: 1, time: 2 },
    { user: 'a', row: 1, time: 3 },
    { user: 'a', row: 2, time: 4 },
    { user: 'c', row: 0, time: 5 },
    { user: 'a', row: 3, time: 6 },
  ];

  test('are split by time, validation with everything before', () => {
    const { sequences, popularity, validation } = pooledData(log, 4, 0.5);
    expect(sequences.map((rows) => [...rows])).toEqual([[0, 1], [1]]);
    expect([...popularity]).toEqual([1, 2, 0, 0]);
    expect(validation.map(({ history, target }) => [[...history], target])).toEqual([
      [[0, 1], 2],
      [[0, 1, 2], 3],
    ]);
  });

  test('are all learned from without a validation', () => {
    const { sequences, validation } = pooledData(log, 4, 0);
    expect(sequences.map((rows) => [...rows])).toEqual([[0, 1, 2, 3], [1], [0]]);
    expect(validation).toEqual([]);
  });
});
