import { combined, type VisitorSums } from '../../../src/device/experiment';
import { invalidInput } from '../../../src/error';
import { compared, type Effect, type Estimate, estimate, type Measure, measuresOf } from './effects';
import { daysOf, type MetricLog, strayNames, totalsOf } from './metric-log';
import { mixtureRatio } from './mixture';
import { cappedSums, type RevenueCaps, type RevenueStep } from './revenue-cap';
import { sampleRatio } from './sample-ratio';
import { type Decision, decisionOf, unitsNeeded } from './sequential';

/** The plan, fixed before the first look. */
export interface VerdictPlan {
  /** Name of the experiment; default: the only one of the log. */
  experiment?: string;
  /** Variant to compare with, without the experiment's name. Default `off`. */
  control?: string;
  /** Declared weights by variant; default: all equal. */
  split?: ReadonlyMap<string, number>;
  /** Smallest relative effect worth finding, above 0. Default 0.05. */
  effect?: number;
  /** Accepted relative loss, above 0. Default: `effect`. */
  margin?: number;
  /**
   * Expected value of the deciding metric without the variant: fixes the number of visitors needed. Default: taken from the log.
   */
  base?: number;
  /** Probability of a false alarm. Default 0.05. */
  alpha?: number;
  /** Probability of finding the effect with the visitors needed. Default 0.8. */
  power?: number;
  /** Metric that decides. Default `buyers`. */
  metric?: string;
}

/** One thing measured, of a variant against the control. */
export interface Comparison {
  variant: string;
  metric: string;
  /** In the unit of the metric. */
  difference: Effect | null;
  /** Relative to the control: 0.05 for 5 % more. */
  relative: Effect | null;
  /**
   * Decision by the relative interval that holds at all looks; `continue` while too few visitors did it, or if the split is
   * wrong.
   */
  decision: Decision;
  /**
   * Day after which `better` or `worse` fell for the metric that decides. It stays: the intervals of all looks hold together. Null
   * before, and for the other metrics.
   */
  decidedOn: string | null;
  /**
   * Visitors of both variants together, with which the effect is found with the power of the plan, at any number of looks: at the
   * present split and spread, which change daily; for a share with a base, at the declared split and the base.
   */
  needed: number | null;
}

export type Verdict = ReturnType<typeof verdictOf>;

/** A variant, an experiment or a day that is left out, and its visitors. */
interface Aside {
  name: string;
  visitors: number;
}

/**
 * Minimum number of active visitors of each variant before a decision: below it, means are not normal enough. Revenue then has no
 * interval either.
 */
export const MIN_ACTIVE = 30;

/**
 * The verdict of a log on the variants of an experiment. The visitor is the unit throughout.
 * @throws SidestreamError `runtime/invalid-input` for an impossible plan, or one that does not fit the log
 */
export function verdictOf(
  log: Pick<MetricLog, 'days'> & Partial<Pick<MetricLog, 'operations'>>,
  plan: VerdictPlan = {},
) {
  const { effect = 0.05, alpha = 0.05, power = 0.8, metric = 'buyers', control = 'off', split, base } = plan;
  const { margin = effect } = plan;
  if (!(effect > 0 && effect < 10))
    throw invalidInput('The effect must be above 0 and below 10 times the control: 0.05 for 5 %.');
  if (!(margin > 0 && margin < 10)) throw invalidInput('The margin must be above 0 and below 10 times the control.');
  const { experiment, ...aside } = experimentOf(totalsOf(log.days), plan.experiment);
  const { days, stray: strayDays } = daysOf(log.days, experiment);
  const present = totalsOf(days);
  const unknown = unknownVariants(present, control, split);
  const setAside: Aside[] = [
    ...aside.setAside,
    ...unknown.map((name) => ({ name: `${experiment}/${name}`, visitors: present.get(name)?.visitors ?? 0 })),
  ];
  const known = [...present.keys()].filter((name) => !unknown.includes(name)).sort();
  const names = [control, ...known.filter((name) => name !== control)];
  const looks = looksOf(days, known);
  const now = looks[looks.length - 1];
  const { sums: ofVariant, caps } = cappedSums(now.sums, now.steps());
  const ratio = sampleRatio(
    days.map(({ variants }) => new Map(known.map((name) => [name, variants.get(name)?.visitors ?? 0]))),
    split ?? new Map(names.filter((name) => ofVariant.has(name)).map((name) => [name, 1])),
  );
  // If the control should have visitors, or no other variant has any, that is the finding rather than a usage error.
  const isFinding = ratio.mismatch && (known.length === 1 || (split?.get(control) ?? 0) > 0);
  if (!ofVariant.has(control) && !isFinding) {
    throw invalidInput(
      `No visitor had the variant “${control}”; the log has ${known.join(', ')}. Name one with --control.`,
    );
  }
  const measures = measuresOf([...ofVariant.values()]);
  const deciding = measures.find(({ name }) => name === metric);
  if (!deciding) {
    throw invalidInput(`There is no metric “${metric}”; there are ${measures.map(({ name }) => name).join(', ')}.`);
  }
  if (base !== undefined && !(base > 0 && (deciding.kind !== 'share' || base < 1))) {
    throw invalidInput(
      `The base of “${metric}” must be above 0${deciding.kind === 'share' ? ' and below 1: 0.03 for 3 %' : ''}.`,
    );
  }
  const variants = names.flatMap((name) => {
    const sums = ofVariant.get(name);
    if (!sums) return [];
    const of = (from: VisitorSums, own: readonly Measure[]) =>
      Object.fromEntries(own.map((one): [string, Estimate | null] => [one.name, estimate(one.sums(from))]));
    const whole = of(
      present.get(name) ?? sums,
      measures.filter((one) => capOf(one, caps) !== null),
    );
    return [{ name, visitors: sums.visitors, estimates: of(sums, measures), uncapped: whole }];
  });
  const treatments = ofVariant.has(control) ? variants.slice(1) : [];
  const comparisons = treatments.flatMap(({ name, estimates }) =>
    measures.map((one): Comparison => {
      const [before, now] = [variants[0].estimates[one.name], estimates[one.name]];
      const { difference, relative } = comparedIn(one, caps, before, now, { alpha, effect });
      const expected = one.name === metric ? base : undefined;
      const sought = effect * (expected ?? before?.value ?? 0);
      const weights = [split?.get(control) ?? 1, split?.get(name) ?? 1] as const;
      const enough = !ratio.mismatch && relative !== null && isEnough(before, one) && isEnough(now, one);
      const fell =
        one.name === metric && !ratio.mismatch
          ? firstDecision(looks, control, name, one, { alpha, effect, margin })
          : null;
      return {
        variant: name,
        metric: one.name,
        difference,
        relative,
        decision: fell?.decision ?? (enough ? decisionOf(...relative.always, margin) : 'continue'),
        decidedOn: fell?.day ?? null,
        needed:
          expected !== undefined && one.kind === 'share'
            ? neededOfShare({ base: expected, effect: sought, alpha }, weights, power)
            : before && now && sought > 0 && (one.currency === undefined || relative !== null)
              ? neededFor(before, now, sought, { alpha, power })
              : null,
      };
    }),
  );
  const decisions = comparisons.filter(({ metric: name }) => name === metric).map(({ decision }) => decision);
  const [first, last] = [days[0].day, days[days.length - 1].day];
  return {
    experiment,
    control,
    /** First and last day with reports. */
    days: [first, last] as const,
    comparisons,
    /** The control first; variants without visitors are omitted. `uncapped`: for metrics with a cap, the same for all revenue. */
    variants,
    /** How the recommender ran under each variant, over all days; variants without pages are omitted. */
    operations: names.flatMap((name) => log.operations?.get(`${experiment}/${name}`) ?? []),
    plan: { effect, margin, base: base ?? null, alpha, power, metric, declaredSplit: split !== undefined },
    /** Decision by the deciding metric; `continue` if the split is wrong, null if several variants are compared. */
    decision: decisions.length > 1 ? null : (decisions[0] ?? 'continue'),
    sampleRatio: ratio,
    metrics: measures.map(({ name, title, kind, ...one }) => {
      /** For revenue: the amount up to which each visitor's revenue counts; null if all of it counts, and for other metrics. */
      const cap = capOf(one, caps);
      return { name, title: cap === null ? title : `${title}, up to ${amountText(cap)} each`, kind, cap };
    }),
    /** Variants and experiments that are left out because few visitors, or none of a declared variant, had them. */
    setAside,
    /** Days that are left out because few visitors had them, and no other day is near. */
    strayDays,
  };
}

/** The amount up to which revenue counts; null if all of it counts. */
function capOf({ currency }: Pick<Measure, 'currency'>, caps: RevenueCaps): number | null {
  const cap = currency === undefined ? null : (caps.get(currency) ?? null);
  return cap !== null && Number.isFinite(cap) ? cap : null;
}

const amountText = (amount: number): string => amount.toLocaleString('en', { maximumFractionDigits: 2 });

/** As `compared`, but for revenue nothing until enough visitors of both variants have paid. */
function comparedIn(
  measure: Measure,
  caps: RevenueCaps,
  control: Estimate | null,
  variant: Estimate | null,
  plan: { alpha: number; effect: number },
): ReturnType<typeof compared> {
  const { currency } = measure;
  const isKnown =
    currency === undefined || (caps.get(currency) != null && isEnough(control, measure) && isEnough(variant, measure));
  return isKnown ? compared(control, variant, plan) : { difference: null, relative: null };
}

/** Everything reported until the end of a day. */
interface LookAt {
  day: string;
  /** By variant. */
  sums: Map<string, VisitorSums>;
  /** Created on demand: copies for every look of a year would not fit in memory. */
  steps(): RevenueStep[];
}

/** @param names of the compared variants */
function looksOf(days: MetricLog['days'], names: readonly string[]): LookAt[] {
  const steps: RevenueStep[] = [];
  let before: LookAt['sums'] = new Map();
  return days.map(({ day, variants, revenue }) => {
    const sums = new Map(before);
    for (const name of names) {
      const [known, more] = [sums.get(name), variants.get(name)];
      const added = known && more ? combined(known, more, 1) : (known ?? more);
      if (added) sums.set(name, added);
    }
    before = sums;
    for (const step of revenue) if (names.includes(step.variant)) steps.push(step);
    const count = steps.length;
    return { day, sums, steps: () => steps.slice(0, count) };
  });
}

/**
 * Variants of the log that are left out: those that a declared split does not name, or without a declared split, those that only
 * stray reports have.
 * @throws SidestreamError `runtime/invalid-input` if the split seems to name one of them differently
 */
function unknownVariants(
  present: ReadonlyMap<string, VisitorSums>,
  control: string,
  split: VerdictPlan['split'],
): string[] {
  const visitors = new Map([...present].map(([name, sums]) => [name, sums.visitors]));
  const stray = strayNames(visitors);
  if (!split) return [...stray].filter((name) => name !== control);
  const isExpected = (name: string): boolean => (split.get(name) ?? 0) > 0;
  const unnamed = [...present.keys()].filter((name) => !split.has(name)).sort();
  const missing = [...split.keys()].filter((name) => isExpected(name) && !(visitors.get(name) ?? 0));
  const isMistyped = unnamed.includes(control) || (missing.length > 0 && unnamed.some((name) => !stray.has(name)));
  if (isMistyped) {
    const typo = missing.length > 0 ? ` It names “${missing.join('”, “')}”, which no visitor had.` : '';
    throw invalidInput(
      `The split does not name “${unnamed.join('”, “')}”. Give each variant of the log a weight: ${[...present.keys()].sort().join(', ')}.${typo}`,
    );
  }
  return [...unnamed, ...[...stray].filter((name) => split.has(name) && !isExpected(name))];
}

/** The first day after which a metric was decided, looking every day; null if it was not. */
function firstDecision(
  looks: readonly LookAt[],
  control: string,
  variant: string,
  measure: Measure,
  plan: { alpha: number; effect: number; margin: number },
): { day: string; decision: Decision } | null {
  for (const { day, sums: all, steps } of looks) {
    const { sums, caps } = measure.currency === undefined ? { sums: all, caps: NO_CAPS } : cappedSums(all, steps());
    const [zero, one] = [sums.get(control), sums.get(variant)];
    if (!zero || !one) continue;
    const [before, now] = [estimate(measure.sums(zero)), estimate(measure.sums(one))];
    const { relative } = comparedIn(measure, caps, before, now, plan);
    if (!relative || !isEnough(before, measure) || !isEnough(now, measure)) continue;
    const decision = decisionOf(...relative.always, plan.margin);
    if (decision === 'better' || decision === 'worse') return { day, decision };
  }
  return null;
}

const NO_CAPS: RevenueCaps = new Map();

function isEnough(of: Estimate | null, { kind }: Measure): boolean {
  if (!of) return false;
  return Math.min(of.active, kind === 'share' ? of.visitors - of.active : of.active) >= MIN_ACTIVE;
}

/** Visitors at the present split and spread. */
function neededFor(
  zero: Estimate,
  one: Estimate,
  effect: number,
  { alpha, power }: { alpha: number; power: number },
): number | null {
  const all = zero.visitors + one.visitors;
  // The squared error times the number of all visitors, which stays constant as that number grows.
  const spread = all * (zero.se ** 2 + one.se ** 2);
  return spread > 0 ? Math.ceil((mixtureRatio(alpha, power) * spread) / effect ** 2) : null;
}

/** Visitors needed according to the plan, independent of the log. */
function neededOfShare(
  plan: { base: number; effect: number; alpha: number },
  [control, variant]: readonly [number, number],
  power: number,
): number | null {
  if (!(control > 0 && variant > 0)) return null;
  const needed = unitsNeeded(plan, variant / (control + variant), power);
  return needed.control + needed.treatment;
}

function experimentOf(
  totals: ReadonlyMap<string, VisitorSums>,
  wanted: string | undefined,
): { experiment: string; setAside: Aside[] } {
  const visitors = new Map<string, number>();
  for (const [label, sums] of totals) {
    const [name] = label.split('/');
    visitors.set(name, (visitors.get(name) ?? 0) + sums.visitors);
  }
  const names = [...visitors.keys()].sort();
  if (names.length === 0) {
    throw invalidInput(
      'The log has no visitor in an experiment: were the pages started with `experiment`, and with consent?',
    );
  }
  const stray = strayNames(visitors);
  const found = names.filter((name) => !stray.has(name));
  if (wanted === undefined && found.length > 1) {
    throw invalidInput(`The log has the experiments ${found.join(', ')}. Name one with --experiment.`);
  }
  const name = wanted ?? found[0];
  if (!visitors.has(name)) throw invalidInput(`The log has no experiment “${name}”; it has ${names.join(', ')}.`);
  const others = wanted === undefined ? [...stray] : [];
  return {
    experiment: name,
    setAside: others.map((name) => ({ name, visitors: visitors.get(name) ?? 0 })),
  };
}
