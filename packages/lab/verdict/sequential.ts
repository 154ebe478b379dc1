import { shareText } from '../../../src/core/common/text';
import { invalidInput, type SidestreamError } from '../../../src/error';
import { mixtureHalfWidth, mixtureP, mixtureRatio } from './mixture';

/** Units of one variant, such as visitors, and how many of them were successes. */
export interface Arm {
  units: number;
  successes: number;
}

/** The counts of a period, such as a day, during which the split between the two variants stayed the same. */
export interface Period {
  control: Arm;
  treatment: Arm;
}

/** The plan. It must be fixed before the first look, otherwise the error is not controlled. */
export interface SequentialPlan {
  /** Share of successes that is expected under control, 0 to 1. */
  base: number;
  /** Smallest difference of the shares that is worth finding, above 0: 0.003 for 3.0 % against 3.3 %. */
  effect: number;
  /** Probability of "better" or "worse" if the variants are equal, however often one looks. Default 0.05. */
  alpha?: number;
  /** Accepted loss of the share, above 0. Default: `effect`. */
  margin?: number;
  /**
   * Factor by which the variance of the shares is larger than for independent units, 1 or more: 1 if a unit is a visitor,
   * more if one visitor is several units. Default 1.
   */
  designEffect?: number;
}

/**
 * `better`, `worse`: the shares differ. `no-worse`: the share under treatment is not lower by the margin or more. `continue`: not
 * known yet.
 */
export type Decision = 'better' | 'worse' | 'no-worse' | 'continue';

/** The result of the counts so far. */
export interface SequentialResult {
  control: Arm;
  treatment: Arm;
  /** Share under treatment minus share under control, compared within periods; null before both have units. */
  difference: number | null;
  /** Contains the true difference with probability 1 - alpha at all looks together; null as above. */
  interval: [low: number, high: number] | null;
  /** Smallest alpha at which the looks so far would have ended the test: valid at any time. */
  p: number;
  decision: Decision;
  /**
   * Largest lower end of the intervals so far: because they hold together, the true difference is above it, and `no-worse`
   * rests on it. Null before both variants have enough counts.
   */
  bound: number | null;
  /** Number of periods before the look with that interval. */
  boundAfter: number | null;
  /** Sum of w so far; the horizon is in the same unit. */
  weight: number;
  /** Number of periods before the decision `better` or `worse`; null without one. Later periods do not change it. */
  decidedAfter: number | null;
  /**
   * Variance of the periods' differences, relative to the variance for independent units with `designEffect`; about 1 if the
   * units are independent. Null for fewer than two periods.
   */
  dispersion: number | null;
}

/** Number of successes, and of failures, that both variants need before a decision: with fewer, shares are not normal enough. */
const MIN_COUNT = 30;

/**
 * Compares the shares of two variants by a test that may be evaluated after every period: the mixture sequential probability ratio
 * test. With w = n1 n0 / (n1 + n0), d the difference of a period's shares and p their pooled share, S = sum w d is compared with
 * U = sum w p (1 - p). Without a difference S is a martingale of variance U, and so is its likelihood ratio, mixed over
 * differences from a normal distribution of mean 0 and standard deviation `effect`:
 *
 *     L = sqrt(r / (U + r)) exp(S^2 / (2 (U + r))),   r = (base (1 - base) / effect)^2
 *
 * The test takes the mean of five such L, of `effect`, with the weight 1/2, and of 2, 4, 8 and 16 times it, with 1/8 each, which is
 * such a martingale too: a large loss is detected soon, however small the sought effect is.
 *
 * By Ville's inequality, the probability that L ever reaches 1 / alpha is at most alpha, so it may be evaluated at any time. p is the
 * smallest 1 / L so far, and the interval is (S +- h) / sum w, where L of h is 1 / alpha. Weights and variances within periods remove effects shared by all visitors of a day, and allow the split to change between periods.
 *
 * H. Robbins, "Statistical methods related to the law of the iterated logarithm", 1970; R. Johari, P. Koomen, L. Pekelis and
 * D. Walsh, "Always valid inference: continuous monitoring of A/B tests", Operations Research 70 (2022).
 * @param periods in chronological order, from the first one on
 * @throws SidestreamError `runtime/invalid-input` for an impossible plan
 */
export function sequentialTest(periods: readonly Period[], plan: SequentialPlan): SequentialResult {
  const { alpha, margin, designEffect, rho } = checked(plan);
  const compared: { difference: number; weight: number; variance: number }[] = [];
  const result: SequentialResult = {
    control: { units: 0, successes: 0 },
    treatment: { units: 0, successes: 0 },
    difference: null,
    interval: null,
    p: 1,
    decision: 'continue',
    decidedAfter: null,
    bound: null,
    boundAfter: null,
    weight: 0,
    dispersion: null,
  };
  let [sum, variance] = [0, 0];
  for (const [at, period] of periods.entries()) {
    result.control = plus(result.control, period.control);
    result.treatment = plus(result.treatment, period.treatment);
    const own = comparedIn(period, designEffect);
    if (!own) continue;
    compared.push(own);
    result.weight += own.weight;
    sum += own.weight * own.difference;
    variance += own.weight * own.variance;
    const half = mixtureHalfWidth(variance, rho, alpha);
    const [low, high] = [(sum - half) / result.weight, (sum + half) / result.weight];
    result.difference = sum / result.weight;
    result.interval = [Math.max(-1, low), Math.min(1, high)];
    if (!enough(result.control) || !enough(result.treatment)) continue;
    result.p = Math.min(result.p, mixtureP(sum, variance, rho));
    if (result.decidedAfter !== null) continue;
    if (result.bound === null || low > result.bound) [result.bound, result.boundAfter] = [Math.max(-1, low), at + 1];
    // `no-worse` at one look stays valid until more is known, because the intervals of all looks hold together.
    const decision = decisionOf(low, high, margin, result.bound);
    if (decision !== 'continue') result.decision = decision;
    if (decision === 'better' || decision === 'worse') result.decidedAfter = at + 1;
  }
  result.dispersion = dispersionOf(compared, sum / result.weight);
  return result;
}

/**
 * The decision about a difference by an interval that holds at all looks.
 * @param margin accepted loss
 * @param bound largest lower end of all looks
 */
export function decisionOf(low: number, high: number, margin: number, bound = low): Decision {
  if (low > 0) return 'better';
  if (high < 0) return 'worse';
  return bound > -margin ? 'no-worse' : 'continue';
}

/** Advice on what to do. @param accepted the margin in words, such as `a loss of up to 20 % of the buyers` */
export function advice(decision: Decision, accepted: string): string {
  const of: Record<Decision, string> = {
    better: 'The variant is better: proceed to the next stage.',
    worse: 'The variant is worse: roll back.',
    'no-worse': `The variant is not worse by the margin: ${accepted} counts as no worse. You may proceed to the next stage, or wait for more.`,
    continue: 'Not known yet: keep counting, and look as often as you like.',
  };
  return of[decision];
}

/**
 * A margin in words.
 * @param share of the control's value
 * @param whom name of the lost units
 * @param isEffect whether the effect's size is used because no margin was given
 */
export const lossInWords = (share: number, whom: string, isEffect: boolean): string =>
  `a loss of up to ${shareText(share)} of the ${whom}${isEffect ? ', as much as the effect,' : ''}`;

/** Advice without a decision at the horizon, after which more units add little. */
export const AT_HORIZON =
  'The horizon is reached without a decision: decide by the interval now. The difference is probably smaller than the effect.';

/** Null if a variant has no units. */
function comparedIn({ control, treatment }: Period, designEffect: number) {
  const units = treatment.units + control.units;
  if (control.units === 0 || treatment.units === 0) return null;
  const pooled = (treatment.successes + control.successes) / units;
  return {
    difference: treatment.successes / treatment.units - control.successes / control.units,
    weight: (treatment.units * control.units) / units,
    variance: designEffect * pooled * (1 - pooled),
  };
}

/**
 * Units with which the test finds a difference of `effect` with a power of `power` or more: the horizon of the pilot. If that is the true
 * difference, the test ends after about half of them on average.
 * @param share of the units that get the treatment, above 0 and below 1
 * @throws SidestreamError `runtime/invalid-input` for an impossible plan
 */
export function unitsNeeded(plan: SequentialPlan, share = 0.5, power = 0.8): { control: number; treatment: number } {
  const { alpha, designEffect } = checked(plan);
  // The share of both variants together if the effect exists.
  const pooled = Math.min(0.5, plan.base + plan.effect / 2);
  const variance = designEffect * pooled * (1 - pooled);
  const total = (mixtureRatio(alpha, power) * variance) / plan.effect ** 2 / (share * (1 - share));
  return { control: Math.ceil((1 - share) * total), treatment: Math.ceil(share * total) };
}

function checked(plan: SequentialPlan) {
  const { base, effect, alpha = 0.05, margin = effect, designEffect = 1 } = plan;
  if (!(effect > 0 && effect < Math.max(base, 1 - base)))
    throw wrong('The effect', 'a possible difference from the base');
  if (!(margin > 0 && margin < 1)) throw wrong('The margin', 'above 0 and below 1, as a difference of shares');
  if (!(designEffect >= 1 && Number.isFinite(designEffect))) throw wrong('The design effect', 'a number of 1 or more');
  const variance = designEffect * base * (1 - base);
  return { alpha, margin, designEffect, rho: (variance / effect) ** 2 };
}

const plus = (total: Arm, { units, successes }: Arm): Arm => ({
  units: total.units + units,
  successes: total.successes + successes,
});

const enough = ({ units, successes }: Arm): boolean => Math.min(successes, units - successes) >= MIN_COUNT;

/** Pearson's statistic of the periods' differences around their mean, by its degrees of freedom. */
function dispersionOf(
  compared: readonly { difference: number; weight: number; variance: number }[],
  mean: number,
): number | null {
  const used = compared.filter(({ variance }) => variance > 0);
  if (used.length < 2) return null;
  const squares = used.map(({ difference, weight, variance }) => ((difference - mean) ** 2 * weight) / variance);
  return squares.reduce((sum, square) => sum + square, 0) / (used.length - 1);
}

const wrong = (what: string, must: string): SidestreamError => invalidInput(`${what} must be ${must}.`);
