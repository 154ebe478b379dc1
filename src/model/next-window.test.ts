import { expect, test } from 'vitest';
import { randomLadders } from '../testing/weights';
import { nextWindow } from './next-window';
import { expertCounts, ladderEntries, layersOf } from './state-dict';
import type { Utilization } from './utilization';
import type { Weights } from './weights';

const random = randomLadders({ dim: 4, bottleneck: 2, experts: [1, 1], bias: true }, 1);
const fresh = ladderEntries({ text: layersOf(random, 'text'), image: layersOf(random, 'image').slice(0, 1) });
const EVEN: Utilization = {
  text: [
    [0.5, 0.5],
    [0.5, 0.5],
  ],
  image: [[0.5, 0.5]],
};
/** Two experts in every layer. */
const two = nextWindow(fresh, EVEN, true, 4).weights;
const counts = (weights: Weights): number[] => Object.values(expertCounts(weights)).flat();

test('every layer gains a clone of its most used expert, which shares its activation', () => {
  const shares: Utilization = {
    text: [
      [0.6, 0.4],
      [0.5, 0.5],
    ],
    image: [[0.2, 0.8]],
  };
  const next = nextWindow(fresh, shares, true, 4);
  expect(next).toMatchObject({ pruned: 0, expanded: 3 });
  expect(counts(next.weights)).toEqual([2, 2, 2]);
  expect(next.shares).toEqual({
    text: [
      [0.6, 0.2, 0.2],
      [0.5, 0.25, 0.25],
    ],
    image: [[0.2, 0.4, 0.4]],
  });
});

test('the least used expert goes first, and the clone is of the most used one left', () => {
  const shares: Utilization = {
    text: [
      [0.5, 0.1, 0.4],
      [0.5, 0.25, 0.25],
    ],
    image: [[0.5, 0.4, 0.1]],
  };
  const next = nextWindow(two, shares, true, 4);
  expect(next).toMatchObject({ pruned: 2, expanded: 3 });
  expect(expertCounts(next.weights).text).toEqual([2, 3]);
  expect(layersOf(next.weights, 'text')[0].experts[1].down).toEqual(layersOf(two, 'text')[0].experts[1].down);
  const [backbone, one, clone] = next.shares.text[0];
  expect(backbone).toBeCloseTo(5 / 9, 6);
  expect(one).toBeCloseTo(2 / 9, 6);
  expect(clone).toBe(one);
});

test('without a measurement nothing is pruned', () => {
  const next = nextWindow(
    two,
    {
      text: [
        [0.5, 0.1, 0.4],
        [0.5, 0.5, 0],
      ],
      image: [[1, 0, 0]],
    },
    false,
    4,
  );
  expect(next).toMatchObject({ pruned: 0, expanded: 3 });
});

test('a layer with as many experts as it may have is left alone', () => {
  const next = nextWindow(
    fresh,
    {
      text: [
        [0.6, 0.4],
        [0.5, 0.5],
      ],
      image: [[0.2, 0.8]],
    },
    true,
    1,
  );
  expect(next).toMatchObject({ pruned: 0, expanded: 0, shares: { image: [[0.2, 0.8]] } });
  expect(next.weights).toEqual(fresh);
});
