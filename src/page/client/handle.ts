import {
  type CallOptions,
  CORE,
  type InspectionAnswers,
  type Progress,
  type Recommender,
  type RecommenderEvents,
  type RecommenderOptions,
} from '../../device/protocol';
import { SidestreamError } from '../../error';
import { closedError, type WorkerConnection } from './connection';
import type { Emit, Remote } from './worker-calls';

/** Maximum number of errors kept until a listener is added. */
const MAX_EARLY_ERRORS = 20;

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
  const context = { call, connection, ended: ended.signal };
  const onEncode = (progress: Progress): void => emit('progress', progress);
  const transfer = (file: Blob, passphrase: string | undefined, merge: boolean) =>
    call((remote) => remote.importProfile(file, { passphrase, merge }));
  const recommender: Recommender = {
    recommend: (request = {}, wait) => within('recommend()', wait, (remote, rest) => remote.recommend(request, rest)),
    recommendRows: (request) => call((remote) => remote.recommendRows(request)),
    recommendSegments: (request) => call((remote) => remote.recommendSegments(request)),
    rerank: (ids, options = {}, wait) => within('rerank()', wait, (remote, rest) => remote.rerank(ids, options, rest)),
    find: (request, wait) =>
      within('find()', wait, async (_, rest) =>
        (await import('./find')).find(request, rest, { ...context, signal: wait?.signal }),
      ),
    explain: (itemId, request) => call((remote) => remote.explain(itemId, request)),
    track: async (type, itemId, details = {}) => open().track({ type, itemId, details }),
    profile: {
      consent: async (level) => open().changeConsent(level),
      setHints: (hints) => call((remote) => remote.setHints(hints)),
      snapshots: () => call((remote) => remote.snapshots()),
      rollback: (id) => call((remote) => remote.rollback(id)),
      export: (passphrase) => call((remote) => remote.exportProfile(passphrase)),
      import: (file, passphrase) => transfer(file, passphrase, false),
      merge: (file, passphrase) => transfer(file, passphrase, true),
      reset: () => call((remote) => remote.reset()),
      forget: async () => open().changeConsent('pending', (remote) => remote.forget()),
    },
    catalog: {
      get: (id, lang) => call((remote) => remote.getItem(id, lang)),
      products: (ids, request) => call((remote) => remote.products(ids, request)),
      browse: (request) => call((remote) => remote.browse(request)),
      categories: (request) => call((remote) => remote.categories(request)),
      insert: async (item) => (await import('./encode-item')).insertItem(item, context, onEncode),
      async updateOffers(offers) {
        const { kept, ...update } = await call((remote) => remote.updateOffers(offers));
        for (const offer of kept) connection.offers.set(offer.id, offer);
        return update;
      },
    },
    experiment: { metrics: () => call((remote) => remote.metrics()) },
    status: {
      get: () => call((remote) => remote.status()),
      settled: () => call((remote) => remote.settled()),
      // Comlink's types do not keep which answer belongs to which question.
      inspect: (question, ...[about]) =>
        call(async (remote) => (await remote.inspect(question, about)) as InspectionAnswers[typeof question]),
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
        // A closed handle has nothing in common with the others.
        Reflect.deleteProperty(recommender, CORE);
        try {
          await leave();
        } finally {
          connection.listeners.delete(emit);
        }
      })();
      return closing;
    },
  };
  Object.defineProperty(recommender, CORE, { value: connection, configurable: true });
  return recommender;
}
