import type { LoggedEvent, NewEvent } from '../../core/events';
import type { Store } from '../store';

/** Equal for the same event in two logs: the page gives every event of a visit a unique time. */
export const keyOf = ({ time, type, itemId }: NewEvent): string => `${time} ${type} ${itemId}`;

/** The part of a log that another one does not have yet. */
export async function without(log: Store, other: Store): Promise<Pick<Store, 'eventsAfter'>> {
  const known = new Set((await other.eventsAfter(0)).map(keyOf));
  return {
    eventsAfter: async (id) => (await log.eventsAfter(id)).filter((event) => !known.has(keyOf(event))),
  };
}

export interface JoinedLogs {
  events: LoggedEvent[];
  /** The part that the other log adds to this one, by time, with ids behind it. */
  added: LoggedEvent[];
  /** Number of events of the other log that this one has already. */
  known: number;
  /** Number of events of the other log that were left out: this log may have had them before it was cut. */
  leftOut: number;
}

/**
 * Joins the logs of two devices by time. An event in both logs counts once: as often as in the log that has it more often.
 * Events with the same time keep the order of their log; between two logs, the order does not depend on which of the two is
 * `own`, so both devices get the same result.
 * @param after ids of added events begin after it
 * @param since time from which on this log is complete. Default: always
 */
export function joinLogs(
  own: readonly LoggedEvent[],
  other: readonly NewEvent[],
  after: number,
  since = 0,
): JoinedLogs {
  const left = new Map<string, LoggedEvent[]>();
  for (const event of own) left.set(keyOf(event), [...(left.get(keyOf(event)) ?? []), event]);
  const added: LoggedEvent[] = [];
  const known = new Set<LoggedEvent>();
  const sorted = byTime(other);
  const theirs = sorted.flatMap((event) => {
    const same = left.get(keyOf(event))?.shift();
    if (same) known.add(same);
    else if (event.time >= since) added.push({ ...event, id: after + 1 + added.length, imported: true });
    else return [];
    return [same ?? added[added.length - 1]];
  });
  const events = isFirst(byTime(own), sorted)
    ? [...own, ...added]
    : [...theirs, ...own.filter((event) => !known.has(event))];
  return { events: byTime(events), added, known: known.size, leftOut: sorted.length - theirs.length };
}

/** The sort is stable. */
const byTime = <E extends NewEvent>(events: readonly E[]): E[] => events.toSorted((one, two) => one.time - two.time);

/** Whether a log sorts before another, by the first differing event. */
function isFirst(one: readonly NewEvent[], two: readonly NewEvent[]): boolean {
  const at = one.findIndex((event, n) => n >= two.length || keyOf(event) !== keyOf(two[n]));
  if (at < 0 || at >= two.length) return true;
  const [a, b] = [one[at], two[at]];
  return a.time === b.time ? keyOf(a) < keyOf(b) : a.time < b.time;
}
