import type { PooledEvent } from './event-log';

/** One shopper's stream, as rows of the catalogue, oldest first. */
export interface Shopper {
  id: string;
  rows: number[];
  /** Milliseconds since the epoch, same length. */
  times: number[];
}

/** Events up to a moment, and the shoppers who came after it. */
export interface ColdSplit {
  /** First moment of the later part. */
  since: number;
  /** Events before `since`. */
  past: PooledEvent[];
  /** Shoppers without an event before `since` and with at least `minEvents` after it, by their first event. */
  cold: Shopper[];
}

/**
 * The first moment that no longer belongs to the past of a log.
 * @param share share of the events that is the past, 0..1; events of one time stay together, after it
 */
export function endOfPast(events: readonly PooledEvent[], share: number): number {
  const at = Math.floor(events.length * share);
  return at < events.length ? events[at].time : Number.POSITIVE_INFINITY;
}

/**
 * Splits a log by time for shoppers that a model of the past has never seen.
 * @param share share of the events that is the past, 0..1
 * @param rowOf row of an item id; events on other items are left out
 */
export function coldShoppers(
  events: readonly PooledEvent[],
  share: number,
  minEvents: number,
  rowOf: ReadonlyMap<string, number>,
): ColdSplit {
  const since = endOfPast(events, share);
  const past = events.filter(({ time }) => time < since);
  const known = new Set(past.map(({ user }) => user));
  const later = new Map<string, Shopper>();
  for (const { user, item, time } of events) {
    const row = rowOf.get(item);
    if (time < since || known.has(user) || row === undefined) continue;
    let shopper = later.get(user);
    if (!shopper) {
      shopper = { id: user, rows: [], times: [] };
      later.set(user, shopper);
    }
    shopper.rows.push(row);
    shopper.times.push(time);
  }
  return { since, past, cold: [...later.values()].filter(({ rows }) => rows.length >= minEvents) };
}
