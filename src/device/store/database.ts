import { type IDBPDatabase, openDB } from 'idb';
import { blocked, databaseName, QUEUE_LIMIT, storeError } from './device-presence';
import { DATABASE_VERSION, type Layout, upgrade } from './layout';

/** Why a connection was closed: newer code needs the database, it is being deleted, or the browser closed it. */
export type Closing = 'newer-code' | 'deleted' | 'lost';

/** A connection to the database of a namespace. */
export interface OpenDatabase {
  database: IDBPDatabase<Layout>;
  /** Whether opening created it. */
  created: boolean;
}

/**
 * Opens the database of a namespace.
 * @param create whether to create a missing database; without it, one that was deleted a moment ago stays deleted
 * @param onClosing called when the connection is closed from elsewhere
 * @returns null when the database is missing and `create` is false
 * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`
 */
export async function openDatabase(
  namespace: string,
  create: boolean,
  onClosing: (why: Closing) => void,
): Promise<OpenDatabase | null> {
  return new Promise((resolve, reject) => {
    let missing = false;
    let created = false;
    let late = false;
    const giveUp = (): void => {
      late = true;
      reject(blocked('open'));
    };
    const timer = setTimeout(giveUp, QUEUE_LIMIT);
    openDB<Layout>(databaseName(namespace), DATABASE_VERSION, {
      upgrade: (database, from, _, transaction) => {
        // The browser also carries out a request after its time limit here: it must not leave a database behind.
        missing = from === 0 && (!create || late);
        created = from === 0;
        if (!missing) return upgrade(database, from);
        // `openDB` rejects with the same reason.
        transaction.done.catch(() => undefined);
        transaction.abort();
      },
      blocked: giveUp,
      // A newer version or a deletion in another tab must never wait for this connection.
      blocking: (_current, wanted, event) => {
        (event.target as IDBDatabase).close();
        onClosing(wanted === null ? 'deleted' : 'newer-code');
      },
      terminated: () => onClosing('lost'),
    })
      .then(
        (database) => (late ? database.close() : resolve({ database, created })),
        (thrown) => (missing ? resolve(null) : reject(storeError(thrown))),
      )
      .finally(() => clearTimeout(timer));
  });
}
