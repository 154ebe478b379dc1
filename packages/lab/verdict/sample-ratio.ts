import { logBeta } from './mixture';

/**
 * Probability, over all looks together, that a correct split raises an alarm. It should be rare, because an alarm invalidates
 * everything else.
 */
export const ALARM = 0.001;
/** Exit code of commands that find a wrong split or nothing to compare, for scheduled jobs to detect. */
export const WRONG_SPLIT = 2;

/** Whether the visitors are split as declared. */
export interface SampleRatio {
  /** By variant: actual and expected visitors. */
  variants: { name: string; visitors: number; expected: number }[];
  /** Valid at any look: if the split is correct, the probability that it ever falls below a value is at most that value. */
  p: number;
  /** Something loses or adds visitors in a variant, or only one has any: no other figure counts. */
  mismatch: boolean;
  /** Number of days after which `p` fell below 0.001; null before. Later days do not withdraw the alarm. */
  alarmAfter: number | null;
}

/**
 * Concentrations of the alternative shares around the declared ones, as numbers of visitors: low ones detect a variant that loses
 * half of its visitors, high ones a loss of a few percent.
 */
const CONCENTRATIONS = [10, 100, 1e3, 1e4, 1e5, 1e6];

/**
 * ln of the Bayes factor of "other shares" against the declared ones, mixed over shares from Dirichlet distributions around the
 * declared ones. If the declared ones hold, it is a martingale of mean 1, and by Ville's inequality the probability that its
 * inverse ever falls below 0.001 is at most 0.001, however often one looks.
 *
 * M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", Advances in Neural Information Processing Systems
 * 35 (2022), theorem 1; the mean over several concentrations is also such a martingale.
 */
function logBayesFactor(counts: readonly number[], shares: readonly number[]): number {
  const declared = counts.reduce((sum, count, at) => sum + (count > 0 ? count * Math.log(shares[at]) : 0), 0);
  const logs = CONCENTRATIONS.map((size) => {
    const prior = shares.map((share) => size * share);
    return logBeta(prior.map((own, at) => own + counts[at])) - logBeta(prior) - declared;
  });
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

/** Visitors of a day, and the shares declared for it, in the same order. */
interface Draw {
  counts: readonly number[];
  shares: readonly number[];
}

/**
 * The test of all days so far, at the end of each. Stages with different shares are independent, so their Bayes factors are
 * multiplied.
 * @param designEffect factor of the variance, if a visitor is several units
 */
function sequentialSplit(days: readonly Draw[], designEffect: number): Pick<SampleRatio, 'p' | 'alarmAfter'> {
  const result: Pick<SampleRatio, 'p' | 'alarmAfter'> = { p: 1, alarmAfter: null };
  let before = 0;
  let now = 0;
  let stage: readonly number[] | null = null;
  let counts: number[] = [];
  for (const [at, day] of days.entries()) {
    // Visitors that the split does not expect are impossible.
    if (day.counts.some((count, n) => count > 0 && !(day.shares[n] > 0))) return { p: 0, alarmAfter: at + 1 };
    if (stage === null || stage.some((share, n) => share !== day.shares[n])) {
      before += now;
      [stage, counts] = [day.shares, day.shares.map(() => 0)];
    }
    counts = counts.map((count, n) => count + day.counts[n] / designEffect);
    const used = counts.flatMap((count, n) => (day.shares[n] > 0 ? [[count, day.shares[n]] as const] : []));
    now = logBayesFactor(
      used.map(([count]) => count),
      used.map(([, share]) => share),
    );
    result.p = Math.min(result.p, Math.exp(-(before + now)));
    if (result.alarmAfter === null && result.p < ALARM) result.alarmAfter = at + 1;
  }
  return result;
}

/**
 * Tests the split at the end of every day.
 * @param days in chronological order: visitors of each day, by variant
 * @param weights by variant, in any unit; a variant without one counts as 0
 */
export function sampleRatio(
  days: readonly ReadonlyMap<string, number>[],
  weights: ReadonlyMap<string, number>,
): SampleRatio {
  const names = [...new Set([...weights.keys(), ...days.flatMap((day) => [...day.keys()])])];
  const whole = names.reduce((sum, name) => sum + (weights.get(name) ?? 0), 0);
  const shares = names.map((name) => (whole > 0 ? (weights.get(name) ?? 0) / whole : 0));
  const draws = days.map((day) => ({ counts: names.map((name) => day.get(name) ?? 0), shares }));
  return sampleRatioOfDays(draws, names);
}

/** Whether there is nothing to compare. */
export const isSingle = (variants: SampleRatio['variants']): boolean =>
  variants.filter(({ visitors }) => visitors > 0).length < 2;

/**
 * The same if the split may change from day to day.
 * @param names of the variants, in the order of the draws
 * @param designEffect factor of the variance, if a visitor is several units
 */
export function sampleRatioOfDays(draws: readonly Draw[], names: readonly string[], designEffect = 1): SampleRatio {
  const variants = names.map((name, n) => ({
    name,
    visitors: draws.reduce((sum, { counts }) => sum + counts[n], 0),
    expected: draws.reduce((sum, { counts, shares }) => sum + shares[n] * total(counts), 0),
  }));
  const { p, alarmAfter } = sequentialSplit(draws, designEffect);
  return { variants, p, mismatch: alarmAfter !== null || isSingle(variants), alarmAfter };
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
