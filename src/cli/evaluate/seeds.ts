import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SidestreamError } from '../../error';
import { type ProtocolRun, parseRun } from '../../evaluate';

export interface SeedsRequest {
  seeds: readonly number[];
  /** Arguments of the command that evaluates one seed and writes its run to a file, as JSON. */
  command(seed: number, file: string): string[];
  /** Hears the lines that the processes say about how far they are. */
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
  // A signal that ends this process would leave the others behind.
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
