import { SidestreamError } from '../../error';
import { combined, type VisitorSums } from '../../experiment/visitors';
import { compared, type Effect, type Estimate, estimate, type Measure, measuresOf } from './effects';
import { type MetricLog, totalsOf } from './metric-log';
import { fixedRatio, mixtureRatio } from './mixture';
import { type SampleRatio, sampleRatio } from './sample-ratio';
import { type Decision, decisionOf, unitsNeeded } from './sequential-test';

/** What is fixed before the first look. */
export interface VerdictPlan {
  /** Name of the experiment; default: the only one of the log. */
  experiment?: string;
  /** Variant to compare with, without the experiment's name. Default `off`. */
  control?: string;
  /** Declared weights by variant; default: all equal. */
  split?: ReadonlyMap<string, number>;
  /** Smallest relative effect that is worth finding, and loss that is accepted, above 0. Default 0.05. */
  effect?: number;
  /** What is expected of the metric that decides without the variant: fixes the visitors needed. Default: taken from the log. */
  base?: number;
  /** Probability of a false alarm. Default 0.05. */
  alpha?: number;
  /** Probability of finding the effect with the visitors needed. Default 0.8. */
  power?: number;
  /** What the decision is about. Default `buyers`. */
  metric?: string;
}

/**
 * Visitors of both variants together, with which the effect is found with the power of the plan: at the present split and spread,
 * which change daily; for a share with a base, at the declared split and the base.
 */
export interface VisitorsNeeded {
  /** Where one looks as often as one likes. */
  always: number;
  /** Where one looks once, at this number. */
  once: number;
}

/** One thing measured, of a variant against the control. */
export interface Comparison {
  variant: string;
  metric: string;
  /** In the unit of the metric. */
  difference: Effect | null;
  /** Relative to the control: 0.05 for 5 % more. */
  relative: Effect | null;
  /** Of the relative interval that holds at all looks; `continue` while too few visitors did it, or where the split is wrong. */
  decision: Decision;
  /**
   * Day after which `better` or `worse` fell for the metric that decides. It stays: the intervals of all looks hold together. Null
   * before, and for the other metrics.
   */
  decidedOn: string | null;
  needed: VisitorsNeeded | null;
}

export interface Verdict {
  experiment: string;
  control: string;
  /** First and last day with reports. */
  days: [string, string];
  plan: { effect: number; base: number | null; alpha: number; power: number; metric: string; declaredSplit: boolean };
  sampleRatio: SampleRatio;
  metrics: Pick<Measure, 'name' | 'title' | 'kind'>[];
  /** Of the metric that decides; `continue` where the split is wrong, null where several variants are compared. */
  decision: Decision | null;
  /** The control first; without those that no visitor had. */
  variants: { name: string; visitors: number; estimates: Record<string, Estimate | null> }[];
  comparisons: Comparison[];
}

/** Visitors of both variants that have to do something before a decision: below, means are not normal enough. */
const LEAST_ACTIVE = 30;

/**
 * What a log says of the variants of an experiment. The visitor is the unit throughout.
 * @throws SidestreamError `runtime/invalid-input` for a plan that cannot be, or that the log does not fit
 */
export function verdictOf(log: Pick<MetricLog, 'days'>, plan: VerdictPlan = {}): Verdict {
  const { effect = 0.05, alpha = 0.05, power = 0.8, metric = 'buyers', control = 'off', split, base } = plan;
  if (!(effect > 0 && effect < 10))
    throw wrong('The effect must be above 0 and below 10 times the control: 0.05 for 5 %.');
  if (!(alpha > 0 && alpha < 1)) throw wrong('Alpha must be above 0 and below 1.');
  if (!(power > 0 && power < 1)) throw wrong('The power must be above 0 and below 1.');
  const totals = totalsOf(log.days);
  const experiment = experimentOf([...totals.keys()], plan.experiment);
  const ofVariant = new Map<string, VisitorSums>();
  for (const [label, sums] of totals) {
    const [name, variant] = label.split('/');
    if (name === experiment) ofVariant.set(variant, sums);
  }
  const known = [...ofVariant.keys()].sort();
  const names = [control, ...known.filter((name) => name !== control)];
  const ratio = splitOf(names, ofVariant, split);
  // Where the control should have visitors, or no other has any, that is the finding, and no error of use.
  const isFinding = ratio.mismatch && (known.length === 1 || (split?.get(control) ?? 0) > 0);
  if (!ofVariant.has(control) && !isFinding) {
    throw wrong(`No visitor had the variant “${control}”; the log has ${known.join(', ')}. Name one with --control.`);
  }
  const measures = measuresOf([...ofVariant.values()]);
  const deciding = measures.find(({ name }) => name === metric);
  if (!deciding) {
    throw wrong(`There is no metric “${metric}”; there are ${measures.map(({ name }) => name).join(', ')}.`);
  }
  if (base !== undefined && !(base > 0 && (deciding.kind !== 'share' || base < 1))) {
    throw wrong(
      `The base of “${metric}” must be above 0${deciding.kind === 'share' ? ' and below 1: 0.03 for 3 %' : ''}.`,
    );
  }
  const variants = names.flatMap((name) => {
    const sums = ofVariant.get(name);
    if (!sums) return [];
    const estimates = measures.map((one): [string, Estimate | null] => [one.name, estimate(one.sums(sums))]);
    return [{ name, visitors: sums.visitors, estimates: Object.fromEntries(estimates) }];
  });
  const treatments = ofVariant.has(control) ? variants.slice(1) : [];
  const comparisons = treatments.flatMap(({ name, estimates }) =>
    measures.map((one): Comparison => {
      const [before, now] = [variants[0].estimates[one.name], estimates[one.name]];
      const { difference, relative } = compared(before, now, { alpha, effect });
      const expected = one.name === metric ? base : undefined;
      const margin = effect * (expected ?? before?.value ?? 0);
      const weights = [split?.get(control) ?? 1, split?.get(name) ?? 1] as const;
      const enough = !ratio.mismatch && relative !== null && isEnough(before, one) && isEnough(now, one);
      const fell =
        one.name === metric && !ratio.mismatch
          ? firstDecision(log.days, `${experiment}/${control}`, `${experiment}/${name}`, one, { alpha, effect })
          : null;
      return {
        ...{ variant: name, metric: one.name, difference, relative },
        decision: fell?.decision ?? (enough ? decisionOf(...relative.always, effect) : 'continue'),
        decidedOn: fell?.day ?? null,
        needed:
          expected !== undefined && one.kind === 'share'
            ? neededOfShare({ base: expected, effect: margin, alpha }, weights, power)
            : before && now && margin > 0
              ? neededFor(before, now, margin, { alpha, power })
              : null,
      };
    }),
  );
  const days = log.days.map(({ day }) => day);
  const decisions = comparisons.filter(({ metric: name }) => name === metric).map(({ decision }) => decision);
  return {
    ...{ experiment, control, days: [days[0], days[days.length - 1]], comparisons, variants },
    plan: { effect, base: base ?? null, alpha, power, metric, declaredSplit: split !== undefined },
    decision: decisions.length > 1 ? null : (decisions[0] ?? 'continue'),
    sampleRatio: ratio,
    metrics: measures.map(({ name, title, kind }) => ({ name, title, kind })),
  };
}

/**
 * The visitors against the split.
 * @param names of all variants, in the order of the result; the log may lack one
 * @param split default: even
 * @throws SidestreamError `runtime/invalid-input` where it does not name each variant of the log
 */
function splitOf(
  names: readonly string[],
  ofVariant: ReadonlyMap<string, VisitorSums>,
  split: VerdictPlan['split'],
): SampleRatio {
  const known = names.filter((name) => ofVariant.has(name));
  const unnamed = split ? known.filter((name) => !split.has(name)) : [];
  if (split && unnamed.length > 0) {
    const unknown = [...split.keys()].filter((name) => !ofVariant.has(name));
    const typo = unknown.length > 0 ? ` It names “${unknown.join('”, “')}”, which no visitor had.` : '';
    throw wrong(
      `The split does not name “${unnamed.join('”, “')}”. Give each variant of the log a weight: ${known.join(', ')}.${typo}`,
    );
  }
  return sampleRatio(
    new Map(known.map((name) => [name, ofVariant.get(name)?.visitors ?? 0])),
    split ?? new Map(known.map((name) => [name, 1])),
  );
}

/** The first day after which a metric was decided, looking every day; null where it was not. */
function firstDecision(
  days: MetricLog['days'],
  control: string,
  variant: string,
  measure: Measure,
  plan: { alpha: number; effect: number },
): { day: string; decision: Decision } | null {
  let [zero, one]: (VisitorSums | undefined)[] = [];
  const added = (sums: VisitorSums | undefined, more: VisitorSums | undefined) =>
    sums && more ? combined(sums, more, 1) : (sums ?? more);
  for (const { day, variants } of days) {
    zero = added(zero, variants.get(control));
    one = added(one, variants.get(variant));
    if (!zero || !one) continue;
    const [before, now] = [estimate(measure.sums(zero)), estimate(measure.sums(one))];
    const { relative } = compared(before, now, plan);
    if (!relative || !isEnough(before, measure) || !isEnough(now, measure)) continue;
    const decision = decisionOf(...relative.always, plan.effect);
    if (decision === 'better' || decision === 'worse') return { day, decision };
  }
  return null;
}

function isEnough(of: Estimate | null, { kind }: Measure): boolean {
  if (!of) return false;
  return Math.min(of.active, kind === 'share' ? of.visitors - of.active : of.active) >= LEAST_ACTIVE;
}

/** Visitors at the present split and spread. */
function neededFor(
  zero: Estimate,
  one: Estimate,
  effect: number,
  { alpha, power }: { alpha: number; power: number },
): VisitorsNeeded | null {
  const all = zero.visitors + one.visitors;
  // The squared error times all visitors, which stays as they grow.
  const spread = all * (zero.se ** 2 + one.se ** 2);
  if (!(spread > 0)) return null;
  const visitors = (ratio: number): number => Math.ceil((ratio * spread) / effect ** 2);
  return { always: visitors(mixtureRatio(alpha, power)), once: visitors(fixedRatio(alpha, power)) };
}

/** Visitors by what is fixed beforehand, and by nothing of the log. */
function neededOfShare(
  plan: { base: number; effect: number; alpha: number },
  [control, variant]: readonly [number, number],
  power: number,
): VisitorsNeeded | null {
  if (!(control > 0 && variant > 0)) return null;
  const visitors = (ratioOf: (alpha: number, power: number) => number): number => {
    const needed = unitsNeeded(plan, variant / (control + variant), (alpha) => ratioOf(alpha, power));
    return needed.control + needed.treatment;
  };
  return { always: visitors(mixtureRatio), once: visitors(fixedRatio) };
}

function experimentOf(labels: readonly string[], wanted: string | undefined): string {
  const names = [...new Set(labels.map((label) => label.split('/')[0]))].sort();
  if (names.length === 0) {
    throw wrong('The log has no visitor in an experiment: were the pages started with `experiment`, and with consent?');
  }
  if (wanted === undefined && names.length > 1) {
    throw wrong(`The log has the experiments ${names.join(', ')}. Name one with --experiment.`);
  }
  const name = wanted ?? names[0];
  if (!names.includes(name)) throw wrong(`The log has no experiment “${name}”; it has ${names.join(', ')}.`);
  return name;
}

const wrong = (text: string): SidestreamError => new SidestreamError('runtime/invalid-input', text);
