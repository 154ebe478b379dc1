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
  expect(JSON.parse(json.out)).toMatchObject({ days: 12, decision: 'no-worse', decidedOn: null });
});

it('names what is wrong with a plan or with counts', async () => {
  const missing = await pilot(join(folder, 'none.csv'), ...PLAN);
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('Check the path')]);
  const plan = await pilot('--base', '2', '--effect', '0.01');
  expect(plan.err).toContain('The base share must be above 0 and below 1');
});
