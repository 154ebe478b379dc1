/**
 * Fixed share (Herbster and Warmuth, "Tracking the best expert", Machine Learning 32, 1998): weights of experts whose best
 * one changes in time. After every choice an expert's weight is its posterior, of which a part is spread over all, so that
 * an expert that was wrong for long regains its weight within a few choices. What it guarantees: docs/explanation/regret-bound.md.
 */

/** Part of the posterior mass that is spread over all experts after a choice, and that a newborn candidate takes. */
export const SHARE = 0.05;

/** Weights before the choice times likelihoods of the choice, divided by their sum. */
export interface Posterior {
  /** One for each expert, adding up to 1. */
  values: number[];
  /** -log of the mixture's probability of the choice, nats. */
  loss: number;
}

/**
 * Posterior of each expert after a choice.
 * @param weights of the experts before it, adding up to 1
 * @param losses -log p(choice) of each expert, nats; infinite for an expert that says nothing
 * @returns null when no expert gave the choice a probability
 */
export function posteriorOf(weights: readonly number[], losses: readonly number[]): Posterior | null {
  const least = Math.min(...losses);
  if (!Number.isFinite(least)) return null;
  // Relative to the best one, so that no probability is too small for a number.
  const joint = weights.map((weight, k) => weight * Math.exp(least - losses[k]));
  const total = joint.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return null;
  return { values: joint.map((value) => value / total), loss: least - Math.log(total) };
}

/** Weights for the next choice: w <- (1 - a) v + a / n. @param posterior v, adding up to 1 */
export const shared = (posterior: readonly number[], share = SHARE): number[] =>
  posterior.map((value) => (1 - share) * value + share / posterior.length);

/** Weights with one more expert, the last, which takes a share of all others. */
export const withNewborn = (weights: readonly number[], share = SHARE): number[] => [
  ...weights.map((weight) => (1 - share) * weight),
  share,
];

/** Weights that add up to 1 again after experts were removed: their mass goes to the others in proportion. */
export function normalized(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}

/**
 * Upper bound of the regret: the cumulative log loss of the mixture, with equal weights at first, minus that of any
 * sequence of experts.
 *
 * log n + s log(n / a) + (T - 1 - s) log(1 / (1 - a + a / n))
 *
 * The mixture is the Bayesian one over all sequences of experts, with a Markov chain as their prior: the first expert has
 * probability 1/n, the same one follows with 1 - a + a/n, each other one with a/n. A sum over sequences is at least its
 * largest member, so the loss is at most that of a sequence plus -log of its prior. Proof: docs/explanation/regret-bound.md.
 * @param experts n, at least 1
 * @param choices T, at least 0
 * @param switches s: places where the sequence changes its expert, 0 to T - 1
 * @param share a, 0 to 1
 * @returns nats
 */
export function regretBound(experts: number, choices: number, switches: number, share: number): number {
  if (choices === 0) return 0;
  const stays = choices - 1 - switches;
  const other = share / experts;
  const cost = (times: number, probability: number): number => (times === 0 ? 0 : -times * Math.log(probability));
  return Math.log(experts) + cost(switches, other) + cost(stays, 1 - share + other);
}
