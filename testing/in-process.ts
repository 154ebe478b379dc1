import { formatWithOptions } from 'node:util';
import { vi } from 'vitest';
import { runCommandLine } from '../packages/cli/program/commands';
import { COMMAND, type Run } from './commands';

/** Resolves when the last run has ended: two at once would share what is printed. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in this process: starting one takes longer than most commands. Runs come one after the other. For commands that
 * listen for signals or run beside others, use `sidestream`.
 */
export function inProcess(...args: string[]): Promise<Run> {
  const run = last.then(() => runOnce(args));
  last = run.catch(() => undefined);
  return run;
}

async function runOnce(args: string[]): Promise<Run> {
  let [out, err] = ['', ''];
  let exited: Run | null = null;
  const known = process.exitCode;
  process.exitCode = undefined;
  // Commands start their processes by this path.
  const [, script] = process.argv;
  process.argv[1] = COMMAND;
  const line = (given: unknown[]): string => `${formatWithOptions({ colors: false }, ...given)}\n`;
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((...given) => {
      out += line(given);
    }),
    vi.spyOn(console, 'error').mockImplementation((...given) => {
      err += line(given);
    }),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += text;
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      err += text;
      return true;
    }),
    // Wrong arguments end the process.
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      exited ??= { code: Number(code ?? 0), out, err };
      throw new Error('The command has ended.');
    }),
  ];
  try {
    await runCommandLine(args);
    return exited ?? { code: Number(process.exitCode ?? 0), out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = known;
    process.argv[1] = script;
  }
}
