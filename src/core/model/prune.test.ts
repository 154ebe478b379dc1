import { describe, expect, test } from 'vitest';
import { randomLadders } from '../../testing/weights';
import { expertToPrune, prune } from './prune';
import { expertCounts, layersOf } from './state-dict';

describe('the expert to remove', () => {
  test('has the smallest share among the experts, without the backbone, below tau, as in the paper', () => {
    // Alone: 0.2/0.5 = 0.4, 0.1/0.5 = 0.2, 0.2/0.5 = 0.4
    const shares = [0.5, 0.2, 0.1, 0.2];
    expect(expertToPrune(shares, 0.21)).toBe(1);
    expect(expertToPrune(shares, 0.2)).toBe(null);
  });

  test('the only expert stays', () => {
    expect(expertToPrune([0.99, 0.01], 1)).toBe(null);
  });
});

test('the expert goes with its router row and bias; the later ones move up', () => {
  const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [3, 1], bias: true }, 3);
  const { weights: rest, pruned } = prune(
    weights,
    {
      text: [
        [0.4, 0.3, 0.05, 0.25],
        [0.5, 0.5],
      ],
      image: [],
    },
    0.1,
  );
  expect(pruned).toEqual({ text: [1, null], image: [null, null] });
  const [[before], [after]] = [layersOf(weights, 'text'), layersOf(rest, 'text')];
  expect(after.experts[0].up).toBe(before.experts[0].up);
  expect(after.experts[1].down).toBe(before.experts[2].down);
  expect(Object.keys(weights)).toHaveLength(Object.keys(rest).length + 2);
  const kept = [0, 1, 3];
  expect(after.router.weight.shape).toEqual([3, 2]);
  expect([...after.router.weight.values]).toEqual(
    kept.flatMap((row) => [...before.router.weight.values.slice(row * 2, row * 2 + 2)]),
  );
  expect(after.router.bias?.shape).toEqual([3]);
  expect([...(after.router.bias?.values ?? [])]).toEqual(kept.map((row) => before.router.bias?.values[row]));
  expect(layersOf(rest, 'image')[0].experts[2].up).toBe(layersOf(weights, 'image')[0].experts[2].up);
  expect(expertCounts(weights)).toEqual({ text: [3, 1], image: [3, 1] });
});

test('utilization of other layers prunes nothing', () => {
  const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [2] }, 3);
  const { pruned } = prune(weights, { text: [[0.9, 0.1]], image: [] }, 1);
  expect(pruned).toEqual({ text: [null], image: [null] });
});
