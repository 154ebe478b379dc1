import { type RevenueStep, revenueSteps } from '../packages/lab/verdict/revenue-cap';
import type { Random } from '../src/core/common/random';
import { combined, sumsOf, type VisitorSums } from '../src/device/experiment';
import type { VisitorTotals } from '../src/device/experiment/visitors';

/** Settings of simulated visitors. */
export interface Crowd {
  visitors: number;
  /** Share of them that get the variant `on`; the others get `off`. */
  share: number;
  /** Factor of the variant on the chances of a click and of a purchase; 1 for no effect. */
  lift: number;
  /** Days over which visitors arrive and return. Default 1. */
  days?: number;
  /** Draws the price of a bought item. Default: log-normal, sigma 1. */
  price?(random: Random): number;
}

/** A day's reports of such visitors. */
export interface DrawnDay {
  /** Sums over visitors, by variant. */
  variants: Map<string, VisitorSums>;
  revenue: RevenueStep[];
}

/** Prices with heavy tails: log-normal of this sigma. */
export const logNormal =
  (sigma: number) =>
  (random: Random): number =>
    Math.exp(3.5 + sigma * normal(random));

/** Prices of a Pareto distribution with this exponent: of 2 or less it has no variance. */
export const pareto =
  (exponent: number) =>
  (random: Random): number =>
    20 * (1 - random()) ** (-1 / exponent);

/**
 * Draws visitors as shops have them: few come very often (sessions from a Pareto distribution), each has their own chance of a
 * click, frequent visitors buy more, and payments have a heavy tail (log-normal, sigma 1). The relative effect of the
 * variant is `lift` exactly for clicks per impression, visitors who bought and revenue; purchases per click do not change.
 * @returns the reports of each day
 */
export function drawCrowd(random: Random, crowd: Crowd): DrawnDay[] {
  const { visitors, share, lift, days = 1, price = logNormal(1) } = crowd;
  const byDay = Array.from({ length: days }, (): DrawnDay => ({ variants: new Map(), revenue: [] }));
  for (let n = 0; n < visitors; n++) {
    const isOn = random() < share;
    const variant = isOn ? 'test/on' : 'test/off';
    for (const [day, sums] of reportsOf(random, variant, isOn ? lift : 1, { days, price })) {
      const { variants, revenue } = byDay[day];
      const known = variants.get(variant);
      variants.set(variant, known ? combined(known, sums, 1) : sums);
      revenue.push(...revenueSteps(sums));
    }
  }
  return byDay;
}

/** A visitor's reports, one a day with a session. */
function reportsOf(
  random: Random,
  variant: string,
  factor: number,
  { days, price }: Required<Pick<Crowd, 'days' | 'price'>>,
): [number, VisitorSums][] {
  const sessions = Math.min(200, Math.floor(random() ** (-1 / 2.2)));
  const chance = factor * Math.min(0.5, -0.03 * Math.log(1 - random()));
  const buys = random() < factor * Math.min(0.5, 0.03 * sessions);
  const arrival = Math.floor(random() * days);
  const perDay = new Map<number, number>([[arrival, 1]]);
  for (let session = 1; session < sessions; session++) {
    const day = arrival + Math.floor(random() * (days - arrival));
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  const dates = [...perDay].sort(([a], [b]) => a - b);
  const buyingDay = dates[Math.floor(random() * dates.length)][0];
  const totals: VisitorTotals = { impressions: 0, clicks: 0, carts: 0, purchases: 0, revenue: {} };
  let before: VisitorSums | null = null;
  return dates.map(([day, count]): [number, VisitorSums] => {
    const seen = poisson(random, 8 * count);
    totals.impressions += seen;
    totals.clicks += poisson(random, seen * chance);
    if (buys && day === buyingDay) {
      totals.purchases = 1 + poisson(random, 0.5);
      totals.carts = totals.purchases + poisson(random, 0.5);
      let revenue = 0;
      for (let item = 0; item < totals.purchases; item++) revenue += price(random);
      totals.revenue = { EUR: revenue };
    }
    const now = sumsOf(variant, totals);
    const report = before ? combined(now, before, -1) : now;
    before = now;
    return [day, report];
  });
}

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** By the product of uniform numbers; large means by the normal distribution. */
function poisson(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > end; product *= random()) count++;
  return count;
}
