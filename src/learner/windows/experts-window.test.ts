import { expect, test } from 'vitest';
import { expertNames, LADDERS, storedExpertCounts, type Utilization, type Weights } from '../../model';
import { freshWeights } from '../experts/experts-weights';
import { nextWindow } from './experts-window';

const fresh = freshWeights({ dim: 4, taps: { text: 3, image: 2 } }, 2, { text: 2, image: 1 }, 1);
const counts = (weights: Weights): number[] => LADDERS.flatMap((ladder) => storedExpertCounts(weights, ladder));

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
  const two = nextWindow(
    fresh,
    {
      text: [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      image: [[0.5, 0.5]],
    },
    true,
    4,
  ).weights;
  const shares: Utilization = {
    text: [
      [0.5, 0.1, 0.4],
      [0.5, 0.25, 0.25],
    ],
    image: [[0.5, 0.4, 0.1]],
  };
  const next = nextWindow(two, shares, true, 4);
  expect(next).toMatchObject({ pruned: 2, expanded: 3 });
  expect(storedExpertCounts(next.weights, 'text')).toEqual([2, 3]);
  expect(next.weights[expertNames('text', 0, 1).down]).toEqual(two[expertNames('text', 0, 1).down]);
  const [backbone, one, clone] = next.shares.text[0];
  expect(backbone).toBeCloseTo(5 / 9, 6);
  expect(one).toBeCloseTo(2 / 9, 6);
  expect(clone).toBe(one);
});

test('without a measurement nothing is pruned', () => {
  const two = nextWindow(
    fresh,
    {
      text: [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      image: [[0.5, 0.5]],
    },
    true,
    4,
  ).weights;
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
