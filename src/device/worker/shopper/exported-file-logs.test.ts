import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedEvent, NewEvent } from '../../../core/events';
import { joinLogs } from './exported-file';

const event = fc.record<NewEvent>({
  type: fc.constantFrom('click', 'impression'),
  itemId: fc.constantFrom('a', 'b'),
  time: fc.nat({ max: 4 }),
});
const log = fc.array(event, { maxLength: 8 });
/** With the ids of a log in which events were tracked in chronological order. */
const logged = (events: readonly NewEvent[], from = 1): LoggedEvent[] =>
  events.toSorted((one, two) => one.time - two.time).map((one, n) => ({ ...one, id: from + n }));
const plain = (events: readonly LoggedEvent[]) => events.map(({ type, itemId, time }) => ({ type, itemId, time }));
const keys = (events: readonly NewEvent[]) =>
  events.map(({ type, itemId, time }) => `${time} ${type} ${itemId}`).sort();

describe('joinLogs', () => {
  it('orders both by time, numbers the added events after the log, and marks them as foreign', () => {
    const own = logged([
      { type: 'click', itemId: 'a', time: 10 },
      { type: 'click', itemId: 'b', time: 30 },
    ]);
    const other: NewEvent[] = [
      { type: 'cart', itemId: 'c', time: 20 },
      { type: 'click', itemId: 'b', time: 30 },
    ];
    const { events, added, known, leftOut } = joinLogs(own, other, 7);
    expect(events.map(({ id, itemId }) => [id, itemId])).toEqual([
      [1, 'a'],
      [8, 'c'],
      [2, 'b'],
    ]);
    expect(added).toEqual([{ ...other[0], id: 8, imported: true }]);
    expect([known, leftOut]).toEqual([1, 0]);
  });

  it('takes a number of steps that grows with the logs, however many of their events are equal', () => {
    const equal = logged(Array.from({ length: 2000 }, () => ({ type: 'click', itemId: 'a', time: 1 })));
    const iterator = Object.getPrototypeOf([][Symbol.iterator]());
    const { next } = iterator;
    let taken = 0;
    iterator.next = function () {
      taken++;
      return next.call(this);
    };
    const { events, known } = joinLogs(equal, equal, 2000);
    iterator.next = next;
    expect([events.map(({ id }) => id), known]).toEqual([equal.map(({ id }) => id), 2000]);
    expect(taken).toBeLessThan(20 * 2000);
  });

  it('leaves out events that the log may have had before it was cut, and keeps its own', () => {
    const own = logged([{ type: 'click', itemId: 'b', time: 30 }], 5);
    const other: NewEvent[] = [
      { type: 'click', itemId: 'a', time: 10 },
      { type: 'click', itemId: 'b', time: 30 },
      { type: 'click', itemId: 'a', time: 40 },
    ];
    const { events, known, leftOut } = joinLogs(own, other, 5, 30);
    expect(plain(events)).toEqual(other.slice(1));
    expect([known, leftOut]).toEqual([1, 1]);
  });

  it('comes to the same order on both devices, with every event as often as the log that has it more often', () => {
    fc.assert(
      fc.property(log, log, log, (both, here, there) => {
        const [one, two] = [logged([...both, ...here]), logged([...both, ...there])];
        const first = joinLogs(one, plain(two), 100).events;
        const second = joinLogs(two, plain(one), 100).events;
        expect(plain(first)).toEqual(plain(second));
        const count = (all: string[], key: string) => all.filter((other) => other === key).length;
        for (const key of new Set([...keys(one), ...keys(two)]))
          expect(count(keys(first), key)).toBe(Math.max(count(keys(one), key), count(keys(two), key)));
        // Joining again adds nothing.
        const again = joinLogs(logged(first), plain(two), 100);
        expect(again.added).toEqual([]);
        expect(plain(again.events)).toEqual(plain(first));
      }),
      { seed: 3 },
    );
  });
});
