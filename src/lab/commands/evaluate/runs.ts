import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../../../core/common/bytes';
import { invalidInput } from '../../../error';
import { TaskProcesses, type TaskProcessesOptions } from '../../../shop/cli';
import { writeWhole } from '../../../shop/training/node';
import { type ProtocolRun, parseRun } from '../../evaluate';
import type { EvaluateInput, PastFile } from './input';
import type { Protocol } from './protocol';

/**
 * The run of one seed: read from a folder, or evaluated and kept there, which lets a long evaluation continue after an
 * interruption. The name of the file depends on protocol, catalogue, log, the other options and the seed. It does not depend on
 * the version of the program, so a folder is valid for one version only.
 * @param folder folder of the runs; undefined: nothing is read or kept
 * @throws SidestreamError `runtime/invalid-input` if a file there is not a run
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

/** 12 hex digits of a digest of everything on which a result depends. */
async function digestOf({ bundle, events, past, shoppers, half, methods, windows }: EvaluateInput): Promise<string> {
  const log = events.map(({ user, item, time }) => [user, item, time]);
  const asked = [bundle.manifest.digest, past, shoppers ?? null, half, methods ?? null, windows ?? null, log];
  return (await sha256(new TextEncoder().encode(JSON.stringify(asked)))).slice(0, 12);
}

/** A step of an evaluation in one process: it learns a file of the past, by name, or evaluates a part. */
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

/** Reads a task from another process. @throws SidestreamError `runtime/invalid-input` if it is not a task */
export function parseTask(data: unknown): Task {
  const parsed = v.safeParse(taskSchema, data);
  if (parsed.success) return parsed.output;
  throw invalidInput(`${JSON.stringify(data)} is not a task: ${parsed.issues[0].message}.`);
}

/** Runs a task in this process. @returns for a part, the text for `report` */
export async function doTask(protocol: Protocol, input: EvaluateInput, { learn, part }: Task): Promise<unknown> {
  if (part) return protocol.measure(input, part);
  const files = (await protocol.pastFiles(input)).flatMap(withNeeds);
  await files.find(({ path }) => basename(path) === learn)?.make();
  return '';
}

const withNeeds = (file: PastFile): PastFile[] => [file, ...(file.needs ?? []).flatMap(withNeeds)];

export interface SeedsRequest extends Pick<TaskProcessesOptions, 'command' | 'say' | 'meter'> {
  protocol: Protocol;
  seeds: readonly number[];
  inputOf(seed: number): EvaluateInput;
  /** Maximum number of processes; 1: everything in this one. */
  processes: number;
  /** As `keptRun`. */
  kept(input: EvaluateInput, evaluate: (input: EvaluateInput) => Promise<ProtocolRun>): Promise<ProtocolRun>;
}

/**
 * Evaluates seeds, with as many concurrent tasks as processes are allowed: the files of the past are learned first, once; then
 * the shoppers of each seed are divided. The result does not depend on the number of processes.
 * @returns the runs in the order of the seeds
 * @throws SidestreamError `runtime/worker-crashed` if a process fails; the other processes are then ended
 */
export async function runSeeds(request: SeedsRequest): Promise<ProtocolRun[]> {
  const { protocol, seeds, inputOf, kept, processes, say } = request;
  const pool = processes > 1 ? new TaskProcesses({ ...request, size: processes }) : null;
  const queue = new TaskQueue(processes, async (task) => {
    if (!pool) return doTask(protocol, inputOf(task.seed), task);
    const result = await pool.run(labelOf(task), task);
    // Meters do not show a step that takes no time.
    if (task.part) say(`${labelOf(task)}: Evaluated`);
    if (task.learn) say(`${labelOf(task)}: Learned from the past`);
    return result;
  });
  // Choose a number of parts that gives all processes equal work.
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

/** Runs tasks in order, some concurrently, until one fails. */
class TaskQueue {
  #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly most: number,
    private readonly work: (task: Task) => Promise<unknown>,
  ) {}

  async add(task: Task): Promise<unknown> {
    if (this.#running < this.most) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.work(task);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Waiting tasks are never run. */
  close(): void {
    this.#waiting = [];
  }
}

const labelOf = ({ seed, part }: Task): string =>
  part && part.of > 1 ? `seed ${seed}, part ${part.index + 1} of ${part.of}` : `seed ${seed}`;
