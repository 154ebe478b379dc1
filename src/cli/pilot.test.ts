import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSidestream } from '../testing/commands';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

const PLAN = ['--base', '0.05', '--effect', '0.01'];
const pilot = (...args: string[]) => startSidestream('pilot', ...args).ended;
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
  const needed = await pilot(...PLAN);
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
  expect(wrong.err).toContain('must be like 20%, of the control, or like 0.02');
});

it('warns of a split that is not the one named, decides nothing, and ends with a code of its own', async () => {
  const path = join(folder, 'split.csv');
  const day = (date: string, on: string, off: string) => `${date},on,${on}\n${date},off,${off}`;
  const raised = [day('2026-03-01', '50,3', '950,57'), day('2026-03-02', '500,30', '500,30')].join('\n');
  await writeFile(path, `day,variant,units,successes\n${raised}`);
  const right = await pilot(path, ...PLAN, '--share', '0.05,2026-03-02=0.5');
  expect([right.code, right.out]).toEqual([0, expect.stringContaining('split as they should be')]);
  for (const share of [['--share', '0.05'], []]) {
    const { code, out } = await pilot(path, ...PLAN, ...share);
    expect([code, out]).toEqual([2, expect.stringContaining('WARNING: THE SPLIT IS WRONG')]);
    expect(out).not.toContain('go on counting');
  }
  const json = await pilot(path, ...PLAN, '--share', '0.05', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ decision: 'continue', sampleRatio: { mismatch: true } });
  const wrong = await pilot(path, ...PLAN, '--share', '0.5,0.05');
  expect(wrong.err).toContain('must be like 0.05, or 0.05,2026-03-16=0.5');
});

it('says one day, and at the horizon that it is time to decide', async () => {
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
  expect(plan.err).toContain('The base share must be above 0 and below 1');
});
