import {
  type CallOptions,
  type Progress,
  type Recommender,
  type RecommenderEvents,
  type RecommenderOptions,
  setCore,
  unsetCore,
} from '../../device/protocol';
import { SidestreamError } from '../../error';
import { closedError, type WorkerConnection } from './connection';
import type { Emit, Remote } from './worker-calls';

/** Maximum number of errors kept until a listener is added. */
const MAX_EARLY_ERRORS = 20;

const FORWARDED = [
  'recommendSegments',
  'recommendRows',
  'products',
  'setHints',
  'explain',
  'getItem',
  'browse',
  'categories',
  'status',
  'metrics',
  'settled',
  'reset',
  'snapshots',
  'inspect',
  'rollback',
  'exportProfile',
  'importProfile',
] as const;

type Listeners = { [K in keyof RecommenderEvents]: Set<(event: RecommenderEvents[K]) => void> };

/**
 * Creates the recommender of one caller, with its own listeners and its own `close()`. It receives events from now on and can be
 * called once its connection has started. Its methods are closures, because a page may detach them.
 * @param leave called when the handle is closed
 */
export function handleOf(
  connection: WorkerConnection,
  { onProgress }: RecommenderOptions,
  leave: () => Promise<void>,
): Recommender {
  const listeners: Listeners = { change: new Set(), progress: new Set(), error: new Set() };
  if (onProgress) listeners.progress.add(onProgress);
  const earlyErrors: SidestreamError[] = [];
  const emit: Emit = (type, event) => {
    if (type === 'error' && listeners.error.size === 0 && earlyErrors.length < MAX_EARLY_ERRORS) {
      earlyErrors.push(event as SidestreamError);
    }
    for (const listener of listeners[type]) {
      try {
        listener(event);
      } catch (thrown) {
        // The page's own error: the other listeners must still get the event.
        reportError(thrown);
      }
    }
  };
  connection.listeners.add(emit);
  const ended = new AbortController();
  let closing: Promise<void> | null = null;
  const open = (): WorkerConnection => {
    if (closing) throw closedError();
    return connection;
  };
  const call = async <T>(work: (remote: Remote) => Promise<T>): Promise<T> => open().call(work);
  /** Makes a call that its caller may abort. */
  const within = async <T>(
    what: string,
    wait: CallOptions | undefined,
    work: (remote: Remote, rest: CallOptions) => Promise<T>,
  ): Promise<T> => {
    const waiting = () => call((remote) => work(remote, { ...wait, signal: undefined }));
    // Loaded only for callers that do not want to wait.
    return wait ? (await import('./deadline')).withDeadline(waiting, wait, what) : waiting();
  };
  const forwarded = FORWARDED.map((name) => [
    name,
    (...given: unknown[]) => call((remote): Promise<unknown> => Reflect.apply(remote[name], remote, given)),
  ]);
  const recommender: Recommender = {
    ...(Object.fromEntries(forwarded) as Pick<Recommender, (typeof FORWARDED)[number]>),
    recommend: (request = {}, wait) => within('recommend()', wait, (remote, rest) => remote.recommend(request, rest)),
    find: (request, wait) =>
      within('find()', wait, async (_, rest) => {
        const { find } = await import('./find');
        return find(request, rest, { call, connection, ended: ended.signal, signal: wait?.signal });
      }),
    rerank: (ids, options = {}, wait) => within('rerank()', wait, (remote, rest) => remote.rerank(ids, options, rest)),
    track: async (type, itemId, details = {}) => open().track({ type, itemId, details }),
    consent: async (level) => open().changeConsent(level),
    forget: async () => open().changeConsent('pending', (remote) => remote.forget()),
    async addItem(item) {
      const { workerUrl } = open().given;
      const onProgress = (progress: Progress): void => emit('progress', progress);
      return (await import('./encode-item')).addItem(item, { call, workerUrl, ended: ended.signal, onProgress });
    },
    async updateOffers(offers) {
      const { kept, ...update } = await call((remote) => remote.updateOffers(offers));
      for (const offer of kept) connection.offers.set(offer.id, offer);
      return update;
    },
    on(type, listener) {
      if (!Object.hasOwn(listeners, type) || typeof listener !== 'function') {
        const text = `on() takes ${Object.keys(listeners).join(', ')}, and a function.`;
        throw new SidestreamError('runtime/invalid-input', text);
      }
      listeners[type].add(listener);
      // Errors from the start go to the first listener.
      if (type === 'error') for (const error of earlyErrors.splice(0)) emit('error', error);
      return () => listeners[type].delete(listener);
    },
    close() {
      closing ??= (async () => {
        ended.abort();
        unsetCore(recommender);
        try {
          await leave();
        } finally {
          connection.listeners.delete(emit);
        }
      })();
      return closing;
    },
  };
  setCore(recommender, connection);
  return recommender;
}
