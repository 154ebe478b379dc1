import { addToGroup } from '../../core/common/grouped';
import { hash32 } from '../../core/common/hash';

type TimedEvent = { user: string; item: string; time: number };

/** Events of one shopper at one time on several items, such as the lines of an order. */
export interface Ties {
  /** Number of events that share shopper and time with another. */
  events: number;
  /** Number of such groups, and of those that the file sorts by item. */
  groups: number;
  sorted: number;
}

/**
 * Sorts events by time, in place. The order of a shopper's events of one time is drawn at random, from their items, the time and the
 * seed: many files sort the lines of an order by item, and a model that learns line by line would learn that order.
 * @param seed of the random order. Default 1
 * @returns how many events share their time, counted before their order is drawn
 */
export function sortByTime<T extends TimedEvent>(events: T[], seed = 1): Ties {
  events.sort((a, b) => a.time - b.time);
  const ties: Ties = { events: 0, groups: 0, sorted: 0 };
  for (let start = 0, end = 1; start < events.length; start = end++) {
    if (events[end]?.time !== events[start].time) continue;
    const places = new Map<string, number[]>();
    for (end = start; events[end]?.time === events[start].time; end++) addToGroup(places, events[end].user, end);
    for (const own of places.values()) if (own.length > 1) drawOrder(events, own, seed, ties);
  }
  return ties;
}

function drawOrder<T extends TimedEvent>(events: T[], places: readonly number[], seed: number, ties: Ties): void {
  const group = places.map((place) => events[place]);
  if (group.every(({ item }) => item === group[0].item)) return;
  ties.events += group.length;
  ties.groups++;
  if (group.every(({ item }, n) => n === 0 || compare(group[n - 1].item, item) <= 0)) ties.sorted++;
  const drawn = group.map((event) => ({ event, key: hash32(`${event.item} ${event.time} ${seed}`) }));
  drawn.sort((a, b) => a.key - b.key);
  for (const [n, { event }] of drawn.entries()) events[places[n]] = event;
}

/** Ids that are numbers are compared as numbers. */
const compare = (a: string, b: string): number => Number(a) - Number(b) || (a < b ? -1 : Number(a > b));
