import { SidestreamError } from '../../error';
import { combined, type VisitorSums } from '../../experiment/visitors';
import { compared, type Effect, type Estimate, estimate, type Measure, measuresOf } from './effects';
import { type MetricLog, totalsOf } from './metric-log';
import { fixedRatio, mixtureRatio } from './mixture';
import { type SampleRatio, sampleRatio } from './sample-ratio';
import { type Decision, decisionOf } from './sequential-test';

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
  /** Probability of a false alarm. Default 0.05. */
  alpha?: number;
  /** Probability of finding the effect with the visitors needed. Default 0.8. */
  power?: number;
  /** What the decision is about. Default `buyers`. */
  metric?: string;
}

/** Visitors of both variants together, with which the effect is found with the power of the plan, at the present split. */
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
  plan: { effect: number; alpha: number; power: number; metric: string; declaredSplit: boolean };
  sampleRatio: SampleRatio;
  metrics: Pick<Measure, 'name' | 'title' | 'kind'>[];
  /** The control first. */
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
  const { effect = 0.05, alpha = 0.05, power = 0.8, metric = 'buyers', control = 'off', split } = plan;
  if (!(effect > 0 && effect < 10)) throw wrong('The effect must be above 0: 0.05 for 5 %.');
  if (!(alpha > 0 && alpha < 1)) throw wrong('Alpha must be above 0 and below 1.');
  if (!(power > 0 && power < 1)) throw wrong('The power must be above 0 and below 1.');
  const totals = totalsOf(log.days);
  const experiment = experimentOf([...totals.keys()], plan.experiment);
  const ofVariant = new Map<string, VisitorSums>();
  for (const [label, sums] of totals) {
    const [name, variant] = label.split('/');
    if (name === experiment) ofVariant.set(variant, sums);
  }
  const zero = ofVariant.get(control);
  const known = [...ofVariant.keys()].sort();
  if (!zero) {
    throw wrong(`No visitor had the variant “${control}”; the log has ${known.join(', ')}. Name one with --control.`);
  }
  const names = [control, ...known.filter((name) => name !== control)];
  const measures = measuresOf([...ofVariant.values()]);
  if (!measures.some(({ name }) => name === metric)) {
    throw wrong(`There is no metric “${metric}”; there are ${measures.map(({ name }) => name).join(', ')}.`);
  }
  const variants = names.map((name) => {
    const sums = ofVariant.get(name) ?? zero;
    const estimates = measures.map((one): [string, Estimate | null] => [one.name, estimate(one.sums(sums))]);
    return { name, visitors: sums.visitors, estimates: Object.fromEntries(estimates) };
  });
  const unknown = [...(split?.keys() ?? [])].filter((name) => !ofVariant.has(name));
  if (unknown.length > 0) {
    throw wrong(`The split names “${unknown.join('”, “')}”, which no visitor had; the log has ${known.join(', ')}.`);
  }
  const ratio = sampleRatio(
    new Map(variants.map(({ name, visitors }) => [name, visitors])),
    split ?? new Map(names.map((name) => [name, 1])),
  );
  const comparisons = variants.slice(1).flatMap(({ name, estimates }) =>
    measures.map((one): Comparison => {
      const [before, now] = [variants[0].estimates[one.name], estimates[one.name]];
      const { difference, relative } = compared(before, now, { alpha, effect });
      const margin = effect * (before?.value ?? 0);
      const enough = !ratio.mismatch && relative !== null && isEnough(before, one) && isEnough(now, one);
      const fell =
        one.name === metric && !ratio.mismatch
          ? firstDecision(log.days, `${experiment}/${control}`, `${experiment}/${name}`, one, { alpha, effect })
          : null;
      return {
        ...{ variant: name, metric: one.name, difference, relative },
        decision: fell?.decision ?? (enough ? decisionOf(...relative.always, effect) : 'continue'),
        decidedOn: fell?.day ?? null,
        needed: before && now && margin > 0 ? neededFor(before, now, margin, { alpha, power }) : null,
      };
    }),
  );
  const days = log.days.map(({ day }) => day);
  return {
    ...{ experiment, control, days: [days[0], days[days.length - 1]], comparisons, variants },
    plan: { effect, alpha, power, metric, declaredSplit: split !== undefined },
    sampleRatio: ratio,
    metrics: measures.map(({ name, title, kind }) => ({ name, title, kind })),
  };
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
