import type { IDBPDatabase } from 'idb';
import * as v from 'valibot';
import { SidestreamError } from '../error';
import type { LoggedEvent, NewEvent } from '../events';
import { type Closing, openDatabase } from './database';
import { deleteDeviceStore, storeError } from './device-presence';
import type { Encryption } from './encryption';
import { type Layout, STRICT } from './layout';
import { isEncryptedFile, PlainRows, type Rows, type UpgradeProfile } from './rows';
import {
  type AggregatesFile,
  eventSize,
  type LocalItem,
  MOST_SNAPSHOTS,
  type SaveOptions,
  type Snapshot,
  type Store,
  type StoredProfile,
} from './store';

export interface DeviceStoreOptions {
  /** How what is kept is encrypted, see `Encryption`. Default false. What is there stays readable. */
  encrypt?: Encryption;
  /**
   * Brings profiles that code before schema 3 stored to the form of today when they are encrypted. Default: they stay in
   * the clear until the next save.
   */
  upgradeProfile?: UpgradeProfile;
  /** Called once when the database is gone for this store: deleted, or taken by newer code. */
  onClosed?: (why: Exclude<Closing, 'lost'>) => void;
}

/** Bytes of an event at most, so a log of fewer than budget / LARGEST is not measured. */
const LARGEST = 1000;
/** Part of its budget that a log which outgrew it is cut to. */
const CUT = 0.8;

/** Keeps log, profile, snapshots and local items in IndexedDB. Writes are strict: on disk when they resolve. */
export class DeviceStore implements Store {
  readonly #namespace: string;
  readonly #options: DeviceStoreOptions;
  #opening: Promise<IDBPDatabase<Layout>> | null = null;
  /** Whether a database that is not there may be created: never once this store has seen its own. */
  #mayCreate: boolean;
  #created = false;
  #rows: Rows;
  /** Whether it can read rows under a key of the browser, see `Encryption`. */
  #hasBrowserKey = false;
  /** Id of the lock that was on the database when it was opened; null without one. */
  #lock: string | null = null;
  /** Set for good by `close()`, by a deletion and by newer code. */
  #closed: SidestreamError | null = null;

  private constructor(namespace: string, options: DeviceStoreOptions, mayCreate: boolean) {
    this.#namespace = namespace;
    this.#options = options;
    this.#rows = new PlainRows(options.upgradeProfile);
    this.#mayCreate = mayCreate;
  }

  /**
   * Opens (or creates) the database of a namespace.
   * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`, `store/wrong-passphrase`,
   *   `store/corrupt` where the lock of an encrypted one is damaged
   */
  static async open(namespace: string, options: DeviceStoreOptions = {}): Promise<DeviceStore> {
    const store = new DeviceStore(namespace, options, true);
    try {
      await store.#run((database) => store.#useKey(database));
    } catch (thrown) {
      store.close();
      // Nobody gets this store, and an empty database would pass for consent on the next visit. A deletion that is blocked
      // stays requested; the first error says more.
      const deleted = SidestreamError.from(thrown).code === 'store/forgotten';
      if (store.#created && !deleted) await deleteDeviceStore(namespace).catch(() => undefined);
      throw thrown;
    }
    return store;
  }

  /** Whether this store created its database. */
  get created(): boolean {
    return this.#created;
  }

  /**
   * Opens the database of a namespace where there is one.
   * @returns null without one, also when it was deleted a moment ago
   * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`
   */
  static async openExisting(namespace: string, options: DeviceStoreOptions = {}): Promise<DeviceStore | null> {
    const store = new DeviceStore(namespace, { ...options, onClosed: undefined }, false);
    try {
      await store.#run((database) => store.#useKey(database));
    } catch (thrown) {
      if (SidestreamError.from(thrown).code === 'store/forgotten') return null;
      throw thrown;
    }
    // Deleted while it was being opened.
    if (store.#closed) return null;
    store.#options.onClosed = options.onClosed;
    return store;
  }

  async append(events: readonly NewEvent[]): Promise<LoggedEvent[]> {
    const rows = await Promise.all(events.map((event) => this.#rows.event(event)));
    return this.#run(async (database) => {
      const tx = database.transaction('events', 'readwrite', STRICT);
      const [ids] = await Promise.all([Promise.all(rows.map((row) => tx.store.add(row))), tx.done]);
      return events.map((event, n) => ({ ...event, id: ids[n] }));
    });
  }

  /** Takes events out of the log. */
  async removeEvents(ids: readonly number[]): Promise<void> {
    await this.#run(async (database) => {
      const tx = database.transaction('events', 'readwrite', STRICT);
      await Promise.all([...ids.map((id) => tx.store.delete(id)), tx.done]);
    });
  }

  async eventsAfter(id: number): Promise<LoggedEvent[]> {
    const rows = await this.#run((database) => database.getAll('events', IDBKeyRange.lowerBound(id, true)));
    return this.#read(() => rows.map((row) => this.#rows.readEvent(row)));
  }

  async profiles(): Promise<unknown[]> {
    const found = await this.#run(async (database) => {
      const tx = database.transaction('profile');
      return Promise.all([tx.store.get('current'), tx.store.get('previous')]);
    });
    return Promise.all(found.filter((profile) => profile !== undefined).map((profile) => this.#openFile(profile)));
  }

  async saveProfile(profile: StoredProfile, generation: number, options: SaveOptions = {}): Promise<boolean> {
    const { snapshot, overDamaged = false, first = false } = options;
    const stored = await this.#rows.file(profile);
    const about = snapshot && (await this.#rows.snapshot(snapshot));
    return this.#run(async (database) => {
      const tx = database.transaction(['profile', 'snapshots', 'keys'], 'readwrite', STRICT);
      await this.#checkLock(tx.objectStore('keys'));
      const profiles = tx.objectStore('profile');
      const [before, now] = await Promise.all([profiles.get('current'), profiles.get('generation')]);
      if (generation !== numberOf(now) || schemaOf(before) > profile.schema) return false;
      if (first && before !== undefined) return false;
      const writes: Promise<unknown>[] = [profiles.put(stored, 'current')];
      if (before !== undefined && !overDamaged) writes.push(profiles.put(before, 'previous'));
      if (about) {
        const snapshots = tx.objectStore('snapshots');
        const ids = await snapshots.getAllKeys();
        for (const id of ids.slice(0, Math.max(0, ids.length + 1 - MOST_SNAPSHOTS))) writes.push(snapshots.delete(id));
        writes.push(snapshots.add({ ...about, profile: stored }));
      }
      await Promise.all([...writes, tx.done]);
      return true;
    });
  }

  async generation(): Promise<number> {
    return numberOf(await this.#run((database) => database.get('profile', 'generation')));
  }

  async snapshots(): Promise<Snapshot[]> {
    const rows = await this.#run((database) => database.getAll('snapshots'));
    return this.#read(() => rows.map((row) => this.#rows.readSnapshot(row)));
  }

  async rollback(id: number): Promise<boolean> {
    return this.#run(async (database) => {
      const tx = database.transaction(['profile', 'snapshots', 'events', 'keys'], 'readwrite', STRICT);
      await this.#checkLock(tx.objectStore('keys'));
      const snapshot = await tx.objectStore('snapshots').get(id);
      if (snapshot) {
        await Promise.all([
          tx.objectStore('profile').put(snapshot.profile, 'current'),
          tx.objectStore('profile').delete('previous'),
          nextGeneration(tx.objectStore('profile')),
          tx.objectStore('snapshots').delete(IDBKeyRange.lowerBound(id, true)),
          tx.objectStore('events').delete(IDBKeyRange.lowerBound(snapshot.lastEvent, true)),
        ]);
      }
      await tx.done;
      return snapshot !== undefined;
    });
  }

  async replace(profile: StoredProfile): Promise<void> {
    const stored = await this.#rows.file(profile);
    await this.#run(async (database) => {
      const tx = database.transaction(['profile', 'snapshots', 'events', 'keys'], 'readwrite', STRICT);
      await this.#checkLock(tx.objectStore('keys'));
      await Promise.all([
        tx.objectStore('events').clear(),
        tx.objectStore('snapshots').clear(),
        tx.objectStore('profile').delete('previous'),
        tx.objectStore('profile').put(stored, 'current'),
        nextGeneration(tx.objectStore('profile')),
        tx.done,
      ]);
    });
  }

  async compact(known: number, budget: number): Promise<number> {
    return this.#run(async (database) => {
      if ((await database.count('events')) * LARGEST < budget) return 0;
      const tx = database.transaction('events', 'readwrite', STRICT);
      const rows = await tx.store.getAll();
      const sizes = rows.map((row) => ('sealed' in row ? 40 + row.sealed.length : eventSize(row)));
      let size = sizes.reduce((sum, bytes) => sum + bytes, 0);
      let gone = 0;
      if (size > budget) {
        while (gone < rows.length && size > CUT * budget && (rows[gone].id ?? 0) <= known) size -= sizes[gone++];
        const last = rows[gone - 1]?.id;
        if (last !== undefined) await tx.store.delete(IDBKeyRange.upperBound(last));
      }
      await tx.done;
      return gone;
    });
  }

  async aggregates(): Promise<unknown> {
    const stored = await this.#run((database) => database.get('profile', 'tally'));
    return stored === undefined ? null : this.#openFile(stored);
  }

  async saveAggregates(
    tally: AggregatesFile,
    generation: number,
    { overDamaged = false }: Pick<SaveOptions, 'overDamaged'> = {},
  ): Promise<boolean> {
    const file = await this.#rows.file(tally);
    return this.#run(async (database) => {
      const tx = database.transaction(['profile', 'keys'], 'readwrite');
      await this.#checkLock(tx.objectStore('keys'));
      const store = tx.objectStore('profile');
      const [before, now] = await Promise.all([store.get('tally'), store.get('generation')]);
      if (generation !== numberOf(now) || schemaOf(before) > tally.schema) return false;
      if (!overDamaged && numberIn(before, 'lastEvent') > tally.lastEvent) return false;
      await Promise.all([store.put(file, 'tally'), tx.done]);
      return true;
    });
  }

  async unit(fresh: string): Promise<string> {
    const stored = await this.#run((database) => database.get('keys', 'unit'));
    const [known] = await this.#read(() => [this.#rows.readText(stored)]);
    const row = await this.#rows.text(known ?? fresh);
    // Written again where it is known: one from before encryption is encrypted so.
    const first = await this.#run(async (database) => {
      const { store, done } = database.transaction('keys', 'readwrite', STRICT);
      await this.#checkLock(store);
      const now = await store.get('unit');
      // Another tab may have been first.
      const taken = known === undefined && stored === undefined && now !== undefined;
      if (!taken) await store.put(row, 'unit');
      await done;
      return taken ? now : null;
    });
    return (first === null ? null : await this.#rows.readText(first)) ?? known ?? fresh;
  }

  async localItems(): Promise<LocalItem[]> {
    const [plain, sealed] = await this.#run(async (database) => {
      const tx = database.transaction(['items', 'sealedItems']);
      return Promise.all([tx.objectStore('items').getAll(), tx.objectStore('sealedItems').getAll()]);
    });
    return [...plain, ...(await this.#read(() => sealed.map((row) => this.#rows.readItem(row))))];
  }

  async saveLocalItem(item: LocalItem): Promise<void> {
    const { id } = item.item;
    const row = await this.#rows.item(item);
    const [keys, sealed] = await this.#run(async (database) => {
      const { store } = database.transaction('sealedItems');
      return Promise.all([store.getAllKeys(), store.getAll()]);
    });
    const known = await this.#readEach(() => sealed.map((one) => this.#rows.readItem(one)));
    await this.#run(async (database) => {
      const tx = database.transaction(['items', 'sealedItems', 'keys'], 'readwrite', STRICT);
      await this.#checkLock(tx.objectStore('keys'));
      const [items, sealedItems] = [tx.objectStore('items'), tx.objectStore('sealedItems')];
      const before = keys.filter((_, n) => known[n]?.item.id === id);
      await Promise.all([
        ...before.map((key) => sealedItems.delete(key)),
        ...(row ? [items.delete(id), sealedItems.add(row)] : [items.put(item)]),
        tx.done,
      ]);
    });
  }

  async clear({ keepItems = false } = {}): Promise<void> {
    await this.#run(async (database) => {
      const learned = ['events', 'profile', 'snapshots'] as const;
      const names = keepItems ? learned : ([...learned, 'items', 'sealedItems'] as const);
      const tx = database.transaction(names, 'readwrite', STRICT);
      const generation = numberOf(await tx.objectStore('profile').get('generation'));
      await Promise.all([
        ...names.map((name) => tx.objectStore(name).clear()),
        tx.objectStore('profile').put(generation + 1, 'generation'),
        tx.done,
      ]);
    });
  }

  close(): void {
    this.#closed ??= new SidestreamError('runtime/closed', 'This store is closed. Open it again.');
    const opening = this.#opening;
    this.#opening = null;
    opening?.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  /** Runs work on the database; one whose connection the browser shut meanwhile is opened again, once. */
  async #run<T>(work: (database: IDBPDatabase<Layout>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw this.#closed;
      try {
        return await work(await this.#connect());
      } catch (thrown) {
        if (this.#closed) throw this.#closed;
        const shut = thrown instanceof DOMException && thrown.name === 'InvalidStateError';
        if (shut) this.#opening = null;
        if (!shut || attempt > 1) throw storeError(thrown);
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
    const opened = await openDatabase(this.#namespace, this.#mayCreate, (why) => this.#lose(why));
    if (opened === null) {
      this.#lose('deleted');
      throw this.#closed;
    }
    this.#mayCreate = false;
    this.#created ||= opened.created;
    return opened.database;
  }

  #lose(why: Closing): void {
    this.#opening = null;
    if (why === 'lost' || this.#closed) return;
    this.#closed =
      why === 'deleted'
        ? new SidestreamError('store/forgotten', 'What this shop had learned was deleted in another tab.')
        : new SidestreamError('store/newer-schema', 'Newer code took over the profile. Reload the page to get it.');
    this.#options.onClosed?.(why);
  }

  async #useKey(database: IDBPDatabase<Layout>): Promise<void> {
    const { encrypt = false } = this.#options;
    const keys = await database.getAllKeys('keys');
    // Most shops encrypt nothing: then no code for it is loaded.
    if (encrypt === false && !keys.includes('rest') && !keys.includes('lock')) return;
    const { unlock } = await import('./unlock');
    try {
      const { rows, lock } = await unlock(database, new PlainRows(this.#options.upgradeProfile), encrypt);
      this.#rows = rows;
      this.#lock = lock;
      this.#hasBrowserKey = encrypt === true || keys.includes('rest');
    } catch (thrown) {
      if (thrown instanceof SidestreamError) {
        // Nobody gets this store: its connection must not be in anybody's way.
        this.#closed ??= thrown;
        this.close();
      }
      throw thrown;
    }
  }

  /**
   * What could be read of some rows. Where something could not, another page may have put a lock on them.
   * @throws SidestreamError `store/newer-schema`
   */
  async #read<T>(read: () => readonly Promise<T | null>[]): Promise<T[]> {
    return (await this.#readEach(read)).filter((value) => value !== null);
  }

  /** The same with null for a row that could not be read. */
  async #readEach<T>(read: () => readonly Promise<T | null>[]): Promise<(T | null)[]> {
    const values = await Promise.all(read());
    return values.includes(null) && (await this.#findKey()) ? Promise.all(read()) : values;
  }

  async #openFile(stored: unknown): Promise<unknown> {
    const file = await this.#rows.openFile(stored);
    return isEncryptedFile(file) && (await this.#findKey()) ? this.#rows.openFile(stored) : file;
  }

  /**
   * Looks for what another page may have encrypted rows with since this store was opened.
   * @returns true for a key of the browser that this store did not have: what could not be read may be readable now
   * @throws SidestreamError `store/newer-schema` for a lock
   */
  async #findKey(): Promise<boolean> {
    return this.#run(async (database) => {
      await this.#checkLock(database.transaction('keys').store);
      if (this.#hasBrowserKey || (await database.getKey('keys', 'rest')) === undefined) return false;
      await this.#useKey(database);
      return true;
    });
  }

  /**
   * Makes sure that what this store reads and writes is still under the key it knows. A page that writes what others go on
   * from asks so in the same transaction.
   * @throws SidestreamError `store/newer-schema` when another page has put a lock on it; the store is closed then
   */
  async #checkLock(keys: { get(key: 'lock'): Promise<unknown> }): Promise<void> {
    const lock = v.safeParse(v.object({ id: v.string() }), await keys.get('lock'));
    if ((lock.success ? lock.output.id : null) === this.#lock) return;
    this.#closed ??= new SidestreamError(
      'store/newer-schema',
      'Another page of this shop encrypted the profile by a passphrase or key that this one was not given. Reload the page.',
    );
    this.close();
    this.#options.onClosed?.('newer-code');
    throw this.#closed;
  }
}

/** Schema of a stored profile, of whatever code. */
const schemaOf = (stored: unknown): number => numberIn(stored, 'schema');

/** A number that a stored file says of itself; 0 where it does not. */
const numberIn = (stored: unknown, name: string): number => {
  const found = v.safeParse(v.looseObject({ [name]: v.number() }), stored);
  return found.success ? numberOf(found.output[name]) : 0;
};

const numberOf = (stored: unknown): number => (typeof stored === 'number' ? stored : 0);

/** To be called within a transaction that replaces the profile. */
async function nextGeneration(profiles: {
  get(key: 'generation'): Promise<unknown>;
  put(value: unknown, key: 'generation'): Promise<unknown>;
}): Promise<void> {
  await profiles.put(numberOf(await profiles.get('generation')) + 1, 'generation');
}
