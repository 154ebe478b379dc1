import type { InspectedExpert, JournalChoice } from '../../../../device/protocol';

/** Key of the combined share of all candidates that were never kept. */
export const ON_TRIAL = 'trial';

/** One expert, or all candidates together, in the chart of shares. */
export interface ShareSeries {
  /** Id of the expert, as text. */
  key: string;
  /** Its share after each choice, 0 to 1. */
  values: number[];
}

/**
 * Shares of the experts in the list after each choice: one series for each expert that is or was kept, and one for all that are
 * or were on trial. At every choice, the shares add up to 1.
 */
export function shareSeries(
  choices: readonly Pick<JournalChoice, 'shares'>[],
  experts: readonly Pick<InspectedExpert, 'id' | 'state'>[],
): ShareSeries[] {
  const kept = experts.filter(({ state }) => state !== 'candidate').map(({ id }) => id);
  const own = kept
    .toSorted((a, b) => a - b)
    .map((id) => ({
      key: `${id}`,
      values: choices.map(({ shares }) => shares.find(([one]) => one === id)?.[1] ?? 0),
    }));
  const trial = choices.map(({ shares }) =>
    shares.reduce((sum, [id, share]) => (kept.includes(id) ? sum : sum + share), 0),
  );
  const series = [...own, { key: ON_TRIAL, values: trial }];
  return series.filter(({ values }) => values.some((value) => value > 0));
}

/** Size of a sparkline in its own units. */
const HEIGHT = 20;
const WIDTH = 100;

/** The points of a sparkline over the choices, with the newest at the right edge. @param values 0 to 1, oldest first */
export function sparkline(values: readonly number[]): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  return values
    .map((value, n) => `${round(WIDTH - (values.length - 1 - n) * step)},${round(HEIGHT * (1 - value))}`)
    .join(' ');
}

const round = (value: number): number => Math.round(100 * value) / 100;
