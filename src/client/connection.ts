import * as Comlink from 'comlink';
import { SidestreamError } from '../error';
import type { GivenOptions, Kept, RemoteListener, WorkerHost } from '../protocol';
import { carryErrors } from '../protocol';
import type { Connection, Emit, Remote, RestartContext } from './connection-types';
import type { ImpressionBatch } from './impression-batch';
import { PendingCalls } from './pending-calls';
import { startWorker } from './worker-script';

/** Longest time that closing waits for the worker, ms: what is not saved by then is learned again from the log. */
const CLOSING = 10_000;

/** The error of whatever is asked of a recommender that was closed. */
export const closedError = (): SidestreamError =>
  new SidestreamError('runtime/closed', 'This recommender is closed. Create a new one.');

/** Starts the worker, which loads the bundle. */
export function connect(options: GivenOptions): Connection {
  carryErrors();
  const listeners = new Set<Emit>();
  const pending = new PendingCalls();
  let resting = false;
  let endRest = (): void => undefined;
  let impressions: ImpressionBatch | null = null;
  let worker: Worker | null = null;
  /** Whether the next worker is not the first one that ran. */
  let restarted = false;
  /** The worker's side, where it is up. */
  let remote: Remote | null = null;
  /** The start of the worker that is up or starting. */
  let coming: Promise<Remote> | null = null;

  const emit: Emit = (type, event) => {
    for (const listener of listeners) listener(type, event);
  };
  const fail = (thrown: unknown): void => emit('error', SidestreamError.from(thrown));
  const listener: RemoteListener = (type, event) => {
    if (type === 'error') emit(type, SidestreamError.deserialize(event));
    else if (type === 'progress') emit(type, event);
    else {
      // Consent may have been given, or taken back, in another tab.
      remember(event.consent);
      emit(type, event);
    }
  };

  const newWorker = (): Worker => startWorker('worker.js', context.given.workerUrl);
  const endWorker = (): void => {
    worker?.terminate();
    worker = remote = null;
  };
  const begin = async (kept: Kept | null): Promise<Remote> => {
    const mine = newWorker();
    worker = mine;
    const crash = (event: Event): void => {
      // One that was ended may still have something to say.
      if (worker !== mine) return;
      // The next call starts another; what was only in memory is gone with the worker.
      endWorker();
      coming = null;
      const why = (event as Partial<ErrorEvent>).message || 'no reason given';
      const error = new SidestreamError(
        'runtime/worker-crashed',
        `The recommender's worker stopped (${why}). The next call starts a new one; if it repeats, check workerUrl and the page's CSP (worker-src, 'wasm-unsafe-eval').`,
      );
      pending.fail(error);
      fail(error);
    };
    mine.addEventListener('error', crash);
    mine.addEventListener('messageerror', crash);
    try {
      remote = await Comlink.wrap<WorkerHost>(mine).start(context.given, Comlink.proxy(listener), kept, restarted);
      restarted = true;
      if (resting) rest();
      return remote;
    } catch (thrown) {
      if (worker === mine) endWorker();
      throw thrown;
    }
  };
  /** @param start one that fails is not the answer to every later call */
  const use = (start: Promise<Remote>): Promise<Remote> => {
    coming = start;
    start.catch(() => {
      if (coming === start) coming = null;
    });
    return start;
  };
  const call: Connection['call'] = (work) =>
    pending.add(() => (remote ? work(remote) : (coming ?? use(begin(null))).then(work)));
  const remember = (consent: GivenOptions['consent']): void => {
    context.given = { ...context.given, consent };
  };
  const consenting: Connection['consenting'] = (level, work) =>
    call(work).then(
      () => remember(level),
      (thrown) => {
        // The shopper said so, whatever became of the worker or of the deletion.
        if (level !== 'granted' && thrown.code !== 'runtime/invalid-input') remember(level);
        throw thrown;
      },
    );
  const context: RestartContext = {
    given: options,
    call,
    consenting,
    begin,
    endWorker,
    replace(start) {
      const last = remote;
      remote = null;
      void use(pending.settled().then(() => start(last)));
    },
    emit,
    fail,
  };

  const rest = (): void => {
    call((up) => up.setResting(resting)).catch(fail);
  };
  /** Before the first list nothing is trained, and nothing was seen. */
  const goOn = async (): Promise<void> => {
    const { ImpressionBatch, watchRest } = await import('./after-start');
    if (connection.closing) return;
    impressions = new ImpressionBatch((events) => call((up) => up.trackAll(events)));
    endRest = watchRest((now) => {
      resting = now;
      // A worker that is gone rests already; a new one is asked to rest when it starts.
      if (remote) rest();
    });
  };

  const shut = async (): Promise<void> => {
    await pending.settled();
    try {
      if (remote) await call((up) => up.close());
    } catch (thrown) {
      // A worker that has stopped is closed; that it stopped is reported.
      if (SidestreamError.from(thrown).code !== 'runtime/worker-crashed') throw thrown;
    }
  };
  const started = call(async () => {
    goOn().catch(fail);
  });
  const connection: Connection = {
    handles: 0,
    listeners,
    get up() {
      return remote !== null;
    },
    started,
    closing: null,
    call,
    consenting,
    join: async (further) => (await import('./join-connection')).joinConnection(context, further),
    track(event) {
      // Those that come before the batch are sent by themselves.
      if (impressions && event.type === 'impression') return impressions.add(event);
      return call((up) => up.track(event.type, event.itemId, event.details));
    },
    fail,
    close() {
      impressions?.close();
      endRest();
      const late = new Promise((resolve) => setTimeout(resolve, CLOSING));
      connection.closing ??= Promise.race([shut(), late])
        .then(() => undefined)
        .finally(() => {
          pending.end(closedError());
          endWorker();
        });
      return connection.closing;
    },
  };
  return connection;
}
