import { expect, it } from 'vitest';
import { rankOf } from './score';

it('a rank counts the items ahead that are not in the history; equal scores keep catalogue order', () => {
  const scores = Float32Array.of(5, 3, 9, 3, 7);
  const history = Int32Array.of(2, 2);
  expect(rankOf(scores, 0, new Int32Array(0))).toBe(3);
  expect(rankOf(scores, 0, history)).toBe(2);
  expect(rankOf(scores, 4, history)).toBe(1);
  expect(rankOf(scores, 1, history)).toBe(3);
  expect(rankOf(scores, 3, history)).toBe(4);
  // Chosen again: the target itself counts, even from the history.
  expect(rankOf(scores, 4, Int32Array.of(4, 3))).toBe(2);
});
