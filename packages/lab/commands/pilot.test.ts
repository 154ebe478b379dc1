import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sidestream } from '../../../testing/commands';
import { inProcess } from '../../../testing/in-process';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

const PLAN = ['--base', '0.05', '--effect', '0.01'];
const pilot = (...args: string[]) => inProcess('pilot', ...args);
async function counts(on: number, days = 12): Promise<string> {
  const rows = Array.from({ length: days }, (_, day) => {
    const date = `2026-03-${String(day + 1).padStart(2, '0')}`;
    return `${date},pilot/off,2000,120\n${date},pilot/on,2000,${on}`;
  });
  const path = join(folder, `${on}.csv`);
  await writeFile(path, `day,variant,units,successes\n${rows.join('\n')}\n`);
  return path;
}

it('says how many visitors are needed, and from the counts what to do', async () => {
  const needed = await sidestream('pilot', ...PLAN);
  expect(needed).toMatchObject({ code: 0, err: '' });
  expect(needed.out).toMatch(/^Horizon: \d+ visitors of “off”, \d+ of “on”\.\n$/);
  const worse = await pilot(await counts(80), ...PLAN);
  expect(worse.out).toContain('The variant is worse: roll back. Decided on 2026-03-');
  expect(worse.out).toMatch(/Difference after 12 days: -2\.000 points/);
  const json = await pilot(await counts(121), ...PLAN, '--json');
  const found = JSON.parse(json.out);
  expect(found).toMatchObject({ days: 12, decision: 'no-worse', decidedOn: null, sampleRatio: { mismatch: false } });
  const even = await pilot(await counts(121), ...PLAN);
  expect(even.out).toMatch(/not worse by the margin.* the interval of 2026-03-12 begins at −?-?0\.\d+ points/);
});

it('takes an effect as a difference or as a part of the base', async () => {
  const [difference, part] = [await pilot(...PLAN), await pilot('--base', '0.05', '--effect', '20%')];
  expect(part.out).toBe(difference.out);
  const wrong = await pilot('--base', '0.05', '--effect', 'a fifth');
  expect(wrong.err).toContain('must be like 20% (of the control) or like 0.02');
});

it('takes percentages for shares, as for effects', async () => {
  const numbers = await pilot('--base', '0.03', '--effect', '20%', '--share', '0.05', '--alpha', '0.1');
  const percentages = await pilot('--base', '3%', '--effect', '20%', '--share', '5%', '--alpha', '10%');
  expect([percentages.code, percentages.out]).toEqual([0, numbers.out]);
  const path = await counts(121);
  const stages = await pilot(path, '--base', '5%', '--effect', '20%', '--share', '5%,2026-03-01=50%');
  expect(stages.out).toContain('split as they should be');
});

it('says how many days the horizon is', async () => {
  const plan = ['--base', '3%', '--effect', '20%', '--per-day', '500'];
  const { out } = await pilot(...plan, '--share', '5%');
  expect(out).toMatch(
    /^Horizon: 290660 visitors of “off”, 15298 of “on”\. That is 612 days .* 500 new visitors a day .* 5 % get “on”/,
  );
  expect(JSON.parse((await pilot(...plan, '--json')).out).needed).toEqual({
    control: 29066,
    treatment: 29066,
    days: 117,
  });
  const counted = JSON.parse((await pilot(await counts(121), ...plan, '--json')).out);
  expect([counted.days, counted.needed.days]).toEqual([12, 117]);
});

it('explains a difference as large as the base, and suggests the intended share', async () => {
  const large = await pilot('--base', '3%', '--effect', '0.2');
  expect(large.err).toContain('--effect 0.2 is a difference of 20 points, from 3.0 % to 23.0 %.');
  expect(large.err).toContain('--effect 20% is relative to the base: from 3.0 % to 3.6 %.');
  expect((await pilot('--base', '3%', '--effect', '0.02')).err).toBe('');
  for (const option of ['--effect', '--margin']) {
    const { code, err } = await pilot('--base', '3%', '--effect', '1%', option, '20');
    expect([code, err]).toEqual([1, expect.stringContaining(`Write ${option} 20% for a part of the control`)]);
  }
});

it('names the loss that counts as no worse', async () => {
  const path = await counts(121);
  const { out } = await pilot(path, '--base', '5%', '--effect', '20%');
  expect(out).toContain('a loss of up to 20 % of the successes, as much as the effect, counts as no worse');
  const own = await pilot(path, '--base', '5%', '--effect', '20%', '--margin', '0.0075');
  expect(own.out).toContain('a loss of up to 15 % of the successes counts as no worse');
});

it('names the counts that it leaves out', async () => {
  const path = join(folder, 'third.csv');
  await writeFile(
    path,
    'day,variant,units,successes\n2026-03-01,off,90,9\n2026-03-01,on,90,9\n2026-03-02,off,9,1\n2026-03-02,new,9,1\n',
  );
  const { code, err } = await pilot(path, ...PLAN);
  expect(code).toBe(0);
  expect(err).toContain('“new” (line 5)');
  expect(err).toContain('Only “off” has units on 2026-03-02');
});

it('ends with the code of a wrong split if a variant is missing altogether', async () => {
  const path = join(folder, 'single.csv');
  await writeFile(path, 'day,variant,units,successes\n2026-03-01,off,900,9\n');
  const { code, out } = await pilot(path, ...PLAN);
  expect([code, out]).toEqual([2, expect.stringContaining('THE SPLIT IS WRONG. No visitor had “on”')]);
});

it('warns of a split that differs from the declared one, decides nothing, and ends with a separate code', async () => {
  const path = join(folder, 'split.csv');
  const day = (date: string, on: string, off: string) => `${date},on,${on}\n${date},off,${off}`;
  const raised = [day('2026-03-01', '50,3', '950,57'), day('2026-03-02', '500,30', '500,30')].join('\n');
  await writeFile(path, `day,variant,units,successes\n${raised}`);
  const right = await pilot(path, ...PLAN, '--share', '0.05,2026-03-02=0.5');
  expect([right.code, right.out]).toEqual([0, expect.stringContaining('split as they should be')]);
  for (const share of [['--share', '0.05'], []]) {
    const { code, out } = await pilot(path, ...PLAN, ...share);
    expect([code, out]).toEqual([2, expect.stringContaining('WARNING: THE SPLIT IS WRONG')]);
    expect(out).not.toContain('keep counting');
  }
  const json = await pilot(path, ...PLAN, '--share', '0.05', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ decision: 'continue', sampleRatio: { mismatch: true } });
  const wrong = await pilot(path, ...PLAN, '--share', '0.5,0.05');
  expect(wrong.err).toContain('must be like 5%, or 5%,2026-03-16=50%');
});

it('uses the singular for one day, and says at the horizon that it is time to decide', async () => {
  const path = join(folder, 'horizon.csv');
  const rows = '2026-03-01,off,20000,1000\n2026-03-01,on,20000,870';
  await writeFile(path, `day,variant,units,successes\n${rows}`);
  const { out } = await pilot(path, '--base', '0.05', '--effect', '0.02', '--alpha', '0.0001', '--margin', '0.001');
  expect(out).toContain('Difference after 1 day:');
  expect(out).toContain('The horizon is reached without a decision');
});

it('names what is wrong with a plan or with counts', async () => {
  const missing = await pilot(join(folder, 'none.csv'), ...PLAN);
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('Check the path')]);
  const plan = await pilot('--base', '2', '--effect', '0.01');
  expect(plan.err).toContain('must be a number above 0 and below 1, or a percentage such as 3%');
  // No part of the plan is printed before an error.
  expect(missing.out).toBe('');
  const empty = join(folder, 'empty.csv');
  await writeFile(empty, '');
  expect((await pilot(empty, ...PLAN)).err).toContain('the file is empty; its first line must be day,variant');
});
