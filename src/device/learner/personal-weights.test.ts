import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { softmax } from '../../core/kernel';
import { TERMS, type TermName, type TermValues } from '../ranking';
import { personalWeightsSchema } from './experts/stored-experts';
import { adaGradStep, PersonalWeights, START_WEIGHTS } from './personal-weights';
import { TermMatrix } from './term-values';

const ITEMS = 6;

/** All terms zero but the given ones. */
function values(given: Partial<Record<TermName, number[]>>): TermValues {
  return Object.fromEntries(
    TERMS.map((name) => [name, Float32Array.from(given[name] ?? new Array(ITEMS).fill(0))]),
  ) as TermValues;
}

/** Learns one choice. @returns -log of its probability before */
function learn(weights: PersonalWeights, terms: TermValues, chosen: number, strength = 1): number {
  const matrix = new TermMatrix(ITEMS);
  matrix.set(terms);
  const [score] = matrix.sums([{ ...weights.at(), coldStart: 0 }]);
  const shares = new Float32Array(ITEMS);
  const loss = softmax(score, null, shares) - score[chosen];
  weights.step(matrix.slopes(chosen, [shares])[0], strength);
  return loss;
}

describe('adaGradStep', () => {
  it('divides by the root of the summed squares, decays, and stays within its bounds', () => {
    const first = adaGradStep({ theta: 0, squares: 0 }, -2);
    expect(first).toEqual({ theta: expect.closeTo(-0.2, 6), squares: 4 });
    const second = adaGradStep(first, 1.5);
    expect(second.theta).toBeCloseTo(-0.2 + (0.2 * 1.5) / 2.5 + 0.2 * 0.05 * 0.2, 6);
    expect(adaGradStep(first, 0)).toEqual(first);
    expect(adaGradStep({ theta: 0.95, squares: 0 }, 1).theta).toBe(1);
  });
});

describe('PersonalWeights', () => {
  it('starts at the weights of every shop, with read-outs as they are', () => {
    expect(new PersonalWeights().at()).toEqual({ ...START_WEIGHTS, preference: 1 });
    expect(new PersonalWeights().start.weights.preference).toBe(START_WEIGHTS.preference);
  });

  it('grows the term that puts the chosen items high and fades the one that does not', () => {
    const weights = new PersonalWeights();
    const terms = values({ category: [1, 0, 0, 0, 0, 0], popularity: [0, 0, 0, 1, 0, 0] });
    const losses = Array.from({ length: 10 }, () => learn(weights, terms, 0));
    expect(weights.at().category).toBeGreaterThan(START_WEIGHTS.category);
    expect(weights.at().popularity).toBeLessThan(START_WEIGHTS.popularity);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    expect(weights.at().numericAffinity).toBe(START_WEIGHTS.numericAffinity);
  });

  it('does not learn the lift of cold-start items', () => {
    const [lifted, plain] = [new PersonalWeights(), new PersonalWeights()];
    const terms = { category: [1, 0, 0, 0, 0, 0] };
    learn(lifted, values({ ...terms, coldStart: [0, 1, 1, 0, 0, 0] }), 0);
    learn(plain, values(terms), 0);
    expect(lifted.save()).toEqual(plain.save());
    expect(lifted.at().coldStart).toBe(START_WEIGHTS.coldStart);
  });

  it('keeps every weight within a factor e of its start', () => {
    const weights = new PersonalWeights();
    const terms = values({
      category: [9, 0, 0, 0, 0, 0],
      popularity: [-9, 0, 0, 0, 0, 0],
    });
    for (let n = 0; n < 300; n++) learn(weights, terms, 0);
    const { category, popularity } = weights.at();
    expect(category).toBeLessThanOrEqual(START_WEIGHTS.category * Math.E * 1.0001);
    expect(popularity).toBeGreaterThanOrEqual(START_WEIGHTS.popularity / Math.E / 1.0001);
  });

  it('takes steps along the gradient of the loss', () => {
    const terms = values({ recent: [0.9, 0.1, 0.4, 0.2, 0, 0.3], nearestHistory: [0.1, 0.8, 0.3, 0, 0.2, 0.5] });
    const weights = new PersonalWeights();
    const before = learn(weights, terms, 0);
    const { recent, nearestHistory } = weights.at();
    // recent puts the chosen item above the mean of the candidates, nearestHistory below it.
    expect(recent).toBeGreaterThan(START_WEIGHTS.recent);
    expect(nearestHistory).toBeLessThan(START_WEIGHTS.nearestHistory);
    expect(learn(weights, terms, 0)).toBeLessThan(before);
  });

  it('starts terms missing from a stored profile at the common start', () => {
    const { theta, squares } = new PersonalWeights().save();
    const { category: _, ...older } = theta;
    const parsed = v.parse(personalWeightsSchema, { theta: older, squares });
    expect(new PersonalWeights(parsed).at()).toEqual(new PersonalWeights().at());
  });

  it('survives save and restore', () => {
    const weights = new PersonalWeights();
    const terms = values({ category: [1, 0, 0, 0, 0, 0] });
    learn(weights, terms, 0);
    const restored = new PersonalWeights(structuredClone(weights.save()));
    learn(weights, terms, 0);
    learn(restored, terms, 0);
    expect(restored.at()).toEqual(weights.at());
  });
});
