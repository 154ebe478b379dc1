import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sha256 } from '../../common/sha256';
import { SidestreamError } from '../../error';
import { type ProtocolRun, parseRun } from '../../evaluate';
import { writeWhole } from '../../training';
import type { EvaluateInput } from './input';

/**
 * The run of one seed: read from a folder, or evaluated and kept there, so that an evaluation of hours goes on where it
 * was ended. The name of the file depends on protocol, catalogue, log, the other options and the seed. It does not depend
 * on the version of the program, so a folder is good for one version.
 * @param folder of the runs; undefined: nothing is read or kept
 * @throws SidestreamError `runtime/invalid-input` when a file there is no run
 */
export async function keptRun(
  folder: string | undefined,
  protocol: string,
  input: EvaluateInput,
  evaluate: (input: EvaluateInput) => Promise<ProtocolRun>,
): Promise<ProtocolRun> {
  if (folder === undefined) return evaluate(input);
  const file = join(folder, `${protocol}-${await digestOf(input)}-seed-${input.seed}.json`);
  if (existsSync(file)) {
    input.say(`The run of seed ${input.seed} is in ${file}`);
    return parseRun(await readFile(file, 'utf8'));
  }
  const run = await evaluate(input);
  await writeWhole(file, JSON.stringify(run));
  return run;
}

/** 12 hex digits of a digest over everything that a result depends on. */
async function digestOf({ bundle, events, past, shoppers, half, methods }: EvaluateInput): Promise<string> {
  const log = events.map(({ user, item, time }) => [user, item, time]);
  const asked = [bundle.manifest.digest, past, shoppers ?? null, half, methods ?? null, log];
  return (await sha256(new TextEncoder().encode(JSON.stringify(asked)))).slice(0, 12);
}

export interface SeedsRequest {
  seeds: readonly number[];
  /** Arguments of the command that evaluates one seed and writes its run to a file, as JSON. */
  command(seed: number, file: string): string[];
  /** Called with the progress lines of the processes. */
  say(line: string): void;
}

/**
 * Evaluates each seed in a process of its own, as many at once as there are processors.
 * @returns the runs in the order of the seeds
 * @throws SidestreamError `runtime/worker-crashed` when one of them fails; the others are then ended
 */
export async function runSeeds({ seeds, command, say }: SeedsRequest): Promise<ProtocolRun[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-seeds-'));
  const waiting = [...seeds.entries()];
  const runs: ProtocolRun[] = [];
  const running = new Set<ChildProcess>();
  const end = (): void => {
    for (const child of running) child.kill();
  };
  // Without this, a signal that ends this process would leave the others running.
  const onSignal = (): void => {
    end();
    rmSync(folder, { recursive: true });
    process.exit(1);
  };
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, seed] = next;
      const file = join(folder, `${index}.json`);
      await runSeed(seed, command(seed, file), say, running);
      runs[index] = parseRun(await readFile(file, 'utf8'));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), seeds.length) }, work));
    return runs;
  } finally {
    waiting.length = 0;
    end();
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    await rm(folder, { recursive: true });
  }
}

function runSeed(
  seed: number,
  args: readonly string[],
  say: (line: string) => void,
  running: Set<ChildProcess>,
): Promise<void> {
  // The same program, under the same loader of TypeScript.
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  createInterface({ input: child.stderr }).on('line', (line) => say(`seed ${seed}: ${line}`));
  return new Promise((resolve, reject) => {
    const failed = (why: string, cause?: unknown): void =>
      reject(
        new SidestreamError(
          'runtime/worker-crashed',
          `The evaluation of seed ${seed} ${why}; its own lines above say why.`,
          { cause },
        ),
      );
    child.on('error', (cause) => failed('could not be started', cause));
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) resolve();
      else failed(signal ? `was ended by ${signal}` : `ended with code ${code}`);
    });
  });
}
