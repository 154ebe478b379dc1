import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../testing/commands';
import { writeProgram } from '../../../testing/program';
import { type LockOptions, withLock } from './lock-file';

/** Holds a lock until its input ends. */
const PROGRAM = `
import { once } from 'node:events';
import { withLock } from ${JSON.stringify(fileURLToPath(new URL('./lock-file.ts', import.meta.url)))};
const work = async () => {
  console.log('held');
  await once(process.stdin.resume(), 'end');
};
await withLock(process.argv[2], work, { what: 'these models', say: console.log });
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
  file = join(folder, 'sidestream.lock');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(join(folder, '..'), { recursive: true });
});

/** A process that holds the lock until it or its input is ended. */
async function holder() {
  const child = spawn(process.execPath, [program, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const idle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);
const withWaiting = <T>(work: () => Promise<T>, options: Partial<LockOptions> = {}): Promise<T> =>
  withLock(file, work, { what: 'these models', say, ...options });
beforeEach(() => void lines.splice(0));

describe('withLock', () => {
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

  it('is refused where a link leads nowhere, and taken over where a removal has left a time of the future', async () => {
    await mkdir(folder, { recursive: true });
    await symlink(join(folder, 'nowhere'), file);
    await expect(withWaiting(async () => 'done')).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    await rm(file);
    await writeFile(file, '');
    await writeFile(`${file}.taken`, '');
    await utimes(`${file}.taken`, new Date('2099-01-01'), new Date('2099-01-01'));
    expect(await withWaiting(async () => 'done', { silence: 50 })).toBe('done');
  });

  it('is released if the work fails', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'exit'];
    const before = signals.map((signal) => process.listenerCount(signal));
    const failing = withWaiting(() => Promise.reject(new Error('failed')));
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

  /** A lock of this process, changed and left behind. */
  async function leave(change: object): Promise<void> {
    const owner = await withWaiting(async () => JSON.parse(await readFile(file, 'utf8')));
    await writeFile(file, JSON.stringify({ ...owner, ...change }));
  }

  it('is taken over if an earlier process had the number of this one', async () => {
    await leave({ id: 'of an earlier process' });
    expect(await withWaiting(async () => 'done')).toBe('done');
    expect(lines).toEqual([]);
  });

  it.each([
    ['another machine', { host: `not ${hostname()}` }],
    ['another container with the same name', { machine: 'pid:[1]' }],
  ])('is taken over from a process of %s once it shows no sign of life', async (_, change) => {
    await leave(change);
    let touched = 0;
    let began = 0;
    const run = withWaiting(
      async () => {
        began = performance.now();
      },
      { silence: 400 },
    );
    // A touch is a sign of life.
    for (let n = 1; n <= 5 && began === 0; n++) {
      touched = performance.now();
      await utimes(file, new Date(), new Date(Date.now() + n * 1000));
      await idle(150);
    }
    await run;
    expect(began - touched).toBeGreaterThan(400);
    expect(lines).toEqual([expect.stringContaining(`process ${process.pid} on`)]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over if its process never wrote its name', async () => {
    await withWaiting(async () => undefined);
    await writeFile(file, '');
    expect(await withWaiting(async () => 'done', { silence: 100 })).toBe('done');
  });

  it('is not taken from another machine whose work leaves no time for signs of life', async () => {
    await leave({ host: `not ${hostname()}`, touches: false });
    let began = false;
    const waiting = withWaiting(
      async () => {
        began = true;
      },
      { silence: 50 },
    );
    await until('it says so', () => lines.length === 1);
    await idle(150);
    expect(began).toBe(false);
    await rm(file);
    await waiting;
  });

  it('is left to the process that has taken it over', async () => {
    const other = { pid: 1, host: 'other', machine: '', since: 'noon', touches: true, id: 'x' };
    await withWaiting(() => writeFile(file, JSON.stringify(other)));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(other);
  });

  it('says where it cannot be created', async () => {
    await withWaiting(async () => undefined);
    await writeFile(join(folder, 'file'), '');
    await expect(withLock(join(folder, 'file', 'lock'), async () => undefined, { what: 'this' })).rejects.toMatchObject(
      {
        code: 'runtime/invalid-input',
        message: expect.stringContaining('Name another folder'),
      },
    );
  });
});
