import type { RankCase } from './rank-quality';

/** One choice of one user. */
export interface Interaction {
  user: string;
  /** Row of the catalogue. */
  row: number;
  /** Only the order counts. */
  time: number;
}

/** Choices as training data. */
export interface OfflineData {
  /** The catalogue rows of each user's choices, oldest first; users with one choice among them. */
  sequences: Int32Array[];
  /** How often each item was chosen. */
  popularity: Float32Array;
  /** Later choices, each with all earlier choices of its user. */
  validation: RankCase[];
}

/**
 * Splits choices by time into those to learn from and a last share to validate on.
 * @param interactions sorted by time
 * @param count items in the catalogue
 * @param share of the choices that are validation, 0 to 1; those of users without an earlier choice are left out
 */
export function offlineData(interactions: readonly Interaction[], count: number, share = 0.1): OfflineData {
  const cut = Math.round(interactions.length * (1 - share));
  const histories = new Map<string, number[]>();
  const popularity = new Float32Array(count);
  const tail: { history: number[]; length: number; target: number }[] = [];
  let sequences: Int32Array[] | null = null;
  const freeze = (): Int32Array[] => [...histories.values()].map((rows) => Int32Array.from(rows));
  for (const [index, { user, row }] of interactions.entries()) {
    if (index === cut) sequences = freeze();
    let history = histories.get(user);
    if (!history) {
      history = [];
      histories.set(user, history);
    }
    if (index < cut) popularity[row]++;
    else if (history.length > 0) tail.push({ history, length: history.length, target: row });
    history.push(row);
  }
  sequences ??= freeze();
  const whole = new Map<number[], Int32Array>();
  const rowsOf = (history: number[]): Int32Array => {
    const known = whole.get(history) ?? Int32Array.from(history);
    whole.set(history, known);
    return known;
  };
  const validation = tail.map(({ history, length, target }) => ({
    history: rowsOf(history).subarray(0, length),
    target,
  }));
  return { sequences, popularity, validation };
}
