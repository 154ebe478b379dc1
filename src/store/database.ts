import { type IDBPDatabase, openDB } from 'idb';
import { databaseName } from './database-name';
import { blocked, QUEUE_LIMIT, storeError } from './device-presence';
import { DATABASE_VERSION, type Layout, upgrade } from './layout';

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
