import type { TunedFigure, TuningPart } from '../../catalog';
import { estimate } from '../quality';

/** How one shopper's choices were ranked, in their order; 1 is best. */
export interface ShopperRanks {
  /** By what the list would be without learning: the base model and popularity. */
  alone: readonly number[];
  /** By the list under some settings. */
  learned: readonly number[];
}

/** What learning did to one shopper. */
interface Outcome {
  /** Mean ln rank of the choices. */
  lnRank: number;
  /** 1 where that is above the one without learning, else 0. */
  worse: number;
  /**
   * Probability that learning makes the shopper worse, given the choices seen: the normal distribution function of the mean
   * change of ln rank over its standard error. A few choices say little of a shopper, and a count of the shoppers above 0
   * takes each for certain.
   */
  risk: number;
}

function outcomeOf({ alone, learned }: ShopperRanks): Outcome {
  const change = estimate(learned.map((rank, n) => Math.log(rank / alone[n])));
  return {
    lnRank: estimate(learned.map(Math.log)).mean,
    worse: change.mean > 0 ? 1 : 0,
    risk: change.se > 0 ? normal(change.mean / change.se) : (1 + Math.sign(change.mean)) / 2,
  };
}

/** What is measured of each shopper. */
export const MEASURES = ['lnRank', 'worse', 'risk'] as const;
export type Measure = (typeof MEASURES)[number];
/** Mean changes over shoppers, paired; below 0 is better. */
export type Changes = Record<Measure, TunedFigure>;

const each = <T>(make: (measure: Measure) => T): Record<Measure, T> => ({
  lnRank: make('lnRank'),
  worse: make('worse'),
  risk: make('risk'),
});

/** @param before of the same shoppers, in the same order */
export function changesOf(before: readonly ShopperRanks[], after: readonly ShopperRanks[]): Changes {
  const [old, now] = [before.map(outcomeOf), after.map(outcomeOf)];
  return each((measure) => estimate(now.map((outcome, n) => outcome[measure] - old[n][measure])));
}

/** The figures of some settings beside those of every shop, as the bundle keeps them. */
export function partOf(defaults: readonly ShopperRanks[], tuned: readonly ShopperRanks[]): TuningPart {
  const sides = { defaults: defaults.map(outcomeOf), tuned: tuned.map(outcomeOf) };
  const mean = (side: keyof typeof sides, measure: Measure): number =>
    estimate(sides[side].map((outcome) => outcome[measure])).mean;
  return {
    shoppers: defaults.length,
    choices: defaults.reduce((sum, { alone }) => sum + alone.length, 0),
    ...each((measure) => ({ defaults: mean('defaults', measure), tuned: mean('tuned', measure) })),
    change: changesOf(defaults, tuned),
  };
}

/** Rise of the mean ln rank that would be a loss: of two places in a hundred. */
export const LOSS = 0.02;

/** Whether nothing gets worse: neither the mean ln rank nor the shoppers whom learning makes worse. */
export const losesNothing = (changes: Changes): boolean => MEASURES.every((measure) => changes[measure].mean <= 0);

/**
 * Whether settings beat others: the risk of the shoppers or the mean ln rank falls by two standard errors, no more shoppers are
 * made worse, and the ln rank is not inferior. What changes nothing is as often above 0 as below, so that is a test
 * too: a rise of the ln rank by 0.02 lies beyond two standard errors.
 */
export const beats = ({ lnRank, risk, worse }: Changes): boolean =>
  (beyondError(risk) || beyondError(lnRank)) && risk.mean <= 0 && worse.mean <= 0 && lnRank.mean + 2 * lnRank.se < LOSS;

const beyondError = ({ mean, se }: TunedFigure): boolean => mean + 2 * se < 0;

/** How much better settings are than others, in standard errors: the mean over risk and ln rank. */
export const gainOf = ({ risk, lnRank }: Changes): number =>
  [risk, lnRank].reduce((sum, { mean, se }) => sum + (se > 0 ? -mean / se : 0), 0) / 2;

/** Standard normal distribution function, by formula 7.1.26 of Abramowitz and Stegun for erf; the error is below 1.5e-7. */
function normal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
  const polynomial = t * series.reduceRight((sum, factor) => sum * t + factor, 0);
  const tail = (polynomial * Math.exp(-x * x)) / 2;
  return z > 0 ? 1 - tail : tail;
}
