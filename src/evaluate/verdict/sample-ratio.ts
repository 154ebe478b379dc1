import { chiSquareTail } from './quantiles';

/** Probability below which a split is not the declared one. A false alarm should be rare: it stops everything else. */
export const ALARM = 0.001;
/** Exit code of commands that find the split wrong, or nothing to compare, so that what runs them every day notices. */
export const WRONG_SPLIT = 2;

/** Whether the visitors are split as declared. */
export interface SampleRatio {
  /** By variant: visitors, and those that the split lets expect. */
  variants: { name: string; visitors: number; expected: number }[];
  /** Of counts as far from the split as these, or further. */
  p: number;
  /** Something loses or adds visitors in a variant, or only one has any: no other figure counts. */
  mismatch: boolean;
}

/**
 * Pearson's chi-square test of the split.
 * @param weights by variant, in any unit; a variant without one counts as 0
 */
export function sampleRatio(visitors: ReadonlyMap<string, number>, weights: ReadonlyMap<string, number>): SampleRatio {
  const names = [...new Set([...weights.keys(), ...visitors.keys()])];
  const all = names.reduce((sum, name) => sum + (visitors.get(name) ?? 0), 0);
  const whole = names.reduce((sum, name) => sum + (weights.get(name) ?? 0), 0);
  const variants = names.map((name) => ({
    ...{ name, visitors: visitors.get(name) ?? 0 },
    expected: whole > 0 ? (all * (weights.get(name) ?? 0)) / whole : 0,
  }));
  const used = variants.filter(({ expected }) => expected > 0);
  const statistic = used.reduce((sum, { visitors: n, expected }) => sum + (n - expected) ** 2 / expected, 0);
  const stray = variants.some(({ visitors: n, expected }) => expected === 0 && n > 0);
  const p = stray ? 0 : used.length < 2 ? 1 : chiSquareTail(statistic, used.length - 1);
  return { variants, p, mismatch: p < ALARM || isSingle(variants) };
}

/** Whether there is nothing to compare. */
export const isSingle = (variants: SampleRatio['variants']): boolean =>
  variants.filter(({ visitors }) => visitors > 0).length < 2;

/** Visitors who came on a day, and the share of them that should get the treatment. */
export interface SplitDay {
  control: number;
  treatment: number;
  share: number;
}

/**
 * The same for two variants whose split may change from day to day: the chi-square of all days together.
 * @param designEffect factor of the variance, where a visitor is several units
 */
export function sampleRatioOfDays(
  days: readonly SplitDay[],
  names: { control: string; treatment: string },
  designEffect = 1,
): SampleRatio {
  const sum = { control: 0, treatment: 0, expected: 0, variance: 0 };
  for (const { control, treatment, share } of days) {
    sum.control += control;
    sum.treatment += treatment;
    sum.expected += (control + treatment) * share;
    sum.variance += (control + treatment) * share * (1 - share) * designEffect;
  }
  const all = sum.control + sum.treatment;
  const p = all > 0 ? chiSquareTail((sum.treatment - sum.expected) ** 2 / sum.variance, 1) : 1;
  const variants = [
    { name: names.control, visitors: sum.control, expected: all - sum.expected },
    { name: names.treatment, visitors: sum.treatment, expected: sum.expected },
  ];
  return { variants, p, mismatch: p < ALARM || isSingle(variants) };
}
