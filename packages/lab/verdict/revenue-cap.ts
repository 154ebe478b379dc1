import type { Moments, VisitorSums } from '../../../src/device/experiment';

/** A visitor's revenue under a variant in one currency according to one report: the totals before and after it. */
export interface RevenueStep {
  variant: string;
  currency: string;
  /** 0 in a visitor's first report with revenue. */
  before: number;
  after: number;
}

/**
 * The totals behind a report, which contains differences: for a visitor whose total rose from a to b, `sum` is b - a and
 * `squares` is b^2 - a^2, so that b + a is squares / sum.
 */
export function revenueSteps({ variant, revenue }: Pick<VisitorSums, 'variant' | 'revenue'>): RevenueStep[] {
  return Object.entries(revenue).flatMap(([currency, { visitors, sum, squares }]): RevenueStep[] => {
    if (!(sum > 0)) return [];
    const after = visitors > 0 ? sum : Math.max(sum, (squares / sum + sum) / 2);
    return [{ variant, currency, before: visitors > 0 ? 0 : after - sum, after }];
  });
}

/**
 * Maximum skewness of the mean of the smallest variant for which a normal interval is valid: at 0.25 the interval of
 * 95 % is wrong in 5 to 6 % of the experiments without a difference (`npm run bench:verdicts`).
 */
const MAX_SKEWNESS = 0.25;

/**
 * The cap on a visitor's revenue that makes the mean of the smallest variant nearly normal; infinite if no cap is needed, null if
 * too few visitors have paid for any cap. A few very large orders dominate a mean of few visitors: if they are missing, mean and
 * error are both too small, and a variant looks worse although it is not.
 *
 * The cap depends on all variants together, so it favours none. It is the largest for which the skewness of a visitor's revenue,
 * divided by the root of the smallest variant's visitors, is at most 0.25. It grows with the visitors until everything counts.
 * @param steps of one currency
 * @param visitors of all variants together
 * @param smallest number of visitors of the smallest variant
 */
function revenueCap(steps: readonly RevenueStep[], visitors: number, smallest: number): number | null {
  const ends = orderedEnds(steps);
  const all = ends.count[ends.values.length];
  for (let at = ends.values.length - 1; at >= 0; at--) {
    const cap = ends.values[at];
    const above = all - ends.count[at + 1];
    const one = (ends.first[at + 1] + above * cap) / visitors;
    const two = (ends.second[at + 1] + above * cap ** 2) / visitors;
    const three = (ends.third[at + 1] + above * cap ** 3) / visitors;
    const variance = two - one ** 2;
    const skewness = (three - 3 * one * two + 2 * one ** 3) / variance ** 1.5;
    if (variance > 0 && skewness <= MAX_SKEWNESS * Math.sqrt(smallest)) {
      return at === ends.values.length - 1 ? Number.POSITIVE_INFINITY : cap;
    }
  }
  return null;
}

/**
 * The ends of all steps in ascending order, and the sums of their powers up to each of them: the sum over visitors of f(total), where
 * f(0) = 0, is the sum of f(after) - f(before) over steps, so an end counts 1 or -1 times. Element n of a sum is over the first n ends.
 */
function orderedEnds(steps: readonly RevenueStep[]) {
  const added = Float64Array.from(steps, ({ after }) => after).sort();
  const taken = Float64Array.from(
    steps.filter(({ before }) => before > 0),
    ({ before }) => before,
  ).sort();
  const size = added.length + taken.length;
  const sums = () => new Float64Array(size + 1);
  const ends = { values: new Float64Array(size), count: sums(), first: sums(), second: sums(), third: sums() };
  let [up, down] = [0, 0];
  for (let n = 0; n < size; n++) {
    const isAdded = down === taken.length || (up < added.length && added[up] <= taken[down]);
    const value = isAdded ? added[up++] : taken[down++];
    const sign = isAdded ? 1 : -1;
    ends.values[n] = value;
    ends.count[n + 1] = ends.count[n] + sign;
    ends.first[n + 1] = ends.first[n] + sign * value;
    ends.second[n + 1] = ends.second[n] + sign * value ** 2;
    ends.third[n + 1] = ends.third[n] + sign * value ** 3;
  }
  return ends;
}

/** Caps by currency; see `revenueCap`. */
export type RevenueCaps = ReadonlyMap<string, number | null>;

/** Caps the revenue of the compared variants. @param steps steps of these and of other variants, which are ignored */
export function cappedSums(
  variants: ReadonlyMap<string, VisitorSums>,
  steps: readonly RevenueStep[],
): { sums: Map<string, VisitorSums>; caps: RevenueCaps } {
  const counts = [...variants.values()].map(({ visitors }) => visitors).filter((visitors) => visitors > 0);
  const all = counts.reduce((sum, visitors) => sum + visitors, 0);
  const own = steps.filter(({ variant }) => variants.has(variant));
  const currencies = [...new Set(own.map(({ currency }) => currency))];
  const caps = new Map(
    currencies.map((name): [string, number | null] => {
      const paid = own.filter(({ currency }) => currency === name);
      return [name, revenueCap(paid, all, Math.min(...counts))];
    }),
  );
  const sums = new Map(
    [...variants].map(([label, of]): [string, VisitorSums] => [label, { ...of, revenue: { ...of.revenue } }]),
  );
  for (const [currency, cap] of caps) {
    if (cap === null || !Number.isFinite(cap)) continue;
    for (const [label, of] of sums) {
      const known = Object.hasOwn(of.revenue, currency) ? of.revenue[currency] : undefined;
      if (known) of.revenue[currency] = cappedMoments(known, own, { variant: label, currency, cap });
    }
  }
  return { sums, caps };
}

function cappedMoments(
  { visitors }: Moments,
  steps: readonly RevenueStep[],
  { variant, currency, cap }: { variant: string; currency: string; cap: number },
): Moments {
  const moments = { visitors, sum: 0, squares: 0 };
  for (const step of steps) {
    if (step.variant !== variant || step.currency !== currency) continue;
    const [before, after] = [Math.min(step.before, cap), Math.min(step.after, cap)];
    moments.sum += after - before;
    moments.squares += after ** 2 - before ** 2;
  }
  return moments;
}
