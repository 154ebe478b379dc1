import { describe, expect, test } from 'vitest';
import { pooledData } from './offline-data';

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
