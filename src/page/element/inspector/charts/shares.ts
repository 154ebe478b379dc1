import type { InspectedExpert, JournalChoice } from '../../../../device/protocol';

/** Key of the combined share of all candidates that were never kept. */
export const ON_TRIAL = 'trial';
/** Key of the combined share of all experts that were dropped. */
export const DROPPED = 'dropped';

/** One expert, or all of a kind together, in the chart of shares. */
export interface ShareSeries {
  /** Id of the expert, as text. */
  key: string;
  /** Its share after each choice, 0 to 1. */
  values: number[];
}

/**
 * Shares of the experts in the list after each choice: one series for each kept expert, one for all that were dropped, and one for
 * all that are or were on trial. At every choice, the shares add up to 1.
 */
export function shareSeries(
  choices: readonly Pick<JournalChoice, 'shares'>[],
  experts: readonly Pick<InspectedExpert, 'id' | 'state'>[],
): ShareSeries[] {
  const idsOf = (isOne: (state: InspectedExpert['state']) => boolean): number[] =>
    experts.flatMap(({ id, state }) => (isOne(state) ? [id] : [])).toSorted((a, b) => a - b);
  const kept = idsOf((state) => state !== 'candidate' && state !== 'removed');
  const dropped = idsOf((state) => state === 'removed');
  const sums = (has: (id: number) => boolean): number[] =>
    choices.map(({ shares }) => shares.reduce((sum, [id, share]) => (has(id) ? sum + share : sum), 0));
  return [
    ...kept.map((id) => ({ key: `${id}`, values: sums((one) => one === id) })),
    { key: DROPPED, values: sums((id) => dropped.includes(id)) },
    { key: ON_TRIAL, values: sums((id) => !kept.includes(id) && !dropped.includes(id)) },
  ].filter(({ values }) => values.some((value) => value > 0));
}

/** Size of a sparkline in its own units. */
const HEIGHT = 20;
const WIDTH = 100;
/** Room for the width of the line at 0 and 1. */
const MARGIN = 1;

/** The points of a sparkline over the choices, with the newest at the right edge. @param values 0 to 1, oldest first */
export function sparkline(values: readonly number[]): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  return values
    .map(
      (value, n) =>
        `${round(WIDTH - (values.length - 1 - n) * step)},${round(MARGIN + (HEIGHT - 2 * MARGIN) * (1 - value))}`,
    )
    .join(' ');
}

const round = (value: number): number => Math.round(100 * value) / 100;
