import { expect, test } from 'vitest';
import { seededRandom } from '../model';
import { type Choice, choiceWeights } from './offline-choice';

/** Choices drawn from a softmax over the weighted terms, every fifth item out of the question. */
function drawn(weights: number[], cases: number, count = 40, seed = 1): Choice[] {
  const random = seededRandom(seed);
  return Array.from({ length: cases }, (_, at) => {
    const terms = weights.map(() => Float32Array.from({ length: count }, () => random() * 4 - 2));
    const excluded = Array.from({ length: count / 5 }, (_, n) => n * 5 + (at % 5));
    const gumbel = terms[0].map((_, row) => {
      const score = weights.reduce((sum, weight, k) => sum + weight * terms[k][row], 0);
      return excluded.includes(row) ? Number.NEGATIVE_INFINITY : score - Math.log(-Math.log(random()));
    });
    return { terms, target: gumbel.indexOf(Math.max(...gumbel)), excluded };
  });
}

test('finds the weights that choices were made by', () => {
  const found = choiceWeights(drawn([1, -0.5, 0], 1500), [0, 0, 0], 0.1);
  expect(found[0]).toBeCloseTo(1, 0);
  for (const [k, weight] of [1, -0.5, 0].entries()) expect(Math.abs(found[k] - weight)).toBeLessThan(0.1);
});

test('is where the penalised likelihood is flat', () => {
  const choices = drawn([0.8, 0.3], 60);
  const [start, ridge] = [[2, -1], 3];
  const found = choiceWeights(choices, start, ridge);
  const value = (weights: number[]): number =>
    choices.reduce((sum, { terms, target, excluded }) => {
      const out = new Set(excluded);
      const scores = Array.from(terms[0], (_, row) => weights.reduce((s, w, k) => s + w * terms[k][row], 0));
      const total = scores.reduce((t, score, row) => (out.has(row) && row !== target ? t : t + Math.exp(score)), 0);
      return sum + scores[target] - Math.log(total);
    }, 0) -
    (ridge / 2) * weights.reduce((sum, weight, k) => sum + (weight - start[k]) ** 2, 0);
  for (const k of found.keys()) {
    for (const side of [-1, 1]) {
      expect(value(found.map((weight, j) => (j === k ? weight + side * 0.02 : weight)))).toBeLessThan(value(found));
    }
  }
});

test('stays near where it starts when there is little to go by', () => {
  const choices = drawn([1, 1], 5);
  expect(choiceWeights([], [1, 2], 1)).toEqual([1, 2]);
  const strict = choiceWeights(choices, [0.5, -0.5], 1e6);
  expect(strict[0]).toBeCloseTo(0.5, 3);
  expect(strict[1]).toBeCloseTo(-0.5, 3);
});

test('a choice that was excluded competes all the same; a term that says nothing keeps its weight', () => {
  const terms = [Float32Array.of(1, 0, 0), new Float32Array(3)];
  const [up, silent] = choiceWeights([{ terms, target: 0, excluded: [0, 1] }], [0, 0.7], 1);
  expect(up).toBeGreaterThan(0.1);
  expect(silent).toBe(0.7);
});

test('does not overshoot from a bad start', () => {
  const found = choiceWeights(drawn([1, 0], 200), [-60, 40], 1e-3);
  expect(Math.abs(found[0] - 1)).toBeLessThan(0.3);
  expect(Math.abs(found[1])).toBeLessThan(0.3);
});
