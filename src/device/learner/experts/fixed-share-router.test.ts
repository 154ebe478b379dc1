import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/common/random';
import { normalized, posteriorOf, shared, withNewborn } from './fixed-share-router';

/**
 * Upper bound of the regret: the cumulative log loss of the mixture, with equal weights at first, minus that of any
 * sequence of experts.
 *
 * log n + s log(n / a) + (T - 1 - s) log(1 / (1 - a + a / n))
 *
 * The mixture is the Bayesian one over all sequences of experts, with a Markov chain as their prior: the first expert has
 * probability 1/n, the same one follows with 1 - a + a/n, each other one with a/n. A sum over sequences is at least its
 * largest member, so the loss is at most the loss of a sequence plus -log of its prior. Proof: docs/explanation/regret-bound.md.
 * @param experts n, at least 1
 * @param choices T, at least 0
 * @param switches s: places where the sequence changes its expert, 0 to T - 1
 * @param share a, 0 to 1
 * @returns nats
 */
function regretBound(experts: number, choices: number, switches: number, share: number): number {
  if (choices === 0) return 0;
  const stays = choices - 1 - switches;
  const other = share / experts;
  const cost = (times: number, probability: number): number => (times === 0 ? 0 : -times * Math.log(probability));
  return Math.log(experts) + cost(switches, other) + cost(stays, 1 - share + other);
}

/** Losses -log p of each expert on each choice: most below 3 nats, some up to 30. */
function randomLosses(seed: number, experts: number, choices: number): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: choices }, () =>
    Array.from({ length: experts }, () => (random() < 0.1 ? 30 : 3) * random()),
  );
}

/** Least cumulative loss of a sequence of experts with exactly `switches` switches, by dynamic programming. */
function bestSequence(losses: number[][], switches: number): number {
  const experts = losses[0].length;
  let best = Array.from({ length: switches + 1 }, (_, s) =>
    losses[0].map((loss) => (s === 0 ? loss : Number.POSITIVE_INFINITY)),
  );
  for (const choice of losses.slice(1)) {
    best = best.map((row, s) =>
      row.map((stay, k) => {
        const others = s === 0 ? [] : best[s - 1].filter((_, other) => other !== k);
        return choice[k] + Math.min(stay, ...others);
      }),
    );
  }
  return experts === 1 && switches > 0 ? Number.POSITIVE_INFINITY : Math.min(...best[switches]);
}

/** -log of the mixture's probability of a choice, nats. */
const lossOf = (weights: readonly number[], losses: readonly number[]): number =>
  -Math.log(weights.reduce((sum, weight, k) => sum + weight * Math.exp(-losses[k]), 0));

/** Cumulative log loss of the mixture. */
function mixtureLoss(losses: number[][], share: number): number {
  let weights = losses[0].map(() => 1 / losses[0].length);
  let sum = 0;
  for (const choice of losses) {
    const posterior = posteriorOf(weights, choice);
    if (!posterior) return Number.POSITIVE_INFINITY;
    sum += lossOf(weights, choice);
    weights = shared(posterior, share);
  }
  return sum;
}

describe('the fixed-share router', () => {
  it('weighs experts by their probability of the choice, and spreads a share', () => {
    const posterior = posteriorOf([0.5, 0.25, 0.25], [Math.log(10), Math.log(2), Math.log(10)]);
    // 0.05, 0.125, 0.025 of 0.2
    for (const [k, value] of [0.25, 0.625, 0.125].entries()) expect(posterior?.[k]).toBeCloseTo(value, 12);
    const weights = shared([0.25, 0.625, 0.125], 0.06);
    for (const [k, value] of [0.255, 0.6075, 0.1375].entries()) expect(weights[k]).toBeCloseTo(value, 12);
  });

  it('distinguishes probabilities that are too small for a number', () => {
    expect(posteriorOf([0.5, 0.5], [2000, 2001])?.[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    expect(posteriorOf([0.5, 0.5], [3, Number.POSITIVE_INFINITY])).toEqual([1, 0]);
    expect(posteriorOf([0.5, 0.5], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])).toBeNull();
  });

  it('trusts an expert again within a few choices, however long it was wrong', () => {
    let weights = [0.5, 0.5];
    for (let n = 0; n < 1000; n++) weights = shared(posteriorOf(weights, [1, 4]) ?? []);
    for (let n = 0; n < 2; n++) weights = shared(posteriorOf(weights, [4, 1]) ?? []);
    expect(weights[1]).toBeGreaterThan(0.5);
  });

  it('never loses more than the bound against any sequence of experts', () => {
    const given = fc.record({
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      experts: fc.integer({ min: 1, max: 6 }),
      choices: fc.integer({ min: 1, max: 60 }),
      switches: fc.nat(12),
      share: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(given, ({ seed, experts, choices, switches, share }) => {
        const s = experts === 1 ? 0 : Math.min(switches, choices - 1);
        const losses = randomLosses(seed, experts, choices);
        const bound = bestSequence(losses, s) + regretBound(experts, choices, s, share);
        expect(mixtureLoss(losses, share)).toBeLessThanOrEqual(bound + 1e-9);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('reaches the bound if all other sequences are impossible', () => {
    // Only the first expert is right up to the switch, only the second one after it.
    const never = 500;
    const losses = Array.from({ length: 9 }, (_, t) => (t < 4 ? [1, never, never] : [never, 1, never]));
    expect(mixtureLoss(losses, 0.05) - 9).toBeCloseTo(regretBound(3, 9, 1, 0.05), 9);
    expect(regretBound(3, 9, 1, 0.05)).toBeCloseTo(
      Math.log(3) + Math.log(3 / 0.05) + 7 * Math.log(1 / (0.95 + 0.05 / 3)),
      12,
    );
  });

  it('has no regret with one expert, and none before the first choice', () => {
    expect(regretBound(1, 50, 0, 0.05)).toBeCloseTo(0, 12);
    expect(regretBound(4, 0, 0, 0.05)).toBe(0);
    expect(regretBound(4, 10, 0, 0)).toBeCloseTo(Math.log(4), 12);
    expect(regretBound(4, 10, 1, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('costs the others the share of a new expert, and nothing when one is removed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 2, max: 5 }), (seed, experts) => {
        const share = 0.05;
        const random = seededRandom(seed);
        // The first expert stays; newborns come and others go at random.
        let weights = Array.from({ length: experts }, () => 1 / experts);
        let [loss, own, births] = [0, 0, 0];
        const choices = 80;
        for (let t = 0; t < choices; t++) {
          const losses = weights.map(() => 4 * random());
          loss += lossOf(weights, losses);
          own += losses[0];
          weights = shared(posteriorOf(weights, losses) ?? [], share);
          if (random() < 0.2 && weights.length < 6) {
            weights = withNewborn(weights, share);
            births++;
          }
          if (random() < 0.2 && weights.length > 2) weights = normalized(weights.slice(0, -1));
        }
        const bound = Math.log(experts) + (choices - 1 + births) * -Math.log(1 - share);
        expect(loss).toBeLessThanOrEqual(own + bound + 1e-9);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});
