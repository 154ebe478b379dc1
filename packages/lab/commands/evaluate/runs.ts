import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { sha256 } from '../../../../src/core/common/bytes';
import { kept as keptIn } from '../../../../src/core/common/grouped';
import { type TaskProcessesOptions, taskProcesses } from '../../../cli/commands';
import { writeWhole } from '../../../cli/training';
import type { Part } from '../../evaluate/measurement';
import { type ProtocolRun, parseRun } from '../../evaluate/result';
import type { EvaluateInput, PastFile } from './input';

/** The evaluation of one seed, in steps that may run in several processes. */
export interface Evaluation {
  /** Default: `share`, which divides the processes evenly; 1 if a process has the seed to itself. */
  parts?(share: number): number;
  pastFiles?(): Promise<PastFile[]>;
  /** The files of the past already exist. @returns what `report` gets of this part: only the protocol itself knows its form */
  measure(part: Part): Promise<unknown>;
  /** @param parts results of all parts, in order: the findings do not depend on how many there are */
  report(parts: readonly unknown[]): Pick<ProtocolRun, 'setting' | 'tables'> & Partial<Pick<ProtocolRun, 'figures'>>;
}

/** An evaluation whose parts are its methods: the last ones first, which take longest. @param names in the order of the tables */
export const byMethod = <Name extends string, Run extends { name: string }>(
  names: readonly Name[],
  run: (name: Name) => Promise<Run>,
  report: (runs: readonly Run[]) => ReturnType<Evaluation['report']>,
): Evaluation => ({
  parts: (share) => (share === 1 ? 1 : names.length),
  async measure({ index, of }) {
    const runs: Run[] = [];
    for (const name of names.toReversed().filter((_, n) => n % of === index)) runs.push(await run(name));
    return runs;
  },
  report(parts: readonly Run[][]) {
    const found = new Map(parts.flat().map((one) => [one.name, one]));
    return report(names.flatMap((name) => found.get(name) ?? []));
  },
});

/** @throws SidestreamError `runtime/invalid-input` if there is nothing to evaluate, or if a method is unknown */
export type Protocol = (input: EvaluateInput) => Evaluation;

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
  evaluate: () => Promise<ProtocolRun>,
): Promise<ProtocolRun> {
  if (folder === undefined) return evaluate();
  const file = join(folder, `${protocol}-${await digestOf(input)}-seed-${input.seed}.json`);
  if (existsSync(file)) {
    input.say(`The run of seed ${input.seed} is in ${file}`);
    return parseRun(await readFile(file, 'utf8'));
  }
  const run = await evaluate();
  await writeWhole(file, JSON.stringify(run));
  return run;
}

/** 12 hex digits of a digest of everything on which a result depends. */
async function digestOf(input: EvaluateInput): Promise<string> {
  const { bundle, past, shoppers, half, minShoppers, methods, published = false, windows } = input;
  const log = input.events.map(({ user, item, time }) => [user, item, time]);
  const asked = [bundle.manifest, past, shoppers, half, minShoppers, methods, published, windows, log];
  return (await sha256(new TextEncoder().encode(JSON.stringify(asked)))).slice(0, 12);
}

/** A step of an evaluation in one process: it learns a file of the past, by name, or evaluates a part. */
export interface Task {
  seed: number;
  learn?: string;
  part?: Part;
}

/** Runs a task in this process. @returns for a part, what `report` gets */
export async function doTask({ measure, pastFiles }: Evaluation, { learn, part }: Task): Promise<unknown> {
  if (part) return measure(part);
  const files = await pastFiles?.();
  await files?.find(({ path }) => basename(path) === learn)?.make();
}

export interface SeedsRequest extends Omit<TaskProcessesOptions, 'size'> {
  seeds: readonly number[];
  evaluationOf(seed: number): Evaluation;
  /** Maximum number of processes; 1: everything in this one. */
  processes: number;
  /** The run of a seed, which may exist already. */
  kept(seed: number, evaluate: () => Promise<ProtocolRun>): Promise<ProtocolRun>;
  protocol: string;
}

/**
 * Evaluates seeds, with as many concurrent tasks as processes are allowed: the files of the past are learned first, once; then
 * the shoppers of each seed are divided. The result does not depend on the number of processes.
 * @returns the runs in the order of the seeds
 * @throws SidestreamError `runtime/worker-crashed` if a process fails; the other processes are then ended
 */
export async function runSeeds(request: SeedsRequest): Promise<ProtocolRun[]> {
  const { protocol, seeds, evaluationOf, kept, processes, say } = request;
  const pool = processes > 1 ? taskProcesses<Task, unknown>({ ...request, size: processes }) : null;
  const limit = pLimit(processes);
  const work = async (task: Task): Promise<unknown> => {
    if (!pool) return doTask(evaluationOf(task.seed), task);
    const result = await pool.run(labelOf(task), task);
    // Meters do not show a step that takes no time.
    say(`${labelOf(task)}: ${task.part ? 'Evaluated' : 'Learned from the past'}`);
    return result;
  };
  const queued = (task: Task): Promise<unknown> =>
    limit(() =>
      work(task).catch((error) => {
        // Waiting tasks are never run. The next one begins as soon as this one has settled.
        limit.clearQueue();
        throw error;
      }),
    );
  // Choose a number of parts that gives all processes equal work.
  const share = processes / greatestDivisor(processes, seeds.length);
  const learned = new Map<string, Promise<unknown>>();
  const learn = (seed: number, { path }: PastFile): Promise<unknown> =>
    keptIn(learned, path, async () => existsSync(path) || queued({ seed, learn: basename(path) }));
  const evaluate = async (seed: number): Promise<ProtocolRun> => {
    const { parts, pastFiles, report } = evaluationOf(seed);
    await Promise.all(((await pastFiles?.()) ?? []).map((file) => learn(seed, file)));
    const of = parts?.(share) ?? share;
    const all = Array.from({ length: of }, (_, index) => queued({ seed, part: { index, of } }));
    const { setting, tables, figures = {} } = report(await Promise.all(all));
    return { protocol, seed, setting, tables, figures };
  };
  try {
    return await Promise.all(seeds.map((seed) => kept(seed, () => evaluate(seed))));
  } finally {
    limit.clearQueue();
    pool?.close();
  }
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

const labelOf = ({ seed, part }: Task): string =>
  part && part.of > 1 ? `seed ${seed}, part ${part.index + 1} of ${part.of}` : `seed ${seed}`;
