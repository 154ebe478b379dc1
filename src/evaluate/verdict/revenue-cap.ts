import type { Moments, VisitorSums } from '../../experiment/visitors';
import type { RevenueStep } from './revenue-steps';

/**
 * Largest skewness of the mean of the smallest variant with which its interval is that of a normal variable: at 0.25 the interval of
 * 95 % is wrong in 5 to 6 % of the experiments where nothing differs (`npm run bench:verdicts`).
 */
const MOST_SKEWNESS = 0.25;

/**
 * Up to which amount the revenue of a visitor counts, so that the mean of the smallest variant is nearly normal; infinite where all
 * of it may count, null where too few have paid for any amount. A few very large orders decide a mean of few visitors: where
 * they are missing, mean and error are both too small, and a variant that is not worse looks so.
 *
 * The amount rests on all variants together, so it favours none. It is the largest with which the skewness of a visitor's revenue,
 * divided by the root of the smallest variant's visitors, is at most 0.25. It grows with the visitors until everything counts.
 * @param steps of one currency
 * @param visitors of all variants together
 * @param smallest visitors of the variant that has fewest
 */
export function revenueCap(steps: readonly RevenueStep[], visitors: number, smallest: number): number | null {
  // Of a function f with f(0) = 0 the sum over visitors is that of f(after) - f(before) over steps.
  const ends = steps
    .flatMap(({ before, after }) => [
      { value: after, sign: 1 },
      { value: before, sign: -1 },
    ])
    .filter(({ value }) => value > 0)
    .sort((a, b) => a.value - b.value);
  const sums = [{ count: 0, first: 0, second: 0, third: 0 }];
  for (const { value, sign } of ends) {
    const { count, first, second, third } = sums[sums.length - 1];
    sums.push({
      count: count + sign,
      first: first + sign * value,
      second: second + sign * value ** 2,
      third: third + sign * value ** 3,
    });
  }
  const all = sums[sums.length - 1].count;
  for (let at = ends.length - 1; at >= 0; at--) {
    const cap = ends[at].value;
    const { count, first, second, third } = sums[at + 1];
    const above = all - count;
    const [one, two, three] = [
      (first + above * cap) / visitors,
      (second + above * cap ** 2) / visitors,
      (third + above * cap ** 3) / visitors,
    ];
    const variance = two - one ** 2;
    const skewness = (three - 3 * one * two + 2 * one ** 3) / variance ** 1.5;
    if (variance > 0 && skewness <= MOST_SKEWNESS * Math.sqrt(smallest)) {
      return at === ends.length - 1 ? Number.POSITIVE_INFINITY : cap;
    }
  }
  return null;
}

/** Sums of variants with capped revenue, and the amounts up to which it counts. */
export interface CappedSums {
  sums: Map<string, VisitorSums>;
  /** By currency; as `revenueCap` has them. */
  caps: ReadonlyMap<string, number | null>;
}

/** Caps the revenue of variants that are compared with each other. @param steps also of other variants, which are left out */
export function cappedSums(variants: ReadonlyMap<string, VisitorSums>, steps: readonly RevenueStep[]): CappedSums {
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
