import { Mutex } from '../../core/common/tasks';
import type { GivenOptions } from '../../device/protocol';
import { SidestreamError } from '../../error';
import type { WorkerConnection } from './connection';

/** Callers join a connection one after another, because each may restart the worker. */
const joining = new WeakMap<WorkerConnection, Mutex>();

/**
 * Applies the options of a further caller of `createRecommender()`.
 * @throws SidestreamError `runtime/invalid-input` for an option that is wrong or differs from another caller's; nothing changes
 *   in that case
 */
export function joinConnection(connection: WorkerConnection, options: GivenOptions): Promise<void> {
  const mutex = joining.get(connection) ?? new Mutex();
  joining.set(connection, mutex);
  return mutex.run(() => join(connection, options));
}

async function join(connection: WorkerConnection, options: GivenOptions): Promise<void> {
  const { consent, encrypt, ...more } = options;
  // Compare keys as objects here: the worker would get copies.
  const key = keyOf(encrypt);
  const others = key !== undefined && key === keyOf(connection.given.encrypt) ? more : { encrypt, ...more };
  const fresh = await connection.call((remote) => remote.join({ consent, ...others }, connection.given));
  // Options of other callers are the same, or the worker would have refused.
  const named = Object.entries(connection.given).filter(([, value]) => value !== undefined);
  const all: GivenOptions = { ...others, ...Object.fromEntries(named), bundle: connection.given.bundle };
  if (fresh.length > 0) await restart(connection, all);
  connection.given = { ...all, consent: connection.given.consent };
  // The same consent again is not a new answer of the shopper.
  if (consent === undefined || consent === connection.given.consent) return;
  try {
    await connection.changeConsent(consent);
  } catch (thrown) {
    // As at the start, recommendations continue if the store cannot be opened or deleted.
    if (!SidestreamError.from(thrown).code.startsWith('store/')) throw thrown;
    connection.fail(thrown);
  }
}

/** The error for a bundle in a namespace that the page already uses with another bundle. */
export const otherBundle = (namespace: string, running: string, bundle: string): SidestreamError =>
  new SidestreamError(
    'runtime/other-bundle',
    `The namespace "${namespace}" is in use on this page with the bundle ${running}. One namespace holds one profile, of one bundle: give ${bundle} another namespace (namespace: "outlet", on a list namespace="outlet"), or close the other recommender first.`,
  );

const keyOf = (encryption: GivenOptions['encrypt']): unknown => Object(encryption).key;

/** Replaces the worker with one that has these options; if that fails, with one that has the earlier options. */
async function restart(connection: WorkerConnection, options: GivenOptions): Promise<void> {
  const before = connection.given;
  let refused: unknown;
  connection.replaceWorker(async (kept) => {
    // The consent may have been withdrawn meanwhile.
    connection.given = { ...options, consent: connection.given.consent };
    try {
      return await connection.startWorker(kept);
    } catch (thrown) {
      refused = thrown;
      connection.given = before;
      return connection.startWorker(kept);
    }
  });
  try {
    connection.emit('change', await connection.call((remote) => remote.status()));
  } catch (thrown) {
    refused = thrown;
    connection.given = before;
  }
  if (refused) throw refused;
}
