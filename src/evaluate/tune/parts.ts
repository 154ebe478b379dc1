import { SidestreamError } from '../../error';
import type { Shopper } from '../shoppers';

/** Settings are chosen on the first part of the shoppers, confirmed on the second, and looked at once on the third. */
export const TUNING_PARTS = ['choose', 'confirm', 'report'] as const;
export type TuningPartName = (typeof TUNING_PARTS)[number];

/** Share of the shoppers in each part, in this order. */
const SHARES: Record<TuningPartName, number> = { choose: 0.4, confirm: 0.3, report: 0.3 };
/** Events that a shopper must have in the part's own time. */
export const LEAST_EVENTS = 20;
/** Fewer shoppers of a part are too few to tell an effect from chance. */
export const LEAST_SHOPPERS = 15;

/**
 * Splits shoppers by who they are and when they came: the parts have other shoppers, and no event of a part is later than the
 * first event of the next part.
 * @param cold of whom the past knows nothing, by their first event
 * @param most shoppers of each part; an even selection of more
 * @throws SidestreamError `runtime/invalid-input` where a part has fewer than 15 shoppers with 20 events
 */
export function tuningParts(
  cold: readonly Shopper[],
  most: Record<TuningPartName, number>,
): Record<TuningPartName, Shopper[]> {
  const ends = TUNING_PARTS.map((_, n) => {
    const share = TUNING_PARTS.slice(0, n + 1).reduce((sum, name) => sum + SHARES[name], 0);
    return Math.round(share * cold.length);
  });
  const parts = TUNING_PARTS.map((name, n) => {
    const until = cold[ends[n]]?.times[0] ?? Number.POSITIVE_INFINITY;
    const own = cold.slice(ends[n - 1] ?? 0, ends[n]).flatMap(({ id, rows, times }) => {
      const count = times.filter((time) => time < until).length;
      return count < LEAST_EVENTS ? [] : [{ id, rows: rows.slice(0, count), times: times.slice(0, count) }];
    });
    if (own.length < LEAST_SHOPPERS) throw tooFew(own.length);
    const taken = Math.min(most[name], own.length);
    return [name, Array.from({ length: taken }, (_, at) => own[Math.floor((at * own.length) / taken)])] as const;
  });
  return Object.fromEntries(parts) as Record<TuningPartName, Shopper[]>;
}

const tooFew = (count: number): SidestreamError =>
  new SidestreamError(
    'runtime/invalid-input',
    `The log is too short to choose settings on: a part of it has ${count} new shoppers with ${LEAST_EVENTS} events, and needs ${LEAST_SHOPPERS}. Give a longer log, or a smaller --past.`,
  );
