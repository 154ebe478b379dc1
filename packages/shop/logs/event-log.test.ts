import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { COLUMNS, readLog, refusedRows } from './event-log';

describe('a log in CSV', () => {
  test('continues in the next line after a row whose quotes do not match, and names it', async () => {
    const rows = Array.from({ length: 4000 }, (_, n) => `u${n},${n === 1999 ? '"' : ''}a,${n + 1}`);
    const { events, rejected } = await readLog('log.csv', [`user,item,time\n${rows.join('\n')}\n`]);
    expect(events).toHaveLength(3999);
    expect(rejected).toEqual([{ line: 2001, field: 'row', reason: expect.stringContaining('not closed') }]);
    const broken = await readLog('log.csv', ['"user,item,time\nu,a,1\n']);
    expect(broken.rejected).toEqual([{ line: 1, field: 'row', reason: expect.stringContaining('names the columns') }]);
  });

  test('leaves out and counts returns, and a quantity of 0 only for a purchase', async () => {
    const quantities = ['2', '-1', '-2.5', '\u22123', '(4)', '5-', '0', '0.00', '0.4', '', 'n/a', '-', '"-1,000"'];
    const csv = `CustomerID,StockCode,InvoiceDate,Quantity\n${quantities.map((q, n) => `u,${n},1,${q}`).join('\n')}\n,b,2,-1\n`;
    const log = await readLog('log.csv', [csv]);
    expect(new Set(log.events.map(({ item }) => quantities[Number(item)]))).toEqual(
      new Set(['2', '0.4', '', 'n/a', '-']),
    );
    expect([log.returns, log.rejected]).toEqual([9, []]);
    const typed = await readLog('log.csv', ['user,item,time,type,qty\nu,a,1,view,0\nu,b,1,Order,0\nu,c,1,view,-1\n']);
    expect([typed.events.map(({ item }) => item), typed.returns]).toEqual([['a'], 2]);
    const lines = [1, -1, null].map((quantity) => JSON.stringify({ user: 'u', item: 'a', time: 1, quantity }));
    const json = await readLog('log.jsonl', [lines.join('\n')]);
    expect([json.events.length, json.returns]).toEqual([2, 1]);
  });

  test('reads the columns that a shop names, whatever they are called', async () => {
    const named = { user: 'Kunde', item: 'sku', time: 'am' } as const;
    const csv = await readLog('log.csv', ['Kunde;product; sku ;am\nu;x;a;1\n'], named);
    expect(csv.events).toMatchObject([{ user: 'u', item: 'a', time: 1000 }]);
    const json = await readLog('log.jsonl', ['{"Kunde":"u","product":"x","sku":"a","am":1}\n'], named);
    expect(json.events).toEqual(csv.events);
  });

  test('keeps which columns were read', async () => {
    const { columns, header } = await readLog('log.csv', ['Session ID;SKU;date;note\nu;a;1;x\n']);
    expect(columns).toEqual({ user: ['Session ID'], item: ['SKU'], time: ['date'] });
    expect(header).toEqual(['Session ID', 'SKU', 'date', 'note']);
  });

  test('is read under the names logs use, sorted by time', async () => {
    const csv = '\uFEFFTimestamp,user_id,itemId,rating,event\r\n20,7,b,1,click\r\n10,7,a,2,\r\n30,8,"c,1",3,view\r\n';
    const { events, rejected } = await readLog('log.csv', csv.match(/[\s\S]{1,5}/g) ?? []);
    expect(rejected).toEqual([]);
    expect(events).toEqual([
      { user: '7', item: 'a', time: 10_000 },
      { user: '7', item: 'b', time: 20_000, type: 'click' },
      { user: '8', item: 'c,1', time: 30_000, type: 'view' },
    ]);
  });

  test('may have semicolons, dates, milliseconds and quoted line ends', async () => {
    const csv = 'user;note;item;time\nu;"two\nlines";a;2026-01-31T12:00:00Z\nu;x;b;1700000000000\nu;x;;1\n';
    const { events, rejected } = await readLog('log.csv', [csv]);
    expect(events).toEqual([
      { user: 'u', item: 'b', time: 1_700_000_000_000 },
      { user: 'u', item: 'a', time: Date.UTC(2026, 0, 31, 12) },
    ]);
    expect(rejected).toEqual([{ line: 5, field: 'item', reason: 'is empty' }]);
  });

  test('gives the line, field and reason of every bad row and keeps the others', async () => {
    const csv = `user,item,time\nu,a,yesterday\n,a,1\nu,a\nu,a,-5\nu,a,\nu,${'x'.repeat(257)},1\nu,a,1\n`;
    const { events, rejected } = await readLog('log.csv', [csv]);
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
    const { events, rejected } = await readLog('log.csv', ['who,item,time\nu,a,1\nu,a,2\n']);
    expect(events).toEqual([]);
    expect(rejected).toEqual([{ line: 1, field: 'user', reason: expect.stringContaining('visitorid') }]);
  });
});

describe('a time', () => {
  const read = async (...times: string[]) => {
    const { events, rejected } = await readLog('log.csv', [
      `user,item,time\n${times.map((t) => `u,a,"${t}"`).join('\n')}\n`,
    ]);
    return { times: events.map(({ time }) => new Date(time).toISOString()), rejected };
  };

  test('is in ISO 8601, in UTC unless it names a zone, or a number since 1970', async () => {
    vi.stubEnv('TZ', 'Asia/Tokyo');
    const { times, rejected } = await read(
      ...['2010-12-01', '2010-12-02T08:45', '2010-12-03 08:45:30', '2010-12-04T08:45:30.250Z'],
      ...['2010-12-05T08:45:00+09:00', '2010-12-06 08:45:00 -0500', '2012-02-29', '1400000000', '1500000000000'],
    );
    vi.unstubAllEnvs();
    expect(rejected).toEqual([]);
    expect(times).toEqual([
      ...['2010-12-01T00:00:00.000Z', '2010-12-02T08:45:00.000Z', '2010-12-03T08:45:30.000Z'],
      ...['2010-12-04T08:45:30.250Z', '2010-12-04T23:45:00.000Z', '2010-12-06T13:45:00.000Z'],
      ...['2012-02-29T00:00:00.000Z', '2014-05-13T16:53:20.000Z', '2017-07-14T02:40:00.000Z'],
    ]);
  });

  test.each([
    ...['05/01/2010 08:45', '01.02.2010', 'Dec 1 2010', '2010-12', '0x10', '1e9', '2010-W05'],
    ...[
      '2010-02-30',
      '2011-02-29',
      '2010-13-01',
      '2010-12-01T24:01',
      '2010-12-01T08:60',
      '20101201',
      '1291193100000000',
    ],
  ])('in another form, or that does not exist, is refused and the form named: %s', async (time) => {
    const { times, rejected } = await read(time);
    expect(times).toEqual([]);
    expect(rejected).toEqual([{ line: 2, field: 'time', reason: expect.stringContaining('2026-01-31T12:00:00Z') }]);
  });
});

test.each([
  ['05/01/2010 08:45', 'may be 2010-01-05, the day first, or 2010-05-01'],
  ['25.1.2010', 'write 2010-01-25, as it has the day first'],
  ['1-25-2010', 'write 2010-01-25;'],
])('the reason why %s is refused says how it is written', async (time, reason) => {
  const { rejected } = await readLog('log.csv', [`user,item,time\nu,a,${time}\n`]);
  expect(rejected[0].reason).toContain(reason);
});

test('exports of orders are read under the names of their columns', async () => {
  const headers = [
    ...['customer_id,sku,order_date', 'Customer ID,Product SKU,Ordered At', 'Email,Lineitem sku,Created at'],
    ...['CustomerID,StockCode,InvoiceDate', 'user_pseudo_id,item_id,event_time'],
  ];
  for (const header of headers) {
    expect(await readLog('log.csv', [`${header}\n12583,22728,2010-12-01T08:45:00Z\n`])).toMatchObject({
      events: [{ user: '12583', item: '22728', time: Date.UTC(2010, 11, 1, 8, 45) }],
      rejected: [],
    });
  }
});

test('the names of columns are those that the documentation lists', async () => {
  const page = await readFile(fileURLToPath(new URL('../../../docs/how-to/train.md', import.meta.url)), 'utf8');
  for (const [field, [first, ...others]] of Object.entries(COLUMNS)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${field}\` `)) ?? '';
    const listed = row.split('|')[3].match(/(?<=`)[a-z]+(?=`)/g);
    expect([first, ...(listed ?? [])]).toEqual([field, ...others]);
  }
});

test('a row with several bad fields is one refused row', async () => {
  const log = await readLog('log.csv', ['user,item,time\n,a,01.02.2010\nu,a,1\n,a,1\n']);
  expect([log.rejected.length, refusedRows(log)]).toEqual([3, 2]);
});

describe('a log in JSON lines', () => {
  test('is read like one in CSV; null is absent', async () => {
    const lines = [
      { visitorid: 3, sku: 'b', ts: 1_700_000_000_000, event: null },
      { user: 'x', item: 9, time: '1600000000', other: [1] },
    ];
    const { events, rejected } = await readLog(
      'log.jsonl',
      lines.map((line) => `${JSON.stringify(line)}\n`),
    );
    expect(rejected).toEqual([]);
    expect(events).toEqual([
      { user: 'x', item: '9', time: 1_600_000_000_000 },
      { user: '3', item: 'b', time: 1_700_000_000_000 },
    ]);
  });

  test('reports rows that are not events', async () => {
    const { events, rejected } = await readLog('log.jsonl', [
      '[]\n{"user":\n\n{"user": {}, "item": "a", "time": 1}\n{"user": "u", "item": "a", "time": 1, "type": 4}\n',
    ]);
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
  const empty = { events: [], rejected: [], columns: {}, header: [], returns: 0, shown: 0 };
  expect(await readLog('log.csv', [])).toEqual(empty);
  expect(await readLog('log.jsonl', [''])).toEqual(empty);
});
