import { expect, it } from 'vitest';
import { rankChange } from './held-out-quality';

// One state that keeps only the last choice; of two models, the second one turns the order of items 1 and 2 after a choice of 0.
const before = {
  width: 1,
  states: [{ decay: 0, gain: Float32Array.of(1) }],
  vectors: Float32Array.of(1, 1, -1, 5),
  biases: Float32Array.of(0, 0, 0, 9),
};
const now = { ...before, vectors: Float32Array.of(1, -1, 1, 5) };
const isKnown = (row: number): boolean => row < 3;

it('is the mean over shoppers of the change of their ln ranks, with its error', () => {
  const [first, second] = [Int32Array.of(0, 2), Int32Array.of(0, 1)];
  expect(rankChange(before, now, [first], isKnown)).toEqual({ mean: expect.closeTo(-Math.LN2), se: 0 });
  const both = rankChange(before, now, [first, second], isKnown);
  expect(both).toEqual({ mean: expect.closeTo(0), se: expect.closeTo(Math.LN2) });
  // One more choice of a shopper counts no more than one of another.
  const three = rankChange(before, now, [Int32Array.of(0, 2, 1), second], isKnown);
  expect(three?.mean).toBeCloseTo((-Math.LN2 / 2 + Math.LN2) / 2);
  expect(rankChange(before, before, [first, second], isKnown)).toEqual({ mean: 0, se: 0 });
});

it('is unknown if no choice can be ranked', () => {
  expect(rankChange(before, now, [], isKnown)).toBeNull();
  expect(rankChange(before, now, [Int32Array.of(0, 3), Int32Array.of(1)], isKnown)).toBeNull();
});
