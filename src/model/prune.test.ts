import { describe, expect, test } from 'vitest';
import { randomLadders } from '../testing/weights';
import { expertNames, routerNames } from './names';
import { expertToPrune, prune } from './prune';

describe('which expert goes', () => {
  test('the paper: the smallest share of the experts alone, below tau', () => {
    // Alone: 0.2/0.5 = 0.4, 0.1/0.5 = 0.2, 0.2/0.5 = 0.4
    const shares = [0.5, 0.2, 0.1, 0.2];
    expect(expertToPrune(shares, { kind: 'paper', tau: 0.21 })).toBe(1);
    expect(expertToPrune(shares, { kind: 'paper', tau: 0.2 })).toBe(null);
  });

  test('relative: below 0.8 / n', () => {
    expect(expertToPrune([0, 0.27, 0.36, 0.37], { kind: 'relative' })).toBe(null);
    expect(expertToPrune([0, 0.26, 0.37, 0.37], { kind: 'relative' })).toBe(0);
    expect(expertToPrune([0, 0.27, 0.36, 0.37], { kind: 'relative', factor: 0.9 })).toBe(0);
  });

  test('the only expert stays', () => {
    expect(expertToPrune([0.99, 0.01], { kind: 'paper', tau: 1 })).toBe(null);
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
    { kind: 'relative' },
  );
  expect(pruned).toEqual({ text: [1, null], image: [null, null] });
  expect(rest[expertNames('text', 0, 1).down]).toBe(weights[expertNames('text', 0, 2).down]);
  expect(Object.keys(rest)).not.toContain(expertNames('text', 0, 2).down);
  const { weight, bias } = routerNames('text', 0);
  const kept = [0, 1, 3];
  expect(rest[weight].shape).toEqual([3, 2]);
  expect([...rest[weight].values]).toEqual(
    kept.flatMap((row) => [...weights[weight].values.slice(row * 2, row * 2 + 2)]),
  );
  expect([...rest[bias].values]).toEqual(kept.map((row) => weights[bias].values[row]));
  expect(rest[expertNames('image', 0, 2).up]).toBe(weights[expertNames('image', 0, 2).up]);
  expect(Object.keys(weights)).toContain(expertNames('text', 0, 2).down);
});

test('a record of use with other layers prunes nothing', () => {
  const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [2] }, 3);
  const { pruned } = prune(weights, { text: [[0.9, 0.1]], image: [] }, { kind: 'paper', tau: 1 });
  expect(pruned).toEqual({ text: [null], image: [null] });
});
