import { SidestreamError } from '../error';
import type { Recommender, RecommenderEvents, RecommenderOptions } from '../protocol';
import { closedError, type Emit, type Remote, type WorkerConnection } from './connection';
import { withDeadline } from './deadline';

/** Most errors that are kept for somebody to listen. */
const MOST_UNHEARD = 20;

/** Methods that are what they are in the worker. */
const PASSED = [
  'explain',
  'getItem',
  'browse',
  'categories',
  'status',
  'metrics',
  'settled',
  'reset',
  'snapshots',
  'rollback',
  'exportProfile',
  'importProfile',
] as const;

/** The connection of each handle. */
const connections = new WeakMap<Recommender, WorkerConnection>();

/** What two handles of one recommender have in common; the recommender itself where it is none of ours. */
export const coreOf = (recommender: Recommender): object => connections.get(recommender) ?? recommender;

type Listeners = { [K in keyof RecommenderEvents]: Set<(event: RecommenderEvents[K]) => void> };

/**
 * The recommender as one caller has it: with listeners of its own, and an end of its own. It gets events from here
 * on, and may be asked once its connection has started.
 * @param leave called when it is closed, once what it was asked is answered
 */
export function handleOf(
  connection: WorkerConnection,
  { workerUrl, onProgress }: RecommenderOptions,
  leave: () => Promise<void>,
): Recommender {
  const listeners: Listeners = { change: new Set(), progress: new Set(), error: new Set() };
  if (onProgress) listeners.progress.add(onProgress);
  /** Errors from before anybody could listen. */
  const unheard: SidestreamError[] = [];
  const emit: Emit = (type, event) => {
    if (type === 'error' && listeners.error.size === 0 && unheard.length < MOST_UNHEARD) {
      unheard.push(event as SidestreamError);
    }
    for (const listener of listeners[type]) {
      try {
        listener(event);
      } catch (thrown) {
        // It is the page's own fault, and no reason for others to miss the event.
        reportError(thrown);
      }
    }
  };
  connection.listeners.add(emit);
  const ended = new AbortController();
  let closing: Promise<void> | null = null;
  const check = (): void => {
    if (closing) throw closedError();
  };
  const call = async <T>(work: (remote: Remote) => Promise<T>): Promise<T> => {
    check();
    return connection.call(work);
  };
  const passed = PASSED.map((name) => [
    name,
    (...given: never[]) => call((remote): Promise<unknown> => remote[name](...given)),
  ]);
  const recommender: Recommender = {
    ...(Object.fromEntries(passed) as Pick<Recommender, (typeof PASSED)[number]>),
    recommend: (request = {}, wait = {}) =>
      withDeadline(
        () => call((remote) => remote.recommend(request, { ...wait, signal: undefined })),
        wait,
        'recommend()',
      ),
    async track(type, itemId, details = {}) {
      check();
      return connection.track({ type, itemId, details });
    },
    async consent(level) {
      check();
      return connection.changeConsent(level, (remote) => remote.consent(level));
    },
    async forget() {
      check();
      return connection.changeConsent('pending', (remote) => remote.forget());
    },
    async addItem(item) {
      check();
      const { addItem } = await import('./encode-item');
      return addItem(item, {
        call,
        workerUrl,
        ended: ended.signal,
        onProgress: (progress) => emit('progress', progress),
      });
    },
    on(type, listener) {
      if (!Object.hasOwn(listeners, type) || typeof listener !== 'function') {
        const text = `on() takes one of ${Object.keys(listeners).join(', ')}, and a function.`;
        throw new SidestreamError('runtime/invalid-input', text);
      }
      listeners[type].add(listener);
      // What went wrong while starting goes to the first listener.
      if (type === 'error') for (const error of unheard.splice(0)) emit('error', error);
      return () => listeners[type].delete(listener);
    },
    close() {
      closing ??= (async () => {
        ended.abort();
        try {
          await leave();
        } finally {
          connection.listeners.delete(emit);
        }
      })();
      return closing;
    },
  };
  connections.set(recommender, connection);
  return recommender;
}
