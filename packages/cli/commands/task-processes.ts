import { SidestreamError } from '../../../src/error';
import { type Meter, type PoolEvents, type PoolWorker, WorkerPool } from '../../shop/pipeline';
import { exitBy, forkWorker, type Told } from '../bundler';

/** Hidden option of a command whose process runs tasks sent by its parent. */
export const WORKER_OPTION = '--worker';

interface Job<Task> {
  label: string;
  task: Task;
}

export interface TaskProcessesOptions {
  size: number;
  /** Command and options with which this program runs tasks in a process, without `WORKER_OPTION`. */
  command: readonly string[];
  /** Called with the lines that tasks say, prefixed with the label of the task. */
  say(line: string): void;
  /** A meter for one stage of a task; stages with the same label may be shown as one. */
  meter(): Meter;
}

/** Runs tasks in separate processes, which end with this one and run `answerRequests`. A process reads its files only once. */
export function taskProcesses<Task, Result>(options: TaskProcessesOptions) {
  const close = (): void => {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    void pool.close();
  };
  // Without this, a signal that ends this process would leave the child processes running until their next step.
  const onSignal = (signal: NodeJS.Signals): void => {
    close();
    exitBy(signal);
  };
  const pool = new WorkerPool<Job<Task>, Result>({
    size: options.size,
    start: (events) => startProcess(options, events),
    tries: 1,
    lost: ({ label }, how) => {
      // No waiting task is started after one that failed.
      close();
      const [ended, todo] = how.startsWith('SIG')
        ? ['was ended by', 'If memory is short, the system ends processes: use fewer with --processes']
        : ['ended with', 'Its own lines above say why'];
      return new SidestreamError('runtime/worker-crashed', `The process of ${label} ${ended} ${how}. ${todo}.`);
    },
  });
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  return {
    /** @throws SidestreamError the error of the task; `runtime/worker-crashed` if its process dies: waiting tasks are then not started */
    run: (label: string, task: Task): Promise<Result> => pool.run({ label, task }),
    close,
  };
}

/** Starts the same program, under the same loader of TypeScript. */
function startProcess<Task, Result>(
  { command, say, meter }: TaskProcessesOptions,
  events: PoolEvents<Result>,
): PoolWorker<Job<Task>> {
  let prefix = '';
  let shown: Meter | null = null;
  const stop = (): void => {
    shown?.stop();
    shown = null;
  };
  const told = (message: Told): void => {
    if (message[0] === 'say') say(`${prefix}${message[1]}`);
    else if (message[0] === 'advance') shown?.advance(message[1]);
    else if (message[0] === 'stop') stop();
    else {
      const [, ...stage] = message;
      shown = meter();
      shown.start(...stage);
    }
  };
  const lost = (how: string): void => {
    stop();
    events.lost(how);
  };
  const child = forkWorker<Task, Result>(process.argv[1], [...command, WORKER_OPTION], { ...events, lost, told });
  return {
    send({ label, task }) {
      prefix = `${label}: `;
      child.send(task);
    },
    // It may be in the middle of a long step.
    close: async () => child.kill(),
  };
}

/** Whether this process was started by `taskProcesses`. */
export const isTaskProcess = (options: { worker?: boolean }): boolean =>
  options.worker === true && process.send !== undefined;

/** In a process of `taskProcesses`: what the parent shows. */
export const parentOutput = (): { meter: Meter; say(line: string): void } => ({
  meter: {
    start: (...stage) => tell(['start', ...stage]),
    advance: (count) => tell(['advance', count]),
    stop: () => tell(['stop']),
  },
  say: (line) => tell(['say', line]),
});

function tell(told: Told): void {
  // Once the parent is gone, `disconnect` ends this process.
  if (process.connected) process.send?.(told);
}
