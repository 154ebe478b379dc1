import { SidestreamError } from '../error';
import type { GivenOptions, Recommender, RecommenderOptions } from '../protocol';
import { WorkerConnection } from './connection';
import { handleOf } from './handle';
import { addPageRecommender, deletePageRecommender } from './page-recommender';
import { workerAddress } from './worker-url';

/** Connections of this page, by namespace and address of the bundle. */
const running = new Map<string, WorkerConnection>();

/**
 * Absolute address of a bundle's folder.
 * @throws SidestreamError `runtime/invalid-input`
 */
export function bundleAddress(bundle: unknown): string {
  const page = globalThis.document?.baseURI;
  if (typeof bundle === 'string' && bundle !== '' && URL.canParse(bundle, page)) {
    return new URL(bundle.replace(/\/*$/, '/'), page).href;
  }
  const text = 'createRecommender(): bundle: must be a folder, such as "/bundle/".';
  throw new SidestreamError('runtime/invalid-input', text);
}

/**
 * Starts a recommender, or joins the one there is, as `createRecommender` does.
 * @param consent the consent at the start; unlike the option, a further call does not change it
 */
export async function startRecommender(
  options: RecommenderOptions,
  consent?: RecommenderOptions['consent'],
): Promise<Recommender> {
  const address = bundleAddress(options?.bundle);
  const { bundle, namespace = 'default', onProgress, ...others } = options;
  const key = `${namespace} ${address}`;
  // A connection that is being closed may still write.
  for (let last = running.get(key); last?.closing; last = running.get(key)) await last.closing.catch(() => undefined);
  const { onMetric, workerUrl } = others;
  const given: GivenOptions = {
    consent,
    ...options,
    bundle: address,
    // Callers may name the same place in several ways.
    workerUrl: workerUrl === undefined ? undefined : workerAddress(workerUrl),
    onProgress: onProgress && typeof onProgress,
    onMetric: onMetric && typeof onMetric,
  };
  const joined = running.get(key);
  const connection = joined ?? new WorkerConnection(given);
  running.set(key, connection);
  connection.handles++;
  let endHook: (() => Promise<void>) | undefined;
  const handle = handleOf(connection, options, async () => {
    deletePageRecommender(handle);
    await endHook?.();
    if (--connection.handles > 0) return;
    await connection.close().finally(() => running.delete(key));
  });
  let started = false;
  try {
    await connection.started;
    started = true;
    // A caller that names no other options, such as an element, needs no more.
    const more = Object.keys(others).length > 0 || (onProgress && typeof onProgress !== 'function');
    if (joined && more) await (await import('./late-options')).joinConnection(connection, given);
    // Loaded only for shops that send metrics.
    if (onMetric) endHook = (await import('./late-options')).addHook(connection, onMetric);
    return handle;
  } catch (thrown) {
    await handle.close().catch(() => undefined);
    // An option of the other caller may have made its start fail.
    if (joined && !started) return startRecommender(options, consent);
    throw SidestreamError.from(thrown);
  }
}

/**
 * Starts a recommender: a worker that loads the bundle, ranks, and learns. Resolves when the first list can be asked
 * for.
 *
 * A page has one recommender per bundle and namespace: a further call joins the one there is, and so do the elements,
 * whichever comes first. Each caller has a handle with its own listeners and its own end; the last `close()` ends the worker.
 * Of `learning`, `seed`, `encrypt`, `workerUrl`, `rules`, `experiment` and `market`, further callers name the same values or
 * none; another value is rejected. Elements without `bundle` and `recommender` join it, also those that come into the page later;
 * where the page creates several, of other bundles or namespaces, they join none. An option that no caller named before restarts the worker, which keeps what was learned, so
 * name options in the first call where you can. `consent` of a further call works as `consent()`; `onProgress` and
 * `onMetric` belong to each caller.
 * @throws SidestreamError `runtime/invalid-input` when an option is missing, unknown or wrong, `bundle/*` when the bundle
 *   cannot be read, `runtime/worker-crashed` when the worker dies
 */
export async function createRecommender(options: RecommenderOptions): Promise<Recommender> {
  const recommender = await startRecommender(options);
  const { namespace = 'default' } = options;
  addPageRecommender(recommender, { bundle: bundleAddress(options.bundle), namespace });
  return recommender;
}
