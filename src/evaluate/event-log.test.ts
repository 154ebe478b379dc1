import { describe, expect, test } from 'vitest';
import { readEvents } from './event-log';

describe('a log in CSV', () => {
  test('is read under the names logs use, sorted by time, events of one time in the order of the file', async () => {
    const csv = '\uFEFFTimestamp,user_id,itemId,rating,event\r\n20,7,b,1,click\r\n10,7,a,2,\r\n20,8,"c,1",3,view\r\n';
    const { events, rejected } = await readEvents(csv.match(/[\s\S]{1,5}/g) ?? [], 'csv');
    expect(rejected).toEqual([]);
    expect(events).toEqual([
      { user: '7', item: 'a', time: 10_000 },
      { user: '7', item: 'b', time: 20_000, type: 'click' },
      { user: '8', item: 'c,1', time: 20_000, type: 'view' },
    ]);
  });

  test('may have semicolons, dates, milliseconds and quoted line ends', async () => {
    const csv = 'user;note;item;time\nu;"two\nlines";a;2026-01-31T12:00:00Z\nu;x;b;1700000000000\nu;x;;1\n';
    const { events, rejected } = await readEvents([csv], 'csv');
    expect(events).toEqual([
      { user: 'u', item: 'b', time: 1_700_000_000_000 },
      { user: 'u', item: 'a', time: Date.UTC(2026, 0, 31, 12) },
    ]);
    expect(rejected).toEqual([{ line: 5, field: 'item', reason: 'is empty' }]);
  });

  test('gives the line, field and reason of every bad row and keeps the others', async () => {
    const csv = `user,item,time\nu,a,yesterday\n,a,1\nu,a\nu,a,-5\nu,a,\nu,${'x'.repeat(257)},1\nu,a,1\n`;
    const { events, rejected } = await readEvents([csv], 'csv');
    expect(events).toHaveLength(1);
    expect(rejected.map(({ line, field }) => [line, field])).toEqual([
      [2, 'time'],
      [3, 'user'],
      [4, 'time'],
      [5, 'time'],
      [6, 'time'],
      [7, 'item'],
    ]);
    expect(rejected[0].reason).toContain('seconds or milliseconds');
    expect(rejected[2].reason).toBe('is missing');
  });

  test('without a needed column gives one rejected row for the header', async () => {
    const { events, rejected } = await readEvents(['who,item,time\nu,a,1\nu,a,2\n'], 'csv');
    expect(events).toEqual([]);
    expect(rejected).toEqual([{ line: 1, field: 'user', reason: expect.stringContaining('visitorid') }]);
  });
});

describe('a log in JSON lines', () => {
  test('is read like one in CSV; null is absent', async () => {
    const lines = [
      { visitorid: 3, sku: 'b', ts: 1_700_000_000_000, event: null },
      { user: 'x', item: 9, time: '1600000000', other: [1] },
    ];
    const { events, rejected } = await readEvents(
      lines.map((line) => `${JSON.stringify(line)}\n`),
      'jsonl',
    );
    expect(rejected).toEqual([]);
    expect(events).toEqual([
      { user: 'x', item: '9', time: 1_600_000_000_000 },
      { user: '3', item: 'b', time: 1_700_000_000_000 },
    ]);
  });

  test('reports rows that are no events', async () => {
    const { events, rejected } = await readEvents(
      ['[]\n{"user":\n\n{"user": {}, "item": "a", "time": 1}\n{"user": "u", "item": "a", "time": 1, "type": 4}\n'],
      'jsonl',
    );
    expect(events).toEqual([]);
    expect(rejected.map(({ line, field }) => [line, field])).toEqual([
      [1, 'row'],
      [2, 'row'],
      [4, 'user'],
      [5, 'type'],
    ]);
    expect(rejected[2].reason).toBe('must be a text or a number');
  });
});

test('an empty log is empty', async () => {
  expect(await readEvents([], 'csv')).toEqual({ events: [], rejected: [] });
  expect(await readEvents([''], 'jsonl')).toEqual({ events: [], rejected: [] });
});
