import { expect, it } from 'vitest';
import { readPilotCounts } from './pilot-counts';

const COMPARED = { control: 'off', treatment: 'on' };
const HEADER = 'day,variant,units,successes';
const read = (...rows: string[]) => readPilotCounts([HEADER, ...rows].join('\n'), COMPARED);

it('adds up the experiments of a day, sorts the days, and leaves other variants out', () => {
  const { days, periods, notes } = read(
    '2026-03-02,pilot/on,10,1',
    '2026-03-01,off,30,2',
    '2026-03-02,pilot/off,20,3',
    '2026-03-02,on,5,2',
    '2026-03-02,holdout,5,2',
  );
  expect(days).toEqual(['2026-03-01', '2026-03-02']);
  expect(periods).toEqual([
    { control: { units: 30, successes: 2 }, treatment: { units: 0, successes: 0 } },
    { control: { units: 20, successes: 3 }, treatment: { units: 15, successes: 3 } },
  ]);
  expect(notes).toEqual([
    'Left out because neither --control nor --treatment names it: “holdout” (line 6).',
    expect.stringContaining('Only “off” has units on 2026-03-01'),
  ]);
});

it.each([
  ['a day that is no date', ['2026-3-1,on,1,1'], 'line 2, day: must be a date'],
  ['units that are no count', ['2026-03-01,on,1,1', '2026-03-01,off,1.5,1'], 'line 3, units: must be a whole number'],
  ['more successes than units', ['2026-03-01,on,1,2'], 'line 2, successes: there are more successes than units'],
  ['a row that ends early', ['2026-03-01,on,1'], 'line 2, successes: is missing'],
  ['a wrong row after a blank line', ['', '2026-03-01,on,1,2'], 'line 3, successes'],
  [
    'a row that comes twice',
    ['2026-03-01,on,9,1', '2026-03-01,off,9,1', '2026-03-01,on,9,1'],
    'line 4 has the day 2026-03-01 and the variant “on” again, after line 2',
  ],
  [
    'a variant under another name',
    ['2026-03-01,on,2,1', '2026-03-01,as-is,2,1'],
    'the variant “off”; there are as-is; name the variants with --control',
  ],
])('refuses %s', (_, rows, why) => {
  expect(() => read(...rows)).toThrow(why);
});

it('refuses a header without the columns', () => {
  expect(() => readPilotCounts('date,variant,units\n2026-03-01,on,1', COMPARED)).toThrow('lacks day and successes');
});
