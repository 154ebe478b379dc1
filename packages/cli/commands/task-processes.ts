import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { SidestreamError } from '../../../src/error';
import { type Meter, type PoolEvents, type PoolWorker, WorkerPool } from '../../shop/pipeline';
import { exitBy } from '../bundler';

/** Hidden option of a command whose process runs tasks sent by its parent. */
export const WORKER_OPTION = '--worker';

/** Line that a process prints after all lines of a task: the lines arrive on a different channel than the result. */
const END_OF_LINES = '\u001e';

const messageSchema = v.variant('kind', [
  v.object({ kind: v.literal('result'), result: v.unknown() }),
  v.object({ kind: v.literal('start'), label: v.string(), total: v.number(), done: v.optional(v.number()) }),
  v.object({ kind: v.literal('advance'), count: v.number() }),
  v.object({ kind: v.literal('stop') }),
]);
type Message = v.InferOutput<typeof messageSchema>;

interface Job {
  label: string;
  task: unknown;
}

export interface TaskProcessesOptions {
  size: number;
  /** Command and options with which this program runs tasks in a process, without `WORKER_OPTION`. */
  command: readonly string[];
  /** Called with the lines that the processes print, prefixed with the label of their task. */
  say(line: string): void;
  /** A meter for one stage of a task; stages with the same label may be shown as one. */
  meter(): Meter;
}

/** Runs tasks in separate processes, which end with this one. A process reads its files only once. */
export class TaskProcesses {
  readonly #pool: WorkerPool<Job, unknown>;

  constructor(options: TaskProcessesOptions) {
    this.#pool = new WorkerPool({
      size: options.size,
      start: (events) => startProcess(options, events),
      tries: 1,
      lost: ({ label }, how) => {
        // No waiting task is started after one that failed.
        this.close();
        const todo = how.includes('SIGKILL')
          ? 'If memory is short, the system ends processes: use fewer with --processes'
          : 'Its own lines above say why';
        return new SidestreamError('runtime/worker-crashed', `The process of ${label} ${how}. ${todo}.`);
      },
    });
    process.once('SIGTERM', this.#onSignal);
    process.once('SIGINT', this.#onSignal);
  }

  /** The caller parses the result. @throws SidestreamError `runtime/worker-crashed`; waiting tasks are then not started */
  run(label: string, task: unknown): Promise<unknown> {
    return this.#pool.run({ label, task });
  }

  close(): void {
    process.off('SIGTERM', this.#onSignal);
    process.off('SIGINT', this.#onSignal);
    void this.#pool.close();
  }

  /** Without this, a signal that ends this process would leave the child processes running until their next step. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.close();
    exitBy(signal);
  };
}

function startProcess(
  { command, say, meter }: TaskProcessesOptions,
  { answered, lost }: PoolEvents<unknown>,
): PoolWorker<Job> {
  // The same program, under the same loader of TypeScript.
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...command, WORKER_OPTION], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let prefix = '';
  let shown: Meter | null = null;
  /** The result of the task, while some of its lines may still arrive, and whether all have. */
  let [answer, printed]: [{ result: unknown } | null, boolean] = [null, false];
  const finish = (): void => {
    if (!answer || !printed) return;
    const found = answer;
    [answer, printed, prefix] = [null, false, ''];
    answered(found);
  };
  const stop = (): void => {
    shown?.stop();
    shown = null;
  };
  const end = (how: string): void => {
    child.kill();
    stop();
    lost(how);
  };
  createInterface({ input: child.stderr as Readable }).on('line', (line) => {
    if (line !== END_OF_LINES) return say(`${prefix}${line}`);
    printed = true;
    finish();
  });
  child.on('message', (received) => {
    const { success, output: message } = v.safeParse(messageSchema, received);
    if (!success) end('sent an unexpected message');
    else if (message.kind === 'start') {
      shown = meter();
      shown.start(message.label, message.total, message.done);
    } else if (message.kind === 'advance') shown?.advance(message.count);
    else if (message.kind === 'stop') stop();
    else {
      answer = { result: message.result };
      finish();
    }
  });
  child.on('error', ({ message }) => end(`could not be started (${message})`));
  child.on('close', (code, signal) => end(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  return {
    send({ label, task }) {
      prefix = `${label}: `;
      // A process that cannot be written to is exiting, which is reported separately.
      child.send({ task }, (error) => error && say(`${prefix}${error.message}`));
    },
    async close() {
      child.kill();
    },
  };
}

/** Whether this process was started by `TaskProcesses`. */
export const isTaskProcess = (options: { worker?: boolean }): boolean =>
  options.worker === true && process.send !== undefined;

/** In a process of `TaskProcesses`: a meter that the parent shows. */
export const parentMeter = (): Meter => ({
  start: (label, total, done) => tell({ kind: 'start', label, total, done }),
  advance: (count) => tell({ kind: 'advance', count }),
  stop: () => tell({ kind: 'stop' }),
});

/** In a process of `TaskProcesses`: runs the tasks that the parent sends until it ends. @throws the error of a task */
export function doTasks(work: (task: unknown) => Promise<unknown>): Promise<void> {
  return new Promise((_, reject) => {
    // The parent is gone: nobody waits for the current work.
    process.once('disconnect', () => process.exit(1));
    process.on('message', (message) => {
      const { task } = v.parse(v.object({ task: v.unknown() }), message);
      work(task).then(
        (result) => {
          process.stderr.write(`${END_OF_LINES}\n`);
          tell({ kind: 'result', result });
        },
        (error: unknown) => {
          process.removeAllListeners('disconnect');
          process.disconnect();
          reject(error);
        },
      );
    });
  });
}

function tell(message: Message): void {
  // Once the parent is gone, `disconnect` ends this process.
  if (process.connected) process.send?.(message);
}
