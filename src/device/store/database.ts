import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB, type StoreNames } from 'idb';
import type { LoggedEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import { blocked, databaseName, deleteDeviceStore, QUEUE_LIMIT, storeError, WITHDRAWN } from './device-presence';
import type { Lock } from './lock';
import type { EncryptedRow } from './rows';
import { type DeviceText, type LocalItem, MAX_SNAPSHOTS, type Snapshot, type StoredProfile } from './store';

const DATABASE_VERSION = 1;

/** Description of a snapshot. Its last event stays readable, because a rollback needs it without the key. */
export type SnapshotRow = Omit<Snapshot, 'id'> | (Pick<Snapshot, 'lastEvent'> & EncryptedRow);

export interface Layout extends DBSchema {
  /** The log; the database assigns growing ids. */
  events: { key: number; value: (Omit<LoggedEvent, 'id'> | EncryptedRow) & { id?: number } };
  /** Under `generation` a number, see `Store.generation`; under `tally` an AggregatesFile; under `WITHDRAWN` true. */
  profile: { key: 'current' | 'previous' | 'generation' | 'tally' | typeof WITHDRAWN; value: unknown };
  items: { key: number; value: LocalItem | EncryptedRow };
  snapshots: { key: number; value: SnapshotRow & { id?: number; profile: unknown } };
  /** Under `lock` the lock that a key of the shop opens, and the texts about this device. */
  keys: { key: 'lock' | DeviceText; value: Lock | string | EncryptedRow };
}

function createStores(database: IDBPDatabase<Layout>): void {
  database.createObjectStore('events', { keyPath: 'id', autoIncrement: true });
  database.createObjectStore('profile');
  // Their ids are not keys, which would stay in the clear.
  database.createObjectStore('items', { autoIncrement: true });
  database.createObjectStore('snapshots', { keyPath: 'id', autoIncrement: true });
  database.createObjectStore('keys');
}

/** Why a connection was closed: newer code needs the database, it is being deleted, or the browser closed it. */
type Closing = 'newer-code' | 'deleted' | 'lost';
/** Why a connection was closed for good. */
export type Lost = Exclude<Closing, 'lost'>;

/**
 * Opens the database of a namespace.
 * @param create whether to create a missing database; without it, one that was deleted a moment ago stays deleted
 * @param onClosing called when the connection is closed from elsewhere
 * @returns null when the database is missing and `create` is false
 * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`
 */
async function openDatabase(
  namespace: string,
  create: boolean,
  onClosing: (why: Closing) => void,
): Promise<{ database: IDBPDatabase<Layout>; created: boolean } | null> {
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
        // The browser may carry out the request after the time limit: it must not leave a database behind.
        missing = from === 0 && (!create || late);
        created = from === 0;
        if (created && !missing) return createStores(database);
        // A database of an older version stays untouched. `openDB` rejects with the same reason.
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

/** A number beside the bytes of a stored file; 0 if missing. */
export const numberIn = (stored: unknown, name: string): number => numberOf(Reflect.get(Object(stored), name));

export const numberOf = (stored: unknown): number => (typeof stored === 'number' ? stored : 0);

/** Adds a snapshot, and drops the oldest if there are too many. Call it within a transaction. */
export async function addSnapshot(
  snapshots: IDBPObjectStore<Layout, ArrayLike<StoreNames<Layout>>, 'snapshots', 'readwrite'>,
  about: SnapshotRow,
  profile: StoredProfile,
): Promise<void> {
  const ids = await snapshots.getAllKeys();
  const gone = ids.slice(0, Math.max(0, ids.length + 1 - MAX_SNAPSHOTS));
  await Promise.all([...gone.map((id) => snapshots.delete(id)), snapshots.add({ ...about, profile })]);
}

/** To be called within a transaction that replaces the profile. */
export async function nextGeneration(profiles: {
  get(key: 'generation'): Promise<unknown>;
  put(value: unknown, key: 'generation'): Promise<unknown>;
}): Promise<void> {
  await profiles.put(numberOf(await profiles.get('generation')) + 1, 'generation');
}

/** A connection to a database: opened when it is needed, and once more when the browser closed it. */
export abstract class DatabaseConnection {
  #opening: Promise<IDBPDatabase<Layout>> | null = null;
  /** Whether it created the database. */
  created = false;
  /** Set for good by `close`, by a deletion and by newer code. */
  #closed: SidestreamError | null = null;
  /** Called once when the database is lost from now on: it was deleted, or newer code took it over. */
  onLost: ((why: Lost) => void) | undefined;
  /** Why it is lost; null while it is not. */
  lost: Lost | null = null;

  constructor(
    private readonly namespace: string,
    /** Whether a missing database may be created: never again once this connection has opened its own. */
    private mayCreate: boolean,
  ) {}

  protected get isClosed(): boolean {
    return this.#closed !== null;
  }

  /** Runs work on the database; reopens it once if the browser closed the connection meanwhile. */
  protected async run<T>(work: (database: IDBPDatabase<Layout>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw this.#closed;
      try {
        return await work(await this.#connect());
      } catch (thrown) {
        if (this.#closed) throw this.#closed;
        const disconnected = thrown instanceof DOMException && thrown.name === 'InvalidStateError';
        if (disconnected) this.#opening = null;
        if (!disconnected || attempt > 1) throw storeError(thrown);
      }
    }
  }

  #connect(): Promise<IDBPDatabase<Layout>> {
    this.#opening ??= this.#openOnce().catch((thrown) => {
      this.#opening = null;
      throw thrown;
    });
    return this.#opening;
  }

  async #openOnce(): Promise<IDBPDatabase<Layout>> {
    const opened = await openDatabase(this.namespace, this.mayCreate, (why) => this.#onClosing(why));
    if (opened === null || (await this.#isWithdrawn(opened.database))) {
      this.#onClosing('deleted');
      throw this.#closed;
    }
    this.mayCreate = false;
    this.created ||= opened.created;
    return opened.database;
  }

  /**
   * Whether the shopper withdrew consent, and the browser ended before it could delete the emptied database. The database
   * is then deleted, unless this store may create one because the shopper consented again.
   */
  async #isWithdrawn(database: IDBPDatabase<Layout>): Promise<boolean> {
    if ((await database.get('profile', WITHDRAWN)) === undefined) return false;
    if (this.mayCreate) {
      await database.delete('profile', WITHDRAWN);
      this.created = true;
      return false;
    }
    database.close();
    // If another page blocks the deletion, the mark stays.
    await deleteDeviceStore(this.namespace).catch(() => undefined);
    return true;
  }

  #onClosing(why: Closing): void {
    if (why === 'lost') this.#opening = null;
    else if (why === 'deleted')
      this.lose(why, new SidestreamError('store/forgotten', 'Another tab deleted the profile.'));
    else {
      const text = 'Newer code took over the profile. Reload the page to get it.';
      this.lose(why, new SidestreamError('store/newer-schema', text));
    }
  }

  /** The database is not ours from now on. @param error of every further call */
  protected lose(why: Lost, error: SidestreamError): void {
    if (this.#closed) return;
    this.close(error);
    this.lost = why;
    this.onLost?.(why);
  }

  /** Closes the connection for good. @param why error of every further call; the first one given counts */
  close(why = new SidestreamError('runtime/closed', 'This store is closed. Open it again.')): void {
    this.#closed ??= why;
    const opening = this.#opening;
    this.#opening = null;
    opening?.then(
      (database) => database.close(),
      () => undefined,
    );
  }
}
