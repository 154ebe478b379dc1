import { expect, it } from 'vitest';
import { readLog } from './event-log';
import { readNotes } from './log-notes';

/** Some of the columns of Shopify's export, in its order. */
const HEADER = 'Name,Email,Paid at,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name';
const read = (...lines: string[]) => readLog('log.csv', [[HEADER, ...lines].join('\n')]);
const TIME = '2025-01-02 18:53:00 +0100';
const time = Date.UTC(2025, 0, 2, 17, 53);

it('takes shopper and time of an order from its first line', async () => {
  const log = await read(
    `#1001,ann@example.com,${TIME},${TIME},1,Jumper - Red / M,20,J-1,Ann`,
    '#1001,,,,2,Scarf,10,S-1,',
    '#1002,bob@example.com,,2025-01-03 09:00:00 +0000,1,Scarf,10,S-1,Bob',
  );
  expect(log.rejected).toEqual([]);
  expect(log.events).toEqual([
    { user: 'ann@example.com', item: 'J-1', time, title: 'Jumper - Red / M' },
    { user: 'ann@example.com', item: 'S-1', time, title: 'Scarf' },
    { user: 'bob@example.com', item: 'S-1', time: Date.UTC(2025, 0, 3, 9), title: 'Scarf' },
  ]);
  expect(readNotes(log)[0]).toBe(
    'Columns: user = Email, item = Lineitem sku, time = Created at, quantity = Lineitem quantity, title = Lineitem name; none for type',
  );
});

it('makes a guest without an address a shopper of one order, and a title the item of a line without a SKU', async () => {
  const { events } = await read(
    `#7,,${TIME},${TIME},1,Jumper - Red / M,20,,`,
    '#7,,,,1,Scarf,10,S-1,',
    `#8,,${TIME},${TIME},1,Scarf,10,S-1,`,
  );
  expect(events.map(({ user, item }) => [user, item]).sort()).toEqual([
    ['order #7', 'Jumper - Red / M'],
    ['order #7', 'S-1'],
    ['order #8', 'S-1'],
  ]);
});

it('fills nothing in another table', async () => {
  const { rejected } = await readLog('log.csv', ['name,email,time,sku\n#1,ann@example.com,1,a\n#1,,2,b\n']);
  expect(rejected).toEqual([{ line: 3, field: 'user', reason: 'is empty' }]);
});
