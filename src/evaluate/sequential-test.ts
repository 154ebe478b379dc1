import { SidestreamError } from '../error';

/** Units of one variant, such as visitors, and how many of them did what is counted. */
export interface Arm {
  units: number;
  successes: number;
}

/** What was counted in a stretch of time, such as a day, over which the split between the two variants stayed the same. */
export interface Period {
  control: Arm;
  treatment: Arm;
}

/** What is fixed before the first look, or the error is not controlled. */
export interface SequentialPlan {
  /** Share of successes that is expected under control, 0 to 1. */
  base: number;
  /** Smallest difference of the shares that is worth finding, above 0: 0.003 for 3.0 % against 3.3 %. */
  effect: number;
  /** Probability of "better" or "worse" where the variants are equal, however often one looks. Default 0.05. */
  alpha?: number;
  /** Loss of the share that is accepted, above 0. Default: `effect`. */
  margin?: number;
  /**
   * Factor by which the variance of the shares is larger than that of independent units, 1 or more: 1 where a unit is a visitor,
   * more where one visitor is several units. Default 1.
   */
  designEffect?: number;
}

/**
 * `better`, `worse`: the shares differ. `no-worse`: the share under treatment is not lower by the margin or more. `continue`: not
 * known yet.
 */
export type Decision = 'better' | 'worse' | 'no-worse' | 'continue';

/** What the counts so far say. */
export interface SequentialResult {
  control: Arm;
  treatment: Arm;
  /** Share under treatment minus share under control, compared within periods; null before both have units. */
  difference: number | null;
  /** Holds the true difference with probability 1 - alpha at all looks together; null as above. */
  interval: [low: number, high: number] | null;
  /** Smallest alpha at which the looks so far would have ended the test: valid at any time. */
  p: number;
  decision: Decision;
  /** Number of periods after which the decision `better` or `worse` fell; null before. Later periods do not change it. */
  decidedAfter: number | null;
  /**
   * Variance of the periods' differences in units of that of independent units, designEffect included; about 1 where the
   * units are independent. Null below two periods.
   */
  dispersion: number | null;
}

/** Successes, and units without, that both variants need before a decision: below, shares are not normal enough. */
const LEAST_COUNT = 30;
/** Quantile of the normal distribution for a power of 80 %. */
const POWER = 0.8416;

/**
 * Compares the shares of two variants by a test that may be looked at after every period: the mixture sequential probability ratio
 * test. With w = n1 n0 / (n1 + n0), d the difference of a period's shares and p their pooled share, S = sum w d is compared with
 * U = sum w p (1 - p). Without a difference S is a martingale of variance U, and so is its likelihood ratio, mixed over
 * differences from a normal distribution of mean 0 and standard deviation `effect`:
 *
 *     L = sqrt(r / (U + r)) exp(S^2 / (2 (U + r))),   r = (base (1 - base) / effect)^2
 *
 * By Ville's inequality L ever reaches 1 / alpha with probability alpha at most, so it may be looked at at any time. p is the
 * smallest 1 / L so far, and the interval is (S +- sqrt((U + r) ln((U + r) / (r alpha^2)))) / sum w. Weights and variance within
 * periods leave out what all visitors of a day share, and allow the split to change between periods.
 *
 * H. Robbins, "Statistical methods related to the law of the iterated logarithm", 1970; R. Johari, P. Koomen, L. Pekelis and
 * D. Walsh, "Always valid inference: continuous monitoring of A/B tests", Operations Research 70 (2022).
 * @param periods in the order of time, from the first one on
 * @throws SidestreamError `runtime/invalid-input` for a plan or counts that cannot be
 */
export function sequentialTest(periods: readonly Period[], plan: SequentialPlan): SequentialResult {
  const { alpha, margin, designEffect, rho } = checked(plan);
  const control = { units: 0, successes: 0 };
  const treatment = { units: 0, successes: 0 };
  const compared: { difference: number; weight: number; variance: number }[] = [];
  let [sum, variance, weights] = [0, 0, 0];
  const result: SequentialResult = {
    ...{ control, treatment, difference: null, interval: null, p: 1 },
    ...{ decision: 'continue', decidedAfter: null, dispersion: null },
  };
  for (const [at, period] of periods.entries()) {
    add(control, period.control, at);
    add(treatment, period.treatment, at);
    const [zero, one] = [period.control, period.treatment];
    if (zero.units === 0 || one.units === 0) continue;
    const weight = (one.units * zero.units) / (one.units + zero.units);
    const pooled = (one.successes + zero.successes) / (one.units + zero.units);
    const own = designEffect * pooled * (1 - pooled);
    const difference = one.successes / one.units - zero.successes / zero.units;
    compared.push({ difference, weight, variance: own });
    weights += weight;
    sum += weight * difference;
    variance += weight * own;
    const spread = variance + rho;
    const half = Math.sqrt(spread * Math.log(spread / (rho * alpha * alpha)));
    const [low, high] = [(sum - half) / weights, (sum + half) / weights];
    result.difference = sum / weights;
    result.interval = [Math.max(-1, low), Math.min(1, high)];
    if (!enough(control) || !enough(treatment)) continue;
    result.p = Math.min(result.p, Math.sqrt(spread / rho) * Math.exp(-(sum * sum) / (2 * spread)));
    if (result.decidedAfter !== null) continue;
    if (low > 0 || high < 0) {
      result.decision = low > 0 ? 'better' : 'worse';
      result.decidedAfter = at + 1;
    } else if (low > -margin) result.decision = 'no-worse';
  }
  result.dispersion = dispersionOf(compared, sum / weights);
  return result;
}

/** Units of both variants. */
export interface UnitsNeeded {
  control: number;
  treatment: number;
}

/**
 * Units with which the test finds a difference of `effect` with a power of 80 % or more: the horizon of the pilot. Where that is the
 * difference, it ends at about half of it in the mean.
 *
 * With k = (effect / standard error)^2, the boundary is crossed at the horizon alone with that power where
 * sqrt(k) - 0.8416 = sqrt((1 + 1 / k) ln((1 + k) / alpha^2)); crossing it earlier adds to the power.
 * @param share of the units that get the treatment, above 0 and below 1
 * @throws SidestreamError `runtime/invalid-input` for a plan that cannot be
 */
export function unitsNeeded(plan: SequentialPlan, share = 0.5): UnitsNeeded {
  const { alpha, designEffect } = checked(plan);
  if (!(share > 0 && share < 1)) throw wrong('The share of the treatment', 'above 0 and below 1');
  const short = (k: number): boolean => Math.sqrt(k) - POWER < Math.sqrt((1 + 1 / k) * Math.log((1 + k) / alpha ** 2));
  let [low, high] = [1, 1];
  while (short(high)) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (short(middle)) low = middle;
    else high = middle;
  }
  // The share of both variants together, where the effect is there.
  const pooled = Math.min(0.5, plan.base + plan.effect / 2);
  const variance = designEffect * pooled * (1 - pooled);
  const total = (high * variance) / plan.effect ** 2 / (share * (1 - share));
  return { control: Math.ceil((1 - share) * total), treatment: Math.ceil(share * total) };
}

function checked(plan: SequentialPlan) {
  const { base, effect, alpha = 0.05, margin = effect, designEffect = 1 } = plan;
  if (!(base > 0 && base < 1)) throw wrong('The base share', 'above 0 and below 1');
  if (!(effect > 0 && effect < 1)) throw wrong('The effect', 'above 0 and below 1, as a difference of shares');
  if (!(alpha > 0 && alpha < 1)) throw wrong('Alpha', 'above 0 and below 1');
  if (!(margin > 0 && margin < 1)) throw wrong('The margin', 'above 0 and below 1, as a difference of shares');
  if (!(designEffect >= 1 && Number.isFinite(designEffect))) throw wrong('The design effect', 'a number of 1 or more');
  const variance = designEffect * base * (1 - base);
  return { alpha, margin, designEffect, rho: (variance / effect) ** 2 };
}

function add(total: Arm, { units, successes }: Arm, period: number): void {
  const possible = Number.isSafeInteger(units) && Number.isSafeInteger(successes) && successes >= 0;
  if (!possible || successes > units) {
    const given = `${successes} successes of ${units} units`;
    throw wrong(`Period ${period + 1}`, `made of whole numbers, with no more successes than units, and not ${given}`);
  }
  total.units += units;
  total.successes += successes;
}

const enough = ({ units, successes }: Arm): boolean => Math.min(successes, units - successes) >= LEAST_COUNT;

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

const wrong = (what: string, must: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `${what} must be ${must}.`);
