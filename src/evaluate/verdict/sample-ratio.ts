import { chiSquareTail } from './quantiles';

/** Probability below which a split is not the declared one. A false alarm should be rare: it stops everything else. */
const ALARM = 0.001;

/** Whether the visitors are split as declared. */
export interface SampleRatio {
  /** By variant: visitors, and those that the split lets expect. */
  variants: { name: string; visitors: number; expected: number }[];
  /** Of counts as far from the split as these, or further. */
  p: number;
  /** Something loses or adds visitors in a variant: no other figure counts. */
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
  return { variants, p, mismatch: p < ALARM };
}
