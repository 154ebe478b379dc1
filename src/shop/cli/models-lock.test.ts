import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../testing/commands';
import { writeProgram } from '../../testing/program';
import { LOCK_FILE, withModels } from './models-lock';

/** Holds the lock of a folder until its input ends. */
const PROGRAM = `
import { once } from 'node:events';
import { withModels } from ${JSON.stringify(fileURLToPath(new URL('./models-lock.ts', import.meta.url)))};
await withModels(process.argv[2], console.log, async () => {
  console.log('held');
  await once(process.stdin.resume(), 'end');
});
`;
let programs: string;
let program: string;
beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'sidestream-'));
  program = await writeProgram(PROGRAM, programs);
});
afterAll(() => rm(programs, { recursive: true }));

let folder: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'sidestream-')), 'models');
  file = join(folder, LOCK_FILE);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(join(folder, '..'), { recursive: true });
});

/** A process that holds the lock until it or its input is ended. */
async function holder() {
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const idle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);
/** Looks often whether it can begin. */
const withWaiting = <T>(work: () => Promise<T>): Promise<T> => withModels(folder, say, work, { interval: 20 });
beforeEach(() => void lines.splice(0));

describe('the lock of a folder of models', () => {
  it('lets one run after the other work, and is gone afterwards', async () => {
    const steps: string[] = [];
    const run = (name: string) =>
      withWaiting(async () => {
        steps.push(`${name} begins`);
        expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
        await idle(30);
        steps.push(`${name} ends`);
        return name;
      });
    expect(await Promise.all([run('a'), run('b'), run('c')])).toEqual(['a', 'b', 'c']);
    const order = steps.filter((_, n) => n % 2 === 0).map((step) => step[0]);
    expect(order.toSorted()).toEqual(['a', 'b', 'c']);
    expect(steps).toEqual(order.flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(await readdir(folder)).toEqual([]);
  });

  it('is released if the work fails', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'exit'];
    const before = signals.map((signal) => process.listenerCount(signal));
    const failing = withModels(folder, say, () => Promise.reject(new Error('failed')));
    await expect(failing).rejects.toThrow('failed');
    expect(await readdir(folder)).toEqual([]);
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
  });

  it('is waited for while another process has it, which is named once', async () => {
    const child = await holder();
    let ended = false;
    child.once('exit', () => {
      ended = true;
    });
    const waiting = withWaiting(async () => {
      // The lock is removed right before the process ends.
      await until('the other process has ended', () => ended);
    });
    await until('it says so', () => lines.length > 0);
    // A run that says it at every look, or does not wait, has the time for it.
    await idle(100);
    child.stdin.end();
    await waiting;
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`process ${child.pid} on ${hostname()}`);
    expect(lines[0]).toContain(file);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('is removed when %s ends its process', async (signal) => {
    const child = await holder();
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over from a process of this machine that is gone, by one run at a time', async () => {
    const child = await holder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(file)).toBe(true);
    let now = 0;
    const run = () =>
      withWaiting(async () => {
        expect(++now).toBe(1);
        await idle(20);
        now--;
      });
    await Promise.all([run(), run(), run()]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over if an earlier process had the number of this one, or never wrote its name', async () => {
    const gone = { pid: process.pid, host: hostname(), since: new Date().toISOString(), id: 'of an earlier process' };
    await withModels(folder, say, async () => undefined);
    await writeFile(file, JSON.stringify(gone));
    expect(await withModels(folder, say, async () => 'done')).toBe('done');
    await writeFile(file, '');
    await utimes(file, new Date(), new Date(Date.now() - 60_000));
    expect(await withModels(folder, say, async () => 'done')).toBe('done');
    expect(lines).toEqual([]);
  });

  it('is not taken from another machine', async () => {
    await withModels(folder, say, async () => undefined);
    await writeFile(file, JSON.stringify({ pid: 1, host: `not ${hostname()}`, since: 'noon', id: 'x' }));
    let began = false;
    const waiting = withWaiting(async () => {
      began = true;
    });
    await until('it says so', () => lines.length === 1);
    await idle(150);
    expect(began).toBe(false);
    expect(lines).toEqual([expect.stringContaining(`process 1 on not ${hostname()}`)]);
    await rm(file);
    await waiting;
  });

  it('says where it cannot be created', async () => {
    await withModels(folder, say, async () => undefined);
    await writeFile(join(folder, 'file'), '');
    await expect(withModels(join(folder, 'file'), say, async () => undefined)).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining('--models'),
    });
  });
});
