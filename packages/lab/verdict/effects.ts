import type { Moments, VisitorSums } from '../../../src/device/experiment';
import { mixtureHalfWidth, mixtureP, normalQuantile } from './mixture';

/** Sums over visitors from which a mean or a ratio, and its error, are computed: of y = 1 for a mean per visitor. */
export interface RatioSums {
  visitors: number;
  /** Visitors with x above 0. */
  active: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
}

/** A metric of the visitors of a variant. */
export interface Measure {
  name: string;
  /** For people: `Visitors who bought`. */
  title: string;
  /** `share`: of the visitors; `ratio`: of two counts; `mean`: per visitor. */
  kind: 'share' | 'ratio' | 'mean';
  /** Currency of the revenue. */
  currency?: string;
  sums(of: VisitorSums): RatioSums;
}

const NONE: Moments = { visitors: 0, sum: 0, squares: 0 };

const perVisitor = (visitors: number, { visitors: active, sum, squares }: Moments): RatioSums => ({
  visitors,
  active,
  x: sum,
  xx: squares,
  y: visitors,
  xy: sum,
  yy: visitors,
});

/** Share of the visitors with a count above 0. Lost reports may leave more of these than visitors. */
const share = (name: string, title: string, count: 'clicks' | 'carts' | 'purchases'): Measure => ({
  name,
  title,
  kind: 'share',
  sums: ({ visitors, ...of }) => {
    const active = Math.min(of[count].visitors, visitors);
    return perVisitor(visitors, { visitors: active, sum: active, squares: active });
  },
});

const mean = (name: string, title: string, count: 'impressions' | 'clicks' | 'carts' | 'purchases'): Measure => ({
  name,
  title,
  kind: 'mean',
  sums: (of) => perVisitor(of.visitors, of[count]),
});

const ratio = (
  ...[name, title, x, y, product]: [
    string,
    string,
    'clicks' | 'purchases',
    'impressions' | 'clicks',
    keyof VisitorSums['products'],
  ]
): Measure => ({
  name,
  title,
  kind: 'ratio',
  sums: ({ visitors, products, ...of }) => ({
    visitors,
    active: of[x].visitors,
    x: of[x].sum,
    xx: of[x].squares,
    y: of[y].sum,
    yy: of[y].squares,
    xy: products[product],
  }),
});

const revenue = (currency: string): Measure => ({
  name: `revenue-${currency}`,
  title: `Revenue per visitor, ${currency}`,
  kind: 'mean',
  currency,
  sums: (of) => perVisitor(of.visitors, Object.hasOwn(of.revenue, currency) ? of.revenue[currency] : NONE),
});

const MEASURES: readonly Measure[] = [
  share('buyers', 'Visitors who bought', 'purchases'),
  share('adders', 'Visitors who added to the cart', 'carts'),
  share('clickers', 'Visitors who clicked a list', 'clicks'),
  ratio('clicks-per-impression', 'Clicks per impression', 'clicks', 'impressions', 'clicksImpressions'),
  ratio('purchases-per-click', 'All purchases per click on a list', 'purchases', 'clicks', 'purchasesClicks'),
  mean('impressions', 'Impressions per visitor', 'impressions'),
  mean('clicks', 'Clicks per visitor', 'clicks'),
  mean('carts', 'Carts per visitor', 'carts'),
  mean('purchases', 'Purchases per visitor', 'purchases'),
];

/** Names of the metrics that are shares of the visitors, by which a pilot is judged. */
export const SHARES = MEASURES.filter(({ kind }) => kind === 'share').map(({ name }) => name);

/** All metrics of some variants; revenue in each occurring currency. */
export function measuresOf(variants: readonly VisitorSums[]): Measure[] {
  const currencies = new Set(variants.flatMap((of) => Object.keys(of.revenue)));
  return [...MEASURES, ...[...currencies].sort().map(revenue)];
}

/** A mean or ratio with its standard error. */
export interface Estimate {
  visitors: number;
  active: number;
  value: number;
  se: number;
}

/**
 * R = sum x / sum y with its error by the delta method, where the visitor is the unit: se^2 = sum (x - R y)^2 / (n - 1) / n /
 * mean(y)^2. The actions of one visitor are not independent, however often the visitor comes; visitors are.
 * @returns null below two visitors, or if y is 0
 */
export function estimate({ visitors, active, x, y, xx, xy, yy }: RatioSums): Estimate | null {
  if (visitors < 2 || y <= 0) return null;
  const value = x / y;
  const residual = Math.max(0, xx - 2 * value * xy + value * value * yy);
  const perUnit = residual / (visitors - 1);
  return { visitors, active, value, se: Math.sqrt(perUnit / visitors) / (y / visitors) };
}

/** A difference from the control, or a change relative to it, with two intervals. */
export interface Effect {
  value: number;
  se: number;
  /** Holds with probability 1 - alpha at a single look that was fixed in advance. */
  once: [low: number, high: number];
  /** Holds with probability 1 - alpha at all looks simultaneously. */
  always: [low: number, high: number];
  /** Smallest alpha at which `always` excludes zero, at most 1. */
  p: number;
}

/** @param sought size of the effect worth finding, in the unit of `value` */
function effect(value: number, se: number, alpha: number, sought: number): Effect | null {
  if (!(se > 0 && sought > 0 && Number.isFinite(value))) return null;
  const z = normalQuantile(1 - alpha / 2);
  const information = 1 / se ** 2;
  const rho = 1 / sought ** 2;
  const half = mixtureHalfWidth(information, rho, alpha) / information;
  return {
    value,
    se,
    once: [value - z * se, value + z * se],
    always: [value - half, value + half],
    p: Math.min(1, mixtureP(value * information, information, rho)),
  };
}

/**
 * A variant against the control. The interval of the relative change comes from the logarithm of the ratio: it is equally likely
 * to be wrong on either side, even if the control is not known well.
 * @param sought smallest relative effect worth finding: 0.05 for 5 %
 * @returns nulls if a variant has no estimate or nothing varies
 */
export function compared(
  control: Estimate | null,
  variant: Estimate | null,
  { alpha, effect: sought }: { alpha: number; effect: number },
): { difference: Effect | null; relative: Effect | null } {
  if (!control || !variant) return { difference: null, relative: null };
  const [{ value: zero, se: seZero }, { value: one, se: seOne }] = [control, variant];
  const difference = effect(one - zero, Math.hypot(seOne, seZero), alpha, sought * zero);
  if (!(zero > 0 && one > 0)) return { difference, relative: null };
  const log = effect(Math.log(one / zero), Math.hypot(seOne / one, seZero / zero), alpha, Math.log1p(sought));
  return { difference, relative: log && asChange(log) };
}

/** From the logarithm of a ratio to a change. */
const asChange = ({ value, se, once, always, p }: Effect): Effect => ({
  value: Math.expm1(value),
  se: Math.exp(value) * se,
  once: [Math.expm1(once[0]), Math.expm1(once[1])],
  always: [Math.expm1(always[0]), Math.expm1(always[1])],
  p,
});
