import type { LogEvent } from './event-log';

/**
 * The first moment after the past of a log.
 * @param share share of the events that forms the past, 0..1; events with the same time stay together, after the past
 */
export function endOfPast(events: readonly LogEvent[], share: number): number {
  const at = Math.floor(events.length * share);
  return at < events.length ? events[at].time : Number.POSITIVE_INFINITY;
}
