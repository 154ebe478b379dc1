import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeProgram } from '../../../testing/program';
import type { GrowingMeter } from '../../shop/pipeline';
import { jointMeters } from '../bundler/meter';

/** A program of a parent and its processes, like the commands; its last argument names the task. */
const PROGRAM = `
import { parentOutput, taskProcesses } from ${JSON.stringify(fileURLToPath(new URL('./task-processes.ts', import.meta.url)))};
import { answerRequests } from ${JSON.stringify(fileURLToPath(new URL('../bundler/process-pool.ts', import.meta.url)))};
const numbers = Float64Array.of(1 / 3, -0);
async function work(task) {
  if (task === 'pid') return process.pid;
  if (task === 'numbers') return { numbers };
  if (task === 'throw') throw new Error('it failed');
  if (task === 'kill') process.kill(process.pid, 'SIGKILL');
  if (task === 'hang') { console.error('pid ' + process.pid); return new Promise(() => setInterval(() => {}, 1000)); }
  const { meter, say } = parentOutput();
  meter.start('Steps', 5);
  meter.advance(2);
  say('a line');
  meter.stop();
  return 'done';
}
async function main() {
  if (process.argv.includes('--worker')) return answerRequests(work);
  const seen = [];
  const meter = () => ({
    start: (label, total) => seen.push([label, total]), advance: (n) => seen.push(n), stop: () => seen.push('stop'),
  });
  const pool = taskProcesses({ size: 2, command: [], say: (line) => console.error('said ' + line), meter });
  const tasks = JSON.parse(process.argv[2]);
  const results = await Promise.all(tasks.map((task, n) => pool.run('task ' + n, task))).finally(() => pool.close());
  console.log(JSON.stringify({ results, seen, exact: results.some((r) => r?.numbers && Object.is(r.numbers[1], -0)) }));
}
main().catch((error) => { console.error(error.code + ': ' + error.message); process.exitCode = 1; });
`;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  program = await writeProgram(PROGRAM, folder);
});
afterAll(() => rm(folder, { recursive: true }));

function start(...tasks: string[]) {
  const child = spawn(process.execPath, [program, JSON.stringify(tasks)]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended, said: () => err };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // One that has ended is listed until the process that adopted it asks for its result, which may take a second.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // This system has no such files, or the process is gone.
    return true;
  }
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('taskProcesses', () => {
  it('runs tasks in processes that take one after the other, and returns identical results', async () => {
    const { code, out, err } = await start('pid', 'numbers', 'steps', 'pid', 'pid', 'pid').ended;
    expect([code, err]).toEqual([0, expect.stringContaining('said task 2: a line')]);
    const { results, seen, exact } = JSON.parse(out);
    const pids = results.filter((result: unknown) => typeof result === 'number');
    expect(new Set(pids).size).toBeLessThanOrEqual(2);
    expect(exact).toBe(true);
    expect(seen).toEqual([['Steps', 5], 2, 'stop']);
  });

  it.each([
    ['throw', /^runtime\/unexpected: it failed$/m],
    ['kill', /^runtime\/worker-crashed: The process of task 0 was ended by SIGKILL\. .* use fewer with --processes/m],
  ])('gives the error of a task, says what to do when a process dies, and ends (%s)', async (task, message) => {
    const { code, err } = await start(task, 'hang', 'hang').ended;
    expect(code).toBe(1);
    expect(err).toMatch(message);
    const [, pid] = /pid (\d+)/.exec(err) ?? [];
    if (pid) await until(() => !alive(Number(pid)));
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'leaves no process behind when it is ended by %s',
    async (signal) => {
      const { child, ended, said } = start('hang', 'hang');
      await until(() => [...said().matchAll(/pid (\d+)/g)].length === 2);
      const pids = [...said().matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
      expect(pids.every(alive)).toBe(true);
      child.kill(signal);
      await until(() => !pids.some(alive));
      const { code } = await ended;
      // The exit code of a shell for an end by a signal.
      expect(code).toBe({ SIGTERM: 143, SIGINT: 130, SIGKILL: null }[signal]);
    },
  );
});

describe('jointMeters', () => {
  it('shows stages of one label as one, and others beside it', () => {
    const shown: unknown[] = [];
    const meter = (): GrowingMeter => ({
      start: (label, total) => shown.push([label, total]),
      extend: (more) => shown.push(`+${more}`),
      advance: (count) => shown.push(count),
      stop: () => shown.push('stop'),
    });
    const meters = jointMeters(meter);
    const [a, b, c] = [meters(), meters(), meters()];
    a.start('Shoppers', 10);
    b.start('Shoppers', 20);
    c.start('Epoch 1', 5);
    a.advance(3);
    a.stop();
    b.advance(4);
    c.stop();
    b.stop();
    expect(shown).toEqual([['Shoppers', 10], '+20', ['Epoch 1', 5], 3, 4, 'stop', 'stop']);
    a.start('Shoppers', 1);
    expect(shown.at(-1)).toEqual(['Shoppers', 1]);
  });
});
