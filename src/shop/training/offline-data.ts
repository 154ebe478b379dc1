export interface Interaction {
  user: string;
  /** Row in the catalogue. */
  row: number;
  /** Only the order counts. */
  time: number;
}

/**
 * The catalogue rows of each user's choices, oldest first, including users with a single choice.
 * @param interactions sorted by time
 */
export function choiceSequences(interactions: readonly Interaction[]): number[][] {
  const sequences = new Map<string, number[]>();
  for (const { user, row } of interactions) {
    const own = sequences.get(user);
    if (own) own.push(row);
    else sequences.set(user, [row]);
  }
  return [...sequences.values()];
}

/**
 * Cuts a stream into windows of equal counts.
 * @param stream sorted by time
 * @param count number of windows, 1 or more; fewer if the stream is shorter
 */
export function cutWindows<T>(stream: readonly T[], count: number): T[][] {
  const bound = (window: number): number => Math.round((window * stream.length) / count);
  const windows = Array.from({ length: count }, (_, window) => stream.slice(bound(window), bound(window + 1)));
  return windows.filter((window) => window.length > 0);
}
