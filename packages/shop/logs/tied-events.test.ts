import { expect, it } from 'vitest';
import type { LogEvent } from './event-log';
import { readLog } from './event-log';
import { readNotes } from './log-notes';
import { sortByTime } from './tied-events';

/** Orders of ten lines, each sorted by item. */
const orders = (shoppers: number): LogEvent[] =>
  Array.from({ length: 10 * shoppers }, (_, n) => ({
    user: `u${Math.floor(n / 10)}`,
    item: `${100 + (7 * Math.floor(n / 10)) + (n % 10)}`,
    time: Math.floor(n / 10),
  }));

const sorted = (events: readonly LogEvent[], seed?: number): LogEvent[] => {
  const own = [...events];
  sortByTime(own, seed);
  return own;
};

it("draws the order of a shopper's events of one time, whatever the order of the file", () => {
  const events = orders(50);
  const drawn = sorted(events);
  expect(drawn).toEqual(sorted(events.toReversed()));
  expect(drawn).not.toEqual(events);
  expect(drawn.map(({ time }) => time)).toEqual(events.map(({ time }) => time));
  expect(new Set(drawn)).toEqual(new Set(events));
  expect(sorted(events, 2)).not.toEqual(drawn);
});

it('leaves no trace of the order of items: each of two is first about as often', () => {
  const events = Array.from({ length: 2000 }, (_, n) => ({ user: `u${n >> 1}`, item: `${n % 2}`, time: n >> 1 }));
  const first = sorted(events).filter(({ item }, n) => n % 2 === 0 && item === '0').length;
  expect(first).toBeGreaterThan(450);
  expect(first).toBeLessThan(550);
});

it('keeps the order of times, and of a file without ties', () => {
  const events = orders(5).map((event, n) => ({ ...event, time: n }));
  expect(sorted(events.toReversed())).toEqual(events);
});

it('tells the shop, once', async () => {
  const lines = orders(3).map(({ user, item, time }) => `${user},${item},${time}`);
  const notes = async (...rows: string[]) =>
    readNotes(await readLog('log.csv', [['user,item,time', ...rows].join('\n')])).filter((note) =>
      note.includes('drawn'),
    );
  const [note, ...more] = await notes(...lines);
  expect(note).toMatch(/^27 events have the time of the event before them of their shopper/);
  expect(more).toEqual([]);
  expect(await notes('u,a,1', 'v,a,1')).toEqual([]);
});
