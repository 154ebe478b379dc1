import { expect, it } from 'vitest';
import { readLog } from './event-log';
import { readNotes } from './log-notes';

const notes = async (...rows: string[]): Promise<string[]> => readNotes(await readLog('log.csv', [rows.join('\n')]));

it('names the columns, and those that a log lacks', async () => {
  expect(await notes('Session ID,sku,Order Date,Qty', 'u,a,2010-12-01,1')).toEqual([
    'Columns: user = Session ID, item = sku, time = Order Date, quantity = Qty; none for type',
  ]);
  expect(await notes('who,what', 'u,a')).toEqual([]);
});

it('counts the returns that were left out', async () => {
  const returns = Array.from({ length: 2000 }, (_, n) => `u,a,${n},-1`);
  expect(await notes('user,item,time,quantity', 'u,a,1,1', ...returns)).toContain(
    'Left out: 2000 returns (quantity of 0 or less)',
  );
});

it('asks whether times are days of a spreadsheet if all of them look like it', async () => {
  const said = await notes('user,item,time', 'u,a,40513.36', 'u,b,40514');
  expect(said[1]).toMatch(/fall on 1 January 1970\..* write 40513\.36 as 2010-12-01T08:38:24Z\.$/);
  for (const [first, last] of [
    [1, 3],
    [1, 40_000],
    [40_513, 90_000],
    [1_291_193_100, 1_291_193_200],
  ]) {
    expect(await notes('user,item,time', `u,a,${first}`, `u,b,${last}`)).toHaveLength(1);
  }
});

it('warns if many lines repeat an earlier one', async () => {
  const rows = (twins: number) =>
    Array.from({ length: 10 }, (_, n) => [`u,a,${n}`, ...(n < twins ? [`v,b,${n}`, `u,a,${n}`] : [])]).flat();
  expect((await notes('user,item,time', ...rows(10)))[1]).toMatch(/^Warning: 10 lines of 30 repeat an earlier line's/);
  expect(await notes('user,item,time', ...rows(4))).toHaveLength(1);
});
