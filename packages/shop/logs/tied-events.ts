import { md5 } from '@noble/hashes/legacy.js';

type TimedEvent = { user: string; item: string; time: number; type?: string };

/**
 * Sorts events by time, in place. The order of events of one time is drawn at random, from their items, the time and the seed: many
 * files sort the lines of an order by item, and a model that learns line by line would learn that order. It is the order of
 * `sql/places.sql`.
 * @param seed of the random order. Default 1
 */
export function sortByTime<T extends TimedEvent>(events: T[], seed = 1): void {
  events.sort((a, b) => a.time - b.time);
  for (let start = 0, end = 1; start < events.length; start = end++) {
    while (events[end]?.time === events[start].time) end++;
    if (end === start + 1) continue;
    const drawn = events
      .slice(start, end)
      .map((event) => ({ event, draw: drawOf(`${event.item} ${event.time} ${seed}`) }));
    drawn.sort(({ event: a, draw: first }, { event: b, draw: second }) => first - second || compareTexts(a, b));
    for (const [n, { event }] of drawn.entries()) events[start + n] = event;
  }
}

const TEXT = new TextEncoder();

/** The first 12 hex digits of the MD5 digest, as a number. */
const drawOf = (text: string): number =>
  md5(TEXT.encode(text))
    .subarray(0, 6)
    .reduce((sum, byte) => sum * 256 + byte, 0);

const compareTexts = (a: TimedEvent, b: TimedEvent): number =>
  compareCodePoints(a.user, b.user) ||
  compareCodePoints(a.item, b.item) ||
  compareCodePoints(a.type ?? '', b.type ?? '');

/** As databases compare texts. By `<`, characters beyond U+FFFF come before those from U+E000. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
}

/** -1 at the end of a text. Halves of characters beyond U+FFFF come last. */
const rankOf = (unit: number): number =>
  Number.isNaN(unit) ? -1 : unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
