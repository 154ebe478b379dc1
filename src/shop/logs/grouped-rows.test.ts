import { expect, it } from 'vitest';
import { groupedRows } from './log-notes';

it('shows a reason once, with the number of its lines and the first of them', () => {
  const time = (line: number) => ({
    line,
    field: 'time',
    reason: `"0${line}/01/2010" may be 2010-01-0${line}; write 2026`,
  });
  const rows = [time(2), { line: 3, field: 'user', reason: 'is empty' }, ...[3, 4, 5].map(time)];
  expect(groupedRows(rows)).toEqual([
    '4 lines (2, 3, 4 …), field time: "02/01/2010" may be 2010-01-02; write 2026',
    'line 3, field user: is empty',
  ]);
  expect(
    groupedRows([
      { line: 1, field: 'user', reason: 'is empty' },
      { line: 1, field: 'item', reason: 'is empty' },
    ]),
  ).toEqual(['line 1, field user: is empty', 'line 1, field item: is empty']);
});
