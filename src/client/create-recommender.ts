import { SidestreamError } from '../error';
import type { GivenOptions, Recommender, RecommenderOptions } from '../protocol';
import { WorkerConnection } from './connection';
import { handleOf } from './handle';

/** Connections of this page by namespace and address of the bundle. */
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
  const text = 'createRecommender(): bundle: must be the address of a folder, such as "/bundle/".';
  throw new SidestreamError('runtime/invalid-input', text);
}

/**
 * Starts a recommender: a worker that loads the bundle, ranks, and learns. Resolves when the first list can be asked
 * for.
 *
 * A page has one recommender per bundle and namespace: a further call joins the one there is, and so do the elements,
 * whichever comes first. Each caller has a handle with listeners and an end of its own; the last `close()` ends the worker.
 * What one caller named of `learning`, `seed`, `encrypt`, `workerUrl`, `rules` and `experiment`, others name as well or
 * leave out; another value is refused. An option that nobody named yet restarts the worker with it, with all that was
 * learned, so name options in the first call where you can. `consent` of a further call is what `consent()` is;
 * `onProgress` and `onMetric` are each caller's own.
 * @throws SidestreamError `runtime/invalid-input` when an option is missing, unknown or wrong, `bundle/*` when the bundle
 *   cannot be read, `runtime/worker-crashed` when the worker dies
 */
export async function createRecommender(options: RecommenderOptions): Promise<Recommender> {
  const address = bundleAddress(options?.bundle);
  const { bundle, namespace = 'default', onProgress, ...others } = options;
  const key = `${namespace} ${address}`;
  // One that is being closed still writes.
  for (let last = running.get(key); last?.closing; last = running.get(key)) await last.closing.catch(() => undefined);
  const { onMetric } = others;
  const given: GivenOptions = {
    ...options,
    bundle: address,
    onProgress: onProgress && typeof onProgress,
    onMetric: onMetric && typeof onMetric,
  };
  const joined = running.get(key);
  const connection = joined ?? new WorkerConnection(given);
  running.set(key, connection);
  connection.handles++;
  let endHook: (() => Promise<void>) | undefined;
  const handle = handleOf(connection, options, async () => {
    await endHook?.();
    if (--connection.handles > 0) return;
    await connection.close().finally(() => running.delete(key));
  });
  let started = false;
  try {
    await connection.started;
    started = true;
    // Who says no more than which recommender is meant, as elements do, has it.
    const more = Object.keys(others).length > 0 || (onProgress && typeof onProgress !== 'function');
    if (joined && more) await (await import('./join-connection')).joinConnection(connection, given);
    // Most shops send nothing: then nothing for it is loaded.
    if (onMetric) endHook = (await import('./metric-hook')).addHook(connection, onMetric);
    return handle;
  } catch (thrown) {
    await handle.close().catch(() => undefined);
    // What made another caller's start fail may be an option of that caller.
    if (joined && !started) return createRecommender(options);
    throw SidestreamError.from(thrown);
  }
}
