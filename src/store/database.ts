import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { SidestreamError } from '../error';
import { DATABASE_VERSION, databaseName, type Layout, upgrade } from './layout';

/** True when this device holds a database of this namespace; looks without creating one. */
export async function deviceStoreExists(namespace: string): Promise<boolean> {
  if (typeof indexedDB === 'undefined') return false;
  try {
    const databases = await indexedDB.databases();
    return databases.some(({ name }) => name === databaseName(namespace));
  } catch {
    // Storage is shut off (private mode of some browsers): then there is nothing of ours either.
    return false;
  }
}

/** Time that a request may wait for other requests on the same database before it counts as blocked, ms. */
const QUEUE_LIMIT = 3000;
/** Deletions under way, by namespace: the browser goes on with one that was reported as blocked. */
const deletions = new Map<string, Promise<void>>();

/**
 * Deletes the database of a namespace and all that was learned. A deletion that is blocked stays requested: the browser
 * carries it out when the other page closes its connection. Calls until then wait for that one.
 * @throws SidestreamError `store/blocked` when another tab keeps it open
 */
export async function deleteDeviceStore(namespace: string): Promise<void> {
  if (typeof indexedDB === 'undefined') return;
  await new Promise<void>((resolve, reject) => {
    // A second request waits behind the first one without an event that says so.
    const timer = setTimeout(() => reject(blocked('delete')), QUEUE_LIMIT);
    const deletion = deletions.get(namespace) ?? startDeletion(namespace, () => reject(blocked('delete')));
    deletion.then(resolve, (thrown) => reject(storeError(thrown))).finally(() => clearTimeout(timer));
  });
}

function startDeletion(namespace: string, onBlocked: () => void): Promise<void> {
  const deletion = deleteDB(databaseName(namespace), { blocked: onBlocked });
  deletions.set(namespace, deletion);
  const end = (): void => void deletions.delete(namespace);
  deletion.then(end, end);
  return deletion;
}

/** Why a connection was closed under its owner: newer code wants the database, it is deleted, or the browser shut it. */
export type Closing = 'newer-code' | 'deleted' | 'lost';

/**
 * Opens the database of a namespace.
 * @param create whether to create a database that is not there. Without it, one that was deleted a moment ago stays deleted.
 * @param onClosing called when the connection is closed from elsewhere
 * @returns null when there is no such database and none was to be created
 * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`
 */
export async function openDatabase(
  namespace: string,
  create: boolean,
  onClosing: (why: Closing) => void,
): Promise<IDBPDatabase<Layout> | null> {
  return new Promise((resolve, reject) => {
    let missing = false;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(blocked('open'));
    }, QUEUE_LIMIT);
    openDB<Layout>(databaseName(namespace), DATABASE_VERSION, {
      upgrade: (database, from, _, transaction) => {
        missing = from === 0 && !create;
        if (!missing) return upgrade(database, from);
        // The rejection of `openDB` says the same.
        transaction.done.catch(() => undefined);
        transaction.abort();
      },
      blocked: () => reject(blocked('open')),
      // A newer version or a deletion in another tab must never wait for this one.
      blocking: (_current, wanted, event) => {
        (event.target as IDBDatabase).close();
        onClosing(wanted === null ? 'deleted' : 'newer-code');
      },
      terminated: () => onClosing('lost'),
    })
      .then(
        (database) => (late ? database.close() : resolve(database)),
        (thrown) => (missing ? resolve(null) : reject(storeError(thrown))),
      )
      .finally(() => clearTimeout(timer));
  });
}

function blocked(verb: 'open' | 'delete'): SidestreamError {
  return new SidestreamError(
    'store/blocked',
    `Could not ${verb} the profile: another tab of this shop holds it. Close the other tabs and try again.`,
  );
}

/** What a failure of IndexedDB means for the shop. */
export function storeError(thrown: unknown): SidestreamError {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  if (name === 'VersionError') {
    return new SidestreamError(
      'store/newer-schema',
      'Newer code wrote the profile on this device. Reload the page to get it.',
      { cause: thrown },
    );
  }
  if (name === 'QuotaExceededError') {
    return SidestreamError.from(
      thrown,
      'store/full',
      'There is no room on this device for what the shopper does. Recommendations go on; free disk space to keep what is learned.',
    );
  }
  return SidestreamError.from(
    thrown,
    'store/unavailable',
    `This browser does not let the page store a profile (${thrown instanceof Error ? thrown.message : String(thrown)}). Recommendations go on in memory; free disk space or leave private browsing to keep them.`,
  );
}
