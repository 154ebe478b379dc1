import type { LogEvent } from '../../../shop/logs';
import { shoppersOf } from '../shoppers';

/** The choices of a user, oldest first. */
export interface ChoiceHistory {
  /** Rows of the catalogue. */
  rows: Int32Array;
  /** Milliseconds since the epoch, same length. */
  times: Float64Array;
  /** Time of the next choice, milliseconds since the epoch; absent if the history ends here. */
  next?: number;
}

export const historyOf = (rows: readonly number[], times: readonly number[]): ChoiceHistory => ({
  rows: Int32Array.from(rows),
  times: Float64Array.from(times),
});

/** The first choices of a history. */
export const firstChoices = ({ rows, times }: ChoiceHistory, count: number): ChoiceHistory => ({
  rows: rows.subarray(0, count),
  times: times.subarray(0, count),
  next: times[count],
});

/** A choice to be ranked, with all earlier choices of its user. */
export interface ChoiceCase {
  history: ChoiceHistory;
  /** Row of the catalogue; not in the history. */
  target: number;
}

/** A log with the last choices of every user held out. */
export interface LeaveOneOutSplit {
  /** All but the last two choices of every user. */
  training: ChoiceHistory[];
  /** The last but one choice of every user, after `training`. Settings are chosen on it. */
  validation: ChoiceCase[];
  /** All but the last choice of every user: `training` and the choices of `validation`. */
  whole: ChoiceHistory[];
  /** The last choice of every user, after `whole`. Read once. */
  test: ChoiceCase[];
}

/** Minimum number of choices of a user of whom two are held out: one remains from which to rank the first of them. */
const MIN_CHOICES = 3;

/**
 * Holds out the last two choices of every user. Choices of users with fewer than three are all used for training and never
 * ranked. A repeated choice is not a discovery and is not ranked either.
 * @param events sorted by time; events with the same time in the order of the log
 * @param rowOf row of an item id; events on other items are left out
 */
export function leaveOneOut(events: readonly LogEvent[], rowOf: ReadonlyMap<string, number>): LeaveOneOutSplit {
  const split: LeaveOneOutSplit = { training: [], validation: [], whole: [], test: [] };
  for (const { rows, times } of shoppersOf(events, rowOf)) {
    const all = historyOf(rows, times);
    if (rows.length < MIN_CHOICES) {
      split.training.push(all);
      split.whole.push(all);
      continue;
    }
    const [training, whole] = [2, 1].map((held) => firstChoices(all, rows.length - held));
    split.training.push(training);
    split.whole.push(whole);
    for (const [cases, history] of [
      [split.validation, training],
      [split.test, whole],
    ] as const) {
      const target = rows[history.rows.length];
      if (!history.rows.includes(target)) cases.push({ history, target });
    }
  }
  return split;
}
