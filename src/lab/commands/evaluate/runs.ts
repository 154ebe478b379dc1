import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../../../core/common/sha256';
import { SidestreamError } from '../../../error';
import { TaskProcesses, type TaskProcessesOptions } from '../../../shop/cli';
import { writeWhole } from '../../../shop/training';
import { type ProtocolRun, parseRun } from '../../evaluate';
import type { EvaluateInput, PastFile } from './input';
import type { Protocol } from './protocol';

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
async function digestOf({ bundle, events, past, shoppers, half, methods, windows }: EvaluateInput): Promise<string> {
  const log = events.map(({ user, item, time }) => [user, item, time]);
  const asked = [bundle.manifest.digest, past, shoppers ?? null, half, methods ?? null, windows ?? null, log];
  return (await sha256(new TextEncoder().encode(JSON.stringify(asked)))).slice(0, 12);
}

/** A step of an evaluation that a process does: it learns a file of the past, by name, or evaluates a part. */
const taskSchema = v.strictObject({
  seed: v.pipe(v.number(), v.integer(), v.minValue(1)),
  learn: v.optional(v.string()),
  part: v.optional(
    v.strictObject({
      index: v.pipe(v.number(), v.integer(), v.minValue(0)),
      of: v.pipe(v.number(), v.integer(), v.minValue(1)),
    }),
  ),
});
export type Task = v.InferOutput<typeof taskSchema>;

/** Reads a task from another process. @throws SidestreamError `runtime/invalid-input` when it is none */
export function parseTask(data: unknown): Task {
  const parsed = v.safeParse(taskSchema, data);
  if (parsed.success) return parsed.output;
  throw new SidestreamError(
    'runtime/invalid-input',
    `${JSON.stringify(data)} is no task: ${parsed.issues[0].message}.`,
  );
}

/** Does a task in this process. @returns of a part, what `report` needs of it */
export async function doTask(protocol: Protocol, input: EvaluateInput, { learn, part }: Task): Promise<unknown> {
  if (part) return protocol.measure(input, part);
  const files = (await protocol.pastFiles(input)).flatMap(withNeeds);
  await files.find(({ path }) => basename(path) === learn)?.make();
  return '';
}

/** A file and those that it is learned from. */
const withNeeds = (file: PastFile): PastFile[] => [file, ...(file.needs ?? []).flatMap(withNeeds)];

export interface SeedsRequest extends Pick<TaskProcessesOptions, 'command' | 'say' | 'meter'> {
  protocol: Protocol;
  seeds: readonly number[];
  inputOf(seed: number): EvaluateInput;
  /** Processes at most; 1: everything in this one. */
  processes: number;
  /** As `keptRun`. */
  kept(input: EvaluateInput, evaluate: (input: EvaluateInput) => Promise<ProtocolRun>): Promise<ProtocolRun>;
}

/**
 * Evaluates seeds, as many tasks at once as there may be processes: what is learned from the past is learned first, once;
 * then the shoppers of each seed are divided. The result does not depend on the number of processes.
 * @returns the runs in the order of the seeds
 * @throws SidestreamError `runtime/worker-crashed` when a process fails; the others are then ended
 */
export async function runSeeds(request: SeedsRequest): Promise<ProtocolRun[]> {
  const { protocol, seeds, inputOf, kept, processes, say } = request;
  const pool = processes > 1 ? new TaskProcesses({ ...request, size: processes }) : null;
  const queue = new TaskQueue(processes, async (task) => {
    if (!pool) return doTask(protocol, inputOf(task.seed), task);
    const result = await pool.run(labelOf(task), task);
    // Meters say nothing about a step that takes no time.
    if (task.part) say(`${labelOf(task)}: Evaluated`);
    if (task.learn) say(`${labelOf(task)}: Learned from the past`);
    return result;
  });
  // So many parts that all processes have as much to do.
  const share = processes / greatestDivisor(processes, seeds.length);
  const learned = new Map<string, Promise<void>>();
  const learn = (seed: number, file: PastFile): Promise<void> => {
    const found = learned.get(file.path) ?? learnOnce(seed, file);
    learned.set(file.path, found);
    return found;
  };
  const learnOnce = async (seed: number, file: PastFile): Promise<void> => {
    if (existsSync(file.path)) return;
    await Promise.all((file.needs ?? []).map((needed) => learn(seed, needed)));
    await queue.add({ seed, learn: basename(file.path) });
  };
  const evaluate = async (input: EvaluateInput): Promise<ProtocolRun> => {
    const { seed } = input;
    const files = await protocol.pastFiles(input);
    await Promise.all(files.map((file) => learn(seed, file)));
    const parts = protocol.parts(input, share);
    const all = Array.from({ length: parts }, (_, index) => queue.add({ seed, part: { index, of: parts } }));
    return protocol.report(input, v.parse(v.array(v.string()), await Promise.all(all)));
  };
  try {
    return await Promise.all(seeds.map((seed) => kept(inputOf(seed), evaluate)));
  } finally {
    queue.close();
    pool?.close();
  }
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Does tasks in order, some at once, until one fails. */
class TaskQueue {
  readonly #most: number;
  readonly #work: (task: Task) => Promise<unknown>;
  #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number, work: (task: Task) => Promise<unknown>) {
    this.#most = most;
    this.#work = work;
  }

  async add(task: Task): Promise<unknown> {
    if (this.#running < this.#most) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#work(task);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** What waits is never done. */
  close(): void {
    this.#waiting = [];
  }
}

const labelOf = ({ seed, part }: Task): string =>
  part && part.of > 1 ? `seed ${seed}, part ${part.index + 1} of ${part.of}` : `seed ${seed}`;
