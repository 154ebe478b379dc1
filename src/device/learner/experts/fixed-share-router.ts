/**
 * Fixed share (Herbster and Warmuth, "Tracking the best expert", Machine Learning 32, 1998): weights of experts for tracking
 * a best expert that changes over time. After every choice an expert's weight is its posterior, and a part of the mass is
 * spread over all experts: an expert that was wrong for long regains its weight within a few choices. Its guarantee:
 * docs/explanation/regret-bound.md.
 */

/** Share of the posterior mass that is spread over all experts after a choice. */
const SHARE = 0.05;

/**
 * Posterior of each expert after a choice: its weight before the choice times its likelihood of the choice, divided by their sum.
 * @param weights of the experts before it, adding up to 1
 * @param losses -log p(choice) of each expert, nats; infinite for an expert without a prediction
 * @returns one for each expert, adding up to 1; null when no expert gave the choice a probability
 */
export function posteriorOf(weights: readonly number[], losses: readonly number[]): number[] | null {
  const least = Math.min(...losses);
  if (!Number.isFinite(least)) return null;
  // Relative to the best expert, to avoid underflow.
  const joint = weights.map((weight, k) => weight * Math.exp(least - losses[k]));
  const total = joint.reduce((sum, value) => sum + value, 0);
  return total > 0 ? joint.map((value) => value / total) : null;
}

/** Weights for the next choice: w <- (1 - a) v + a / n. @param posterior v, adding up to 1 */
export const shared = (posterior: readonly number[], share = SHARE): number[] =>
  posterior.map((value) => (1 - share) * value + share / posterior.length);

/** Weights with one more expert at the end, which takes a share from all the others. */
export const withNewborn = (weights: readonly number[], share: number): number[] => [
  ...weights.map((weight) => (1 - share) * weight),
  share,
];

/** Weights that sum to 1 again after experts were removed: the removed mass goes to the remaining experts in proportion. */
export function normalized(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}
