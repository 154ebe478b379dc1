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

/**
 * Deletes the database of a namespace and all that was learned.
 * @throws SidestreamError `store/blocked` when another tab keeps it open
 */
export async function deleteDeviceStore(namespace: string): Promise<void> {
  if (typeof indexedDB === 'undefined') return;
  await new Promise<void>((resolve, reject) => {
    deleteDB(databaseName(namespace), {
      blocked: () => reject(blocked('delete')),
    }).then(resolve, (thrown) => reject(storeError(thrown)));
  });
}

/** Why a connection was closed under its owner: newer code wants the database, it is deleted, or the browser shut it. */
export type Closing = 'newer-code' | 'deleted' | 'lost';

/**
 * Opens (or creates) the database of a namespace.
 * @param onClosing called when the connection is closed from elsewhere
 * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`
 */
export async function openDatabase(
  namespace: string,
  onClosing: (why: Closing) => void,
): Promise<IDBPDatabase<Layout>> {
  return new Promise((resolve, reject) => {
    openDB<Layout>(databaseName(namespace), DATABASE_VERSION, {
      upgrade: (database, from) => upgrade(database, from),
      blocked: () => reject(blocked('open')),
      // A newer version or a deletion in another tab must never wait for this one.
      blocking: (_current, wanted, event) => {
        (event.target as IDBDatabase).close();
        onClosing(wanted === null ? 'deleted' : 'newer-code');
      },
      terminated: () => onClosing('lost'),
    }).then(resolve, (thrown) => reject(storeError(thrown)));
  });
}

function blocked(verb: string): SidestreamError {
  return new SidestreamError(
    'store/blocked',
    `Could not ${verb} the profile: another tab holds it. Close other tabs of this shop and try again.`,
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
