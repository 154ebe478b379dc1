import {
  coreOf,
  type GivenOptions,
  type Recommender,
  type RecommenderOptions,
  type Refusal,
} from '../../device/protocol';
import { SidestreamError } from '../../error';
import { WorkerConnection } from './connection';
import { erase } from './erasure';
import { handleOf } from './handle';
import { workerAddress } from './worker-script';

const running = new Map<string, WorkerConnection>();

/** Absolute address of a bundle's folder. @throws SidestreamError `runtime/invalid-input` */
export function bundleAddress(bundle: unknown): string {
  const page = globalThis.document?.baseURI;
  if (typeof bundle === 'string' && bundle !== '' && URL.canParse(bundle, page)) {
    return new URL(bundle.replace(/\/*$/, '/'), page).href;
  }
  const text = 'createRecommender(): bundle: must be a folder, such as "/bundle/".';
  throw new SidestreamError('runtime/invalid-input', text);
}

/**
 * Starts a recommender or joins the existing one, as `createRecommender` does.
 * @param consent the consent at the start; unlike with the option, a further call does not change it
 */
export async function startRecommender(
  options: RecommenderOptions,
  consent?: RecommenderOptions['consent'],
): Promise<Recommender> {
  const refusal = refusalIn(options);
  try {
    const handle = await start(options, consent);
    await refusal;
    return handle;
  } catch (thrown) {
    // Also without a bundle: data left on the device is the more serious failure.
    throw (await refusal) ?? thrown;
  }
}

async function start(options: RecommenderOptions, consent: RecommenderOptions['consent']): Promise<Recommender> {
  const address = bundleAddress(options?.bundle);
  const { bundle, namespace = 'default', onProgress, ...others } = options;
  // A closing connection may still write.
  for (let last = running.get(namespace); last?.closing; last = running.get(namespace)) {
    await last.closing.catch(() => undefined);
  }
  const { onMetric, workerUrl } = others;
  const given: GivenOptions = {
    consent,
    ...options,
    bundle: address,
    // Callers may spell the same address in several ways.
    workerUrl: workerUrl === undefined ? undefined : workerAddress(workerUrl),
    onProgress: onProgress && typeof onProgress,
    onMetric: onMetric && typeof onMetric,
  };
  const joined = running.get(namespace);
  if (joined && joined.given.bundle !== address) {
    throw (await import('./join-connection')).otherBundle(namespace, joined.given.bundle, address);
  }
  const connection = joined ?? new WorkerConnection(given);
  running.set(namespace, connection);
  connection.handles++;
  let endHook: (() => Promise<void>) | undefined;
  const handle = handleOf(connection, options, async () => {
    deletePageRecommender(handle);
    await endHook?.();
    if (--connection.handles > 0) return;
    await connection.close().finally(() => running.delete(namespace));
  });
  let started = false;
  try {
    await connection.started;
    started = true;
    // A caller without further options, such as an element, needs nothing more.
    const more = Object.keys(others).length > 0 || (onProgress && typeof onProgress !== 'function');
    if (joined && more) await (await import('./join-connection')).joinConnection(connection, given);
    // Loaded only for shops that send metrics.
    if (onMetric) endHook = (await import('./metric-hook')).addHook(connection, onMetric);
    return handle;
  } catch (thrown) {
    await handle.close().catch(() => undefined);
    // An option of the other caller may have caused its start to fail.
    if (joined && !started) return start(options, consent);
    throw SidestreamError.from(thrown);
  }
}

/**
 * Withdraws consent in a namespace: through the page's recommender, even while it starts, otherwise without one.
 * @throws SidestreamError `store/blocked`, `store/unavailable`
 */
export async function refuse(namespace: string, consent: Refusal): Promise<void> {
  const connection = running.get(namespace);
  // A closing worker learns of the withdrawal in the same way as another tab.
  await (connection && !connection.closing ? connection.changeConsent(consent) : erase(namespace, consent));
}

/**
 * Carries out a refusal in the options at once, whether or not the start succeeds; undefined if there is no refusal. `pending`
 * counts as a refusal only if a running recommender has another consent. Resolves with the failure, if any, and never rejects.
 */
function refusalIn(options: RecommenderOptions): Promise<SidestreamError | null> | undefined {
  const { consent, namespace = 'default' } = options ?? {};
  const connection = typeof namespace === 'string' ? running.get(namespace) : undefined;
  // The same consent again is not a new answer.
  const withdraws = connection ? connection.given.consent !== consent : consent === 'denied';
  if (typeof namespace !== 'string' || (consent !== 'denied' && consent !== 'pending') || !withdraws) return undefined;
  return refuse(namespace, consent).then(
    () => null,
    (thrown) => {
      // If there is no connection yet, its worker tries again and reports the result.
      connection?.fail(thrown);
      return SidestreamError.from(thrown);
    },
  );
}

/**
 * Starts a recommender: a worker that loads the bundle, ranks and learns. Resolves when the first list can be requested.
 *
 * A page has one recommender per namespace: further calls join the existing one, and so do the elements, whichever comes first.
 * Another bundle needs another namespace. Each caller gets a handle with its own listeners and its own `close()`; the last
 * `close()` ends the worker. Further callers must give the same values of `learning`, `encrypt`, `workerUrl`, `rules`,
 * `experiment` and `market`, or leave them out; a different value is rejected. Elements without `bundle` and `recommender` join
 * the recommender, including those added to the page later; if the page creates several recommenders in different namespaces,
 * such elements join none of them. An option that no earlier caller gave restarts the worker, which keeps the learned profile, so
 * give options in the first call where you can. In a further call, `consent` works like `profile.consent()`; `onProgress` and `onMetric`
 * belong to each caller.
 * @throws SidestreamError `runtime/invalid-input` when an option is missing, unknown or wrong, `bundle/*` when the bundle
 *   cannot be read, `runtime/worker-crashed` when the worker dies, `runtime/other-bundle` when the page uses the namespace with
 *   another bundle. With `consent: 'denied'`, the device is emptied even then
 */
export async function createRecommender(options: RecommenderOptions): Promise<Recommender> {
  const recommender = await startRecommender(options);
  const { namespace = 'default' } = options;
  addPageRecommender(recommender, { bundle: bundleAddress(options.bundle), namespace });
  return recommender;
}

/** The data to delete. */
export interface EraseOptions {
  /** Namespace of the shop's lists and of `createRecommender()`. Default `default`. */
  namespace?: string;
}

/**
 * Deletes all our data on this device, as `profile.forget()` does, but without a recommender, a bundle or a worker: the profile, the log,
 * and the places in feeds that this tab keeps. Lists of this page and of other tabs forget too and continue as if the shopper had not
 * answered.
 * @throws SidestreamError `runtime/invalid-input` for a wrong option, `store/blocked` when another page holds the database open,
 *   `store/unavailable` if the browser does not let the page delete it
 */
export async function eraseDevice(options: EraseOptions = {}): Promise<void> {
  await refuse(namespaceIn(options), 'pending');
}

/** Checked by hand: pages do not load the schemas. */
function namespaceIn(options: unknown): string {
  if (typeof options === 'object' && options !== null && Object.keys(options).every((name) => name === 'namespace')) {
    const { namespace = 'default' } = options as { namespace?: unknown };
    if (typeof namespace === 'string' && namespace.length >= 1 && namespace.length <= 256) return namespace;
  }
  throw new SidestreamError(
    'runtime/invalid-input',
    'eraseDevice() takes nothing, or an object with a namespace of 1 to 256 characters: { namespace: "outlet" }.',
  );
}

/** The data that elements need to join a recommender: the absolute address of its bundle and its namespace. */
export interface PageBundle {
  bundle: string;
  namespace: string;
}

/** Open recommenders created by the page's own scripts, in the order in which they became ready. */
const open = new Map<Recommender, PageBundle>();
const listeners = new Set<() => void>();

const tell = (): void => {
  for (const listener of listeners) listener();
};

export function addPageRecommender(recommender: Recommender, of: PageBundle): void {
  open.set(recommender, of);
  tell();
}

export function deletePageRecommender(recommender: Recommender): void {
  if (open.delete(recommender)) tell();
}

const only = (): [Recommender, PageBundle] | null => {
  const [first] = open;
  return first && [...open.keys()].every((other) => coreOf(other) === coreOf(first[0])) ? first : null;
};

/**
 * The page's recommender, for elements without their own: the first open one that its scripts created. Null without
 * one, or if there are several bundles or namespaces, because only the page knows which one is meant.
 */
export const pageRecommender = (): Recommender | null => only()?.[0] ?? null;

/** Its bundle and namespace: an element that joins by them outlives the page's own handle. */
export const pageBundle = (): PageBundle | null => only()?.[1] ?? null;

/** Calls a function whenever the page's recommender may have changed. @returns a function that stops this */
export function onPageRecommender(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
