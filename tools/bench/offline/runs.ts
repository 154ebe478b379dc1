import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { SidestreamError } from '../../../src/error';
import { COMMAND } from '../../../testing/commands';

/** Times and output of a command. */
export interface CommandRun {
  /** Wall clock. */
  seconds: number;
  /** Processor time of the command and its processes, seconds; NaN without a shell that reports it. */
  processor: number;
  out: string;
  /** Load of the machine at the start. */
  load: number;
}

/**
 * Runs `sidestream` as a user does; the command line must be built.
 * @throws SidestreamError `runtime/unexpected` with its last lines when it fails
 */
export async function sidestream(...args: string[]): Promise<CommandRun> {
  const load = loadavg()[0];
  const started = performance.now();
  // A shell's `times` also counts indirect child processes.
  const command = [process.execPath, COMMAND, ...args];
  const child = spawn('bash', ['-c', '"$@"; code=$?; times >&2; exit $code', 'bash', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) {
    const last = err.trim().split('\n').slice(-12).join('\n');
    throw new SidestreamError('runtime/unexpected', `sidestream ${args[0]} ended with ${code}:\n${last}`);
  }
  return { seconds: (performance.now() - started) / 1000, processor: childSeconds(err), out, load };
}

/** User and system time in the last line that `times` prints: `1m2.345s 0m1.000s`. */
function childSeconds(text: string): number {
  const [line] = text.trim().split('\n').slice(-1);
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds),
  );
  return parts.length === 2 ? parts[0] + parts[1] : Number.NaN;
}

/** Runs of the same command with one process and with two. */
export interface Compared {
  one: CommandRun;
  two: CommandRun;
}

/** How many times faster two processes are. */
export const speedUp = ({ one, two }: Compared): number => one.seconds / two.seconds;

/** In words: wall clock, processor time and load. */
export function inWords({ one, two }: Compared): string {
  const of = ({ seconds, processor, load }: CommandRun): string =>
    `${seconds.toFixed(0)} s (processor ${processor.toFixed(0)} s, load ${load.toFixed(1)})`;
  return `one process ${of(one)}, two ${of(two)}`;
}
