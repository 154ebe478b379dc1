import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import pLimit, { type LimitFunction } from 'p-limit';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { exitBy } from '../bundler';
import type { Meter } from '../pipeline';

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
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Worker {
  child: ChildProcess;
  job: Job | null;
  meter: Meter | null;
  /** The result of the task, while some of its lines may still arrive. */
  result: { value: unknown } | null;
  /** Whether all lines of the task have arrived. */
  printed: boolean;
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
  readonly #workers = new Set<Worker>();
  readonly #limit: LimitFunction;
  #closed = false;

  constructor(private readonly options: TaskProcessesOptions) {
    this.#limit = pLimit(options.size);
    process.once('SIGTERM', this.#onSignal);
    process.once('SIGINT', this.#onSignal);
  }

  /** The caller parses the result. @throws SidestreamError `runtime/worker-crashed`; waiting tasks are then not started */
  run(label: string, task: unknown): Promise<unknown> {
    const done = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const worker = [...this.#workers].find(({ job }) => job === null) ?? this.#start();
        worker.job = { label, resolve, reject };
        worker.result = null;
        worker.printed = false;
        worker.child.send({ task }, (error) => {
          // A process that cannot be written to is exiting, which is reported separately.
          if (error) this.options.say(`${label}: ${error.message}`);
        });
      });
    return this.#limit(done);
  }

  close(): void {
    this.#closed = true;
    this.#limit.clearQueue();
    process.off('SIGTERM', this.#onSignal);
    process.off('SIGINT', this.#onSignal);
    this.#end();
  }

  #end(): void {
    for (const { child } of this.#workers) child.kill();
  }

  /** Without this, a signal that ends this process would leave the child processes running until their next step. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#end();
    exitBy(signal);
  };

  #start(): Worker {
    // The same program, under the same loader of TypeScript.
    const args = [...process.execArgv, process.argv[1], ...this.options.command, WORKER_OPTION];
    const child = spawn(process.execPath, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const worker: Worker = { child, job: null, meter: null, result: null, printed: false };
    this.#workers.add(worker);
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (line === END_OF_LINES) {
          worker.printed = true;
          this.#finish(worker);
        } else this.options.say(worker.job ? `${worker.job.label}: ${line}` : line);
      });
    }
    child.on('message', (message) => {
      const parsed = v.safeParse(messageSchema, message);
      if (parsed.success) this.#onMessage(worker, parsed.output);
      else this.#lost(worker, 'sent an unexpected message');
    });
    child.on('error', (cause) => this.#lost(worker, 'could not be started', cause));
    child.on('close', (code, signal) => {
      this.#lost(worker, signal ? `was ended by ${signal}` : `ended with code ${code}`);
    });
    return worker;
  }

  #onMessage(worker: Worker, message: Message): void {
    switch (message.kind) {
      case 'start':
        worker.meter = this.options.meter();
        worker.meter.start(message.label, message.total, message.done);
        return;
      case 'advance':
        worker.meter?.advance(message.count);
        return;
      case 'stop':
        worker.meter?.stop();
        worker.meter = null;
        return;
      case 'result':
        worker.result = { value: message.result };
        this.#finish(worker);
    }
  }

  /** Continues with the next task once the result and all lines of this one have arrived. */
  #finish(worker: Worker): void {
    const { job, result, printed } = worker;
    if (!job || !result || !printed) return;
    worker.job = null;
    job.resolve(result.value);
  }

  #lost(worker: Worker, how: string, cause?: unknown): void {
    worker.meter?.stop();
    worker.meter = null;
    const { job } = worker;
    if (!this.#workers.delete(worker) || !job || this.#closed) return;
    this.#limit.clearQueue();
    const todo = how.includes('SIGKILL')
      ? 'If memory is short, the system ends processes: use fewer with --processes'
      : 'Its own lines above say why';
    job.reject(
      new SidestreamError('runtime/worker-crashed', `The process of ${job.label} ${how}. ${todo}.`, { cause }),
    );
  }
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
