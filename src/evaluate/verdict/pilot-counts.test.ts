import { expect, it } from 'vitest';
import { readPilotCounts } from './pilot-counts';

const COMPARED = { control: 'off', treatment: 'on' };
const HEADER = 'day,variant,units,successes';
const read = (...rows: string[]) => readPilotCounts([HEADER, ...rows].join('\n'), COMPARED);

it('adds up the rows of a day, sorts the days, and leaves other variants out', () => {
  const { days, periods } = read(
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
});

it.each([
  ['a day that is no date', ['2026-3-1,on,1,1'], 'row 1, day: must be a date'],
  ['units that are no count', ['2026-03-01,on,1,1', '2026-03-01,off,1.5,1'], 'row 2, units: must be a whole number'],
  ['more successes than units', ['2026-03-01,on,1,2'], 'row 1, successes: there are more than units'],
  ['a row that ends early', ['2026-03-01,on,1'], 'row 1, successes: is missing'],
  ['counts of one variant alone', ['2026-03-01,on,2,1'], 'the variant “off”; name the variants with --control'],
])('refuses %s', (_, rows, why) => {
  expect(() => read(...rows)).toThrow(why);
});

it('refuses a header without the columns', () => {
  expect(() => readPilotCounts('date,variant,units\n2026-03-01,on,1', COMPARED)).toThrow('lacks day and successes');
});
