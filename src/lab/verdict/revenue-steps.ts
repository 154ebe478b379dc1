import type { VisitorSums } from '../../device/experiment/visitors';

/** A visitor's revenue under a variant in one currency according to one report: the totals before and after it. */
export interface RevenueStep {
  /** `experiment/variant`. */
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
