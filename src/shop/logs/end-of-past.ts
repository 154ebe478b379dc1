import type { LogEvent } from './event-log';

/**
 * The first moment that no longer belongs to the past of a log.
 * @param share share of the events that is the past, 0..1; events of one time stay together, after it
 */
export function endOfPast(events: readonly LogEvent[], share: number): number {
  const at = Math.floor(events.length * share);
  return at < events.length ? events[at].time : Number.POSITIVE_INFINITY;
}
