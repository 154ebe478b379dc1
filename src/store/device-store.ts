import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import * as v from 'valibot';
import { SidestreamError } from '../error';
import { eventSchema, type LoggedEvent, type NewEvent, type Profile } from '../learner';
import type { LocalItem, Store } from './store';

/** Version of the database layout. */
const DATABASE_VERSION = 1;

interface Layout extends DBSchema {
  events: { key: number; value: NewEvent & { id?: number } };
  profile: { key: 'current'; value: unknown };
  items: { key: string; value: LocalItem };
}

const databaseName = (namespace: string): string => `sidestream/${namespace}`;

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
  await new Promise<void>((resolve, reject) => {
    deleteDB(databaseName(namespace), {
      blocked: () => reject(blocked('delete')),
    }).then(resolve, (thrown) => reject(unavailable(thrown)));
  });
}

function blocked(verb: string): SidestreamError {
  return new SidestreamError(
    'store/blocked',
    `Could not ${verb} the profile: another tab holds it. Close other tabs of this shop and try again.`,
  );
}

function unavailable(thrown: unknown): SidestreamError {
  return SidestreamError.from(
    thrown,
    'store/unavailable',
    `This browser does not let the page store a profile (${thrown instanceof Error ? thrown.message : String(thrown)}). Recommendations go on in memory; free disk space or leave private browsing to keep them.`,
  );
}

/** Keeps log, profile and local items in IndexedDB. Writes are `strict`: done when the operating system has them on disk. */
export class DeviceStore implements Store {
  readonly #database: IDBPDatabase<Layout>;

  private constructor(database: IDBPDatabase<Layout>) {
    this.#database = database;
  }

  /**
   * Opens (or creates) the database of a namespace.
   * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`
   */
  static async open(namespace: string): Promise<DeviceStore> {
    const database = await new Promise<IDBPDatabase<Layout>>((resolve, reject) => {
      openDB<Layout>(databaseName(namespace), DATABASE_VERSION, {
        upgrade(db) {
          db.createObjectStore('events', { keyPath: 'id', autoIncrement: true });
          db.createObjectStore('profile');
          db.createObjectStore('items', { keyPath: 'item.id' });
        },
        blocked: () => reject(blocked('open')),
        // A newer version or a deletion in another tab must never wait for this one.
        blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
      }).then(resolve, (thrown) => {
        const newer = thrown instanceof DOMException && thrown.name === 'VersionError';
        reject(
          newer
            ? new SidestreamError(
                'store/newer-schema',
                'Newer code wrote the profile on this device. Reload the page to get it.',
                { cause: thrown },
              )
            : unavailable(thrown),
        );
      });
    });
    return new DeviceStore(database);
  }

  async append(event: NewEvent): Promise<LoggedEvent> {
    return this.#run(async () => {
      const tx = this.#database.transaction('events', 'readwrite', { durability: 'strict' });
      const [id] = await Promise.all([tx.store.add({ ...event }), tx.done]);
      return { ...event, id };
    });
  }

  async events(): Promise<LoggedEvent[]> {
    const rows = await this.#run(() => this.#database.getAll('events'));
    // A row this code cannot read (older or damaged) is no reason to lose the rest.
    return rows.flatMap((row) => {
      const event = v.safeParse(eventSchema, row);
      return event.success ? [event.output] : [];
    });
  }

  async profile(): Promise<unknown> {
    return (await this.#run(() => this.#database.get('profile', 'current'))) ?? null;
  }

  async saveProfile(profile: Profile): Promise<void> {
    await this.#run(async () => {
      const tx = this.#database.transaction('profile', 'readwrite', { durability: 'strict' });
      await Promise.all([tx.store.put(profile, 'current'), tx.done]);
    });
  }

  async localItems(): Promise<LocalItem[]> {
    return this.#run(() => this.#database.getAll('items'));
  }

  async saveLocalItem(item: LocalItem): Promise<void> {
    await this.#run(async () => {
      const tx = this.#database.transaction('items', 'readwrite', { durability: 'strict' });
      await Promise.all([tx.store.put(item), tx.done]);
    });
  }

  async clear({ keepItems = false } = {}): Promise<void> {
    await this.#run(async () => {
      const names = keepItems ? (['events', 'profile'] as const) : (['events', 'profile', 'items'] as const);
      const tx = this.#database.transaction(names, 'readwrite', { durability: 'strict' });
      await Promise.all([...names.map((name) => tx.objectStore(name).clear()), tx.done]);
    });
  }

  close(): void {
    this.#database.close();
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw unavailable(thrown);
    }
  }
}
