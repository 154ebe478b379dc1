import { expect, it } from 'vitest';
import { describeRejectedRow, groupedRows, RejectedGroups, shortened } from './rejected-row';

it('shortens a text, and splits no surrogate pair', () => {
  expect(shortened('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(shortened('x'.repeat(11), 10)).toBe(`${'x'.repeat(10)}…`);
  expect(shortened(`x${'😀'.repeat(10)}`, 10)).toBe('x😀😀😀😀…');
});

it('calls a row by its id, else by its title', () => {
  const row = { line: 4, field: 'id', reason: 'is missing' };
  expect(describeRejectedRow({ ...row, id: 'a' })).toBe('line 4 (a), field id: is missing');
  expect(describeRejectedRow({ ...row, title: 'Shirt' })).toBe('line 4 ("Shirt"), field id: is missing');
  expect(describeRejectedRow(row)).toBe('line 4, field id: is missing');
});

it('shows a reason once, with the number of its rows and the first of them', () => {
  const time = (line: number) => ({
    file: 'log.csv',
    line,
    field: 'time',
    reason: `"0${line}/01/2010" may be 2010-01-0${line}; write 2026`,
  });
  const rows = [{ line: 1, field: 'user', reason: 'is empty' }, ...[2, 3, 4, 5].map(time)];
  const most = '4 rows, such as log.csv: line 2, field time: "02/01/2010" may be 2010-01-02; write 2026';
  expect(groupedRows(rows)).toEqual(['line 1, field user: is empty', most]);
  const groups = new RejectedGroups();
  expect(groups.most).toBeNull();
  for (const row of rows) groups.add(row);
  expect(groups.most).toBe(most);
  expect(
    groupedRows([
      { line: 1, field: 'user', reason: 'is empty' },
      { line: 1, field: 'item', reason: 'is empty' },
    ]),
  ).toEqual(['line 1, field user: is empty', 'line 1, field item: is empty']);
});
