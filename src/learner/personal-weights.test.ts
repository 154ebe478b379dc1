import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { TERMS, type TermName, type TermValues } from '../ranking';
import { PersonalWeights, personalWeightsSchema, START_WEIGHTS } from './personal-weights';

const ITEMS = 6;
const candidates = Array.from({ length: ITEMS }, (_, row) => row);

/** All terms zero but the given ones. */
function values(given: Partial<Record<TermName, number[]>>): TermValues {
  return Object.fromEntries(
    TERMS.map((name) => [name, Float32Array.from(given[name] ?? new Array(ITEMS).fill(0))]),
  ) as TermValues;
}

describe('PersonalWeights', () => {
  it('starts at the tuned weights, with the experts at 0', () => {
    expect(new PersonalWeights().current).toEqual({ ...START_WEIGHTS, experts: 0 });
  });

  it('grows the term that puts the chosen items high and fades the one that does not', () => {
    const weights = new PersonalWeights();
    const terms = values({ category: [1, 0, 0, 0, 0, 0], popularity: [0, 0, 0, 1, 0, 0] });
    const losses = Array.from({ length: 10 }, () => weights.learn(terms, 0, candidates, 1).loss);
    expect(weights.current.category).toBeGreaterThan(START_WEIGHTS.category);
    expect(weights.current.popularity).toBeLessThan(START_WEIGHTS.popularity);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    expect(weights.current.numericAffinity).toBe(START_WEIGHTS.numericAffinity);
  });

  it('neither learns the lift of cold-start items nor takes it for an estimate of the choice', () => {
    const [lifted, plain] = [new PersonalWeights(), new PersonalWeights()];
    const terms = { category: [1, 0, 0, 0, 0, 0] };
    const { loss } = lifted.learn(values({ ...terms, coldStart: [0, 1, 1, 0, 0, 0] }), 0, candidates, 1);
    expect(loss).toBe(plain.learn(values(terms), 0, candidates, 1).loss);
    expect(lifted.save()).toEqual(plain.save());
    expect(lifted.current.coldStart).toBe(START_WEIGHTS.coldStart);
  });

  it('keeps every weight within a factor e of its start and the experts within 0 and 4', () => {
    const weights = new PersonalWeights();
    const terms = values({
      category: [9, 0, 0, 0, 0, 0],
      popularity: [-9, 0, 0, 0, 0, 0],
      experts: [1, 0, 0, 0, 0, 0],
    });
    for (let n = 0; n < 300; n++) weights.learn(terms, 0, candidates, 1);
    const { category, popularity, experts } = weights.current;
    expect(category).toBeLessThanOrEqual(START_WEIGHTS.category * Math.E * 1.0001);
    expect(popularity).toBeGreaterThanOrEqual(START_WEIGHTS.popularity / Math.E / 1.0001);
    expect(experts).toBeGreaterThan(0);
    expect(experts).toBeLessThanOrEqual(4);
    const against = new PersonalWeights();
    against.learn(values({ experts: [-1, 1, 0, 0, 0, 0] }), 0, candidates, 1);
    expect(against.current.experts).toBe(0);
  });

  it('takes steps along the gradient of the loss', () => {
    const terms = values({ recent: [0.9, 0.1, 0.4, 0.2, 0, 0.3], nearestHistory: [0.1, 0.8, 0.3, 0, 0.2, 0.5] });
    const weights = new PersonalWeights();
    const before = weights.learn(terms, 0, candidates, 1).loss;
    const { recent, nearestHistory } = weights.current;
    // recent puts the chosen item above the mean of the candidates, nearestHistory below it.
    expect(recent).toBeGreaterThan(START_WEIGHTS.recent);
    expect(nearestHistory).toBeLessThan(START_WEIGHTS.nearestHistory);
    expect(weights.learn(terms, 0, candidates, 1).loss).toBeLessThan(before);
  });

  it('reports what the experts gained and can silence them', () => {
    const weights = new PersonalWeights();
    const good = values({ experts: [1, 0, 0, 0, 0, 0] });
    expect(weights.learn(good, 0, candidates, 1).gains.experts).toBe(0);
    expect(weights.learn(good, 0, candidates, 1).gains.experts).toBeGreaterThan(0);
    expect(weights.learn(good, 1, candidates, 1).gains.experts).toBeLessThan(0);
    weights.silenceExperts();
    expect(weights.current.experts).toBe(0);
  });

  it('drops a choice whose loss is not finite', () => {
    const weights = new PersonalWeights();
    const learned = weights.learn(values({ recent: [Number.NaN, 0, 0, 0, 0, 0] }), 0, candidates, 1);
    expect(learned.shares).toBeNull();
    expect(weights.current).toEqual(new PersonalWeights().current);
  });

  it('returns the probability of each candidate, and the gain of the preference term', () => {
    const terms = values({ preference: [2, 0, 0, 0, 0, 0] });
    const { loss, gains, shares } = new PersonalWeights().learn(terms, 0, candidates, 1);
    expect(shares?.reduce((sum, share) => sum + share)).toBeCloseTo(1);
    expect(shares?.[0]).toBeCloseTo(Math.exp(-loss));
    expect(gains.preference).toBeCloseTo(Math.log(ITEMS) - loss);
  });

  it('starts terms that a stored profile does not know where everybody starts', () => {
    const { theta, squares } = new PersonalWeights().save();
    const { preference: _, ...older } = theta;
    const parsed = v.parse(personalWeightsSchema, { theta: older, squares });
    expect(PersonalWeights.restore(parsed).current).toEqual(new PersonalWeights().current);
  });

  it('survives save and restore', () => {
    const weights = new PersonalWeights();
    const terms = values({ category: [1, 0, 0, 0, 0, 0] });
    weights.learn(terms, 0, candidates, 1);
    const restored = PersonalWeights.restore(structuredClone(weights.save()));
    weights.learn(terms, 0, candidates, 1);
    restored.learn(terms, 0, candidates, 1);
    expect(restored.current).toEqual(weights.current);
  });
});
