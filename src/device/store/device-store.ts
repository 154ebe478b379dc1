import type { IDBPDatabase } from 'idb';
import * as v from 'valibot';
import type { LoggedEvent, NewEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import { addSnapshot, DatabaseConnection, type Layout, nextGeneration, numberIn, numberOf } from './database';
import { deleteDeviceStore, STRICT } from './device-presence';
import type { Encryption } from './encryption';
import { CUT_SHARE, eventSize, excessEvents } from './log-size';
import { isEncryptedFile, Rows } from './rows';
import type { AggregatesFile, DeviceText, LocalItem, SaveOptions, Snapshot, Store, StoredProfile, Undo } from './store';

/** Maximum size of an event, bytes: a log of fewer than budget / MAX_EVENT_BYTES events need not be measured. */
const MAX_EVENT_BYTES = 1000;

/** Keeps log, profile, snapshots and local items in IndexedDB. Writes are strict: on disk when they resolve. */
export class DeviceStore extends DatabaseConnection implements Store {
  #rows = new Rows();
  /** Whether it can read rows under a key of the browser, see `Encryption`. */
  #hasBrowserKey = false;
  /** Id of the database's lock when it was opened; null without one. */
  #lock: string | null = null;

  private constructor(
    namespace: string,
    /** Of written data. Unencrypted rows stay readable. */
    private readonly encrypt: Encryption,
    mayCreate: boolean,
  ) {
    super(namespace, mayCreate);
  }

  /**
   * Opens (or creates) the database of a namespace.
   * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`, `store/wrong-key`,
   *   `store/corrupt` if the lock of an encrypted database is damaged
   */
  static async open(namespace: string, encrypt: Encryption = false): Promise<DeviceStore> {
    const store = new DeviceStore(namespace, encrypt, true);
    try {
      await store.run((database) => store.#useKey(database));
    } catch (thrown) {
      store.close();
      // The caller does not get this store, and an empty database would count as consent on the next visit. A blocked
      // deletion stays requested, and the first error is the one to report.
      const deleted = SidestreamError.from(thrown).code === 'store/forgotten';
      if (store.created && !deleted) await deleteDeviceStore(namespace).catch(() => undefined);
      throw thrown;
    }
    return store;
  }

  /**
   * Opens the database of a namespace if it exists.
   * @returns null without a database, even if it was just deleted
   * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`
   */
  static async openExisting(namespace: string, encrypt: Encryption = false): Promise<DeviceStore | null> {
    const store = new DeviceStore(namespace, encrypt, false);
    try {
      await store.run((database) => store.#useKey(database));
    } catch (thrown) {
      if (SidestreamError.from(thrown).code === 'store/forgotten') return null;
      throw thrown;
    }
    // Deleted while it was being opened.
    if (store.isClosed) return null;
    return store;
  }

  async append(events: readonly NewEvent[]): Promise<LoggedEvent[]> {
    const rows = await Promise.all(events.map((event) => this.#rows.row(event)));
    return this.run(async (database) => {
      const tx = database.transaction('events', 'readwrite', STRICT);
      const [ids] = await Promise.all([Promise.all(rows.map((row) => tx.store.add(row))), tx.done]);
      return events.map((event, n) => ({ ...event, id: ids[n] }));
    });
  }

  async removeEvents(ids: readonly number[]): Promise<void> {
    await this.run(async (database) => {
      const tx = database.transaction('events', 'readwrite', STRICT);
      await Promise.all([...ids.map((id) => tx.store.delete(id)), tx.done]);
    });
  }

  async eventsAfter(id: number): Promise<LoggedEvent[]> {
    const rows = await this.run((database) => database.getAll('events', IDBKeyRange.lowerBound(id, true)));
    return this.#read(() => rows.map((row) => this.#rows.readEvent(row)));
  }

  async profiles(): Promise<unknown[]> {
    const found = await this.run(async (database) => {
      const tx = database.transaction('profile');
      return Promise.all([tx.store.get('current'), tx.store.get('previous')]);
    });
    return Promise.all(found.filter((profile) => profile !== undefined).map((profile) => this.#openFile(profile)));
  }

  async saveProfile(profile: StoredProfile, generation: number, options: SaveOptions = {}): Promise<boolean> {
    const { snapshot, overDamaged = false, first = false } = options;
    const stored = await this.#rows.file(profile);
    const about = snapshot && (await this.#rows.snapshot(snapshot));
    return this.run(async (database) => {
      const tx = database.transaction(['profile', 'snapshots', 'keys'], 'readwrite', STRICT);
      await this.#checkLock(tx.objectStore('keys'));
      const profiles = tx.objectStore('profile');
      const [before, now] = await Promise.all([profiles.get('current'), profiles.get('generation')]);
      if (generation !== numberOf(now) || numberIn(before, 'schema') > profile.schema) return false;
      if (first && before !== undefined) return false;
      const writes: Promise<unknown>[] = [profiles.put(stored, 'current')];
      if (before !== undefined && !overDamaged) writes.push(profiles.put(before, 'previous'));
      if (about) {
        writes.push(addSnapshot(tx.objectStore('snapshots'), about, stored));
      }
      await Promise.all([...writes, tx.done]);
      return true;
    });
  }

  async generation(): Promise<number> {
    return numberOf(await this.run((database) => database.get('profile', 'generation')));
  }

  async snapshots(): Promise<Snapshot[]> {
    const rows = await this.run((database) => database.getAll('snapshots'));
    return this.#read(() => rows.map((row) => this.#rows.readSnapshot(row)));
  }

  async snapshotProfile(id: number): Promise<unknown> {
    const row = await this.run((database) => database.get('snapshots', id));
    return row ? this.#openFile(row.profile) : null;
  }

  async rollback(id: number): Promise<boolean> {
    return this.run(async (database) => {
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

  async replace(profile: StoredProfile, events: readonly LoggedEvent[] = [], undo?: Undo): Promise<boolean> {
    const stored = await this.#rows.file(profile);
    const rows = await Promise.all(events.map(async (event) => ({ ...(await this.#rows.row(event)), id: event.id })));
    const about = undo && (await this.#rows.snapshot(undo.snapshot));
    const before = undo && (await this.#rows.file(undo.profile));
    return this.run(async (database) => {
      const tx = database.transaction(['profile', 'snapshots', 'events', 'keys'], 'readwrite', STRICT);
      await this.#checkLock(tx.objectStore('keys'));
      const profiles = tx.objectStore('profile');
      const snapshots = tx.objectStore('snapshots');
      const log = tx.objectStore('events');
      if (undo) {
        const later = await log.count(IDBKeyRange.lowerBound(undo.snapshot.lastEvent, true));
        if (later > 0 || undo.generation !== numberOf(await profiles.get('generation'))) return false;
      }
      await Promise.all([
        ...(about && before ? [addSnapshot(snapshots, about, before)] : [log.clear(), snapshots.clear()]),
        ...rows.map((row) => log.add(row)),
        profiles.delete('previous'),
        profiles.put(stored, 'current'),
        nextGeneration(profiles),
        tx.done,
      ]);
      return true;
    });
  }

  async compact(known: number, budget: number): Promise<number> {
    return this.run(async (database) => {
      if ((await database.count('events')) * MAX_EVENT_BYTES < budget) return 0;
      const tx = database.transaction('events', 'readwrite', STRICT);
      const rows = await tx.store.getAll();
      const sizes = rows.map((row) => ('sealed' in row ? 40 + row.sealed.length : eventSize(row)));
      const ids = rows.map(({ id = 0 }) => id);
      const gone = excessEvents(ids, sizes, { known, budget, target: CUT_SHARE * budget });
      if (gone > 0) await tx.store.delete(IDBKeyRange.upperBound(ids[gone - 1]));
      await tx.done;
      return gone;
    });
  }

  async aggregates(): Promise<unknown> {
    const stored = await this.run((database) => database.get('profile', 'tally'));
    return stored === undefined ? null : this.#openFile(stored);
  }

  async saveAggregates(
    aggregates: AggregatesFile,
    generation: number,
    { overDamaged = false }: Pick<SaveOptions, 'overDamaged'> = {},
  ): Promise<boolean> {
    const file = await this.#rows.file(aggregates);
    return this.run(async (database) => {
      const tx = database.transaction(['profile', 'keys'], 'readwrite');
      await this.#checkLock(tx.objectStore('keys'));
      const store = tx.objectStore('profile');
      const [before, now] = await Promise.all([store.get('tally'), store.get('generation')]);
      if (generation !== numberOf(now) || numberIn(before, 'schema') > aggregates.schema) return false;
      if (!overDamaged && numberIn(before, 'lastEvent') > aggregates.lastEvent) return false;
      await Promise.all([store.put(file, 'tally'), tx.done]);
      return true;
    });
  }

  async text(name: DeviceText, change: (stored: string | null) => string): Promise<string> {
    for (;;) {
      const stored = await this.run((database) => database.get('keys', name));
      const [known] = await this.#read(() => [this.#rows.readText(stored)]);
      const text = change(known ?? null);
      // Also written if unchanged: this encrypts a text from before encryption.
      const row = await this.#rows.row(text);
      const first = await this.run(async (database) => {
        const { store, done } = database.transaction('keys', 'readwrite', STRICT);
        await this.#checkLock(store);
        // Another tab may have been first.
        const same = JSON.stringify(await store.get(name)) === JSON.stringify(stored);
        if (same) await store.put(row, name);
        await done;
        return same;
      });
      if (first) return text;
    }
  }

  async localItems(): Promise<LocalItem[]> {
    const [plain, sealed] = await this.run(async (database) => {
      const tx = database.transaction(['items', 'sealedItems']);
      return Promise.all([tx.objectStore('items').getAll(), tx.objectStore('sealedItems').getAll()]);
    });
    return [...plain, ...(await this.#read(() => sealed.map((row) => this.#rows.readItem(row))))];
  }

  async saveLocalItem(item: LocalItem): Promise<void> {
    const { id } = item.item;
    const row = await this.#rows.item(item);
    const [keys, sealed] = await this.run(async (database) => {
      const { store } = database.transaction('sealedItems');
      return Promise.all([store.getAllKeys(), store.getAll()]);
    });
    const known = await this.#readEach(() => sealed.map((one) => this.#rows.readItem(one)));
    await this.run(async (database) => {
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
    await this.run(async (database) => {
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

  async #useKey(database: IDBPDatabase<Layout>): Promise<void> {
    const { encrypt } = this;
    const keys = await database.getAllKeys('keys');
    // Most shops do not encrypt: then the code for it is not loaded.
    if (encrypt === false && !keys.includes('rest') && !keys.includes('lock')) return;
    const { unlock } = await import('./unlock');
    try {
      const { rows, lock } = await unlock(database, encrypt);
      this.#rows = rows;
      this.#lock = lock;
      this.#hasBrowserKey = encrypt === true || keys.includes('rest');
    } catch (thrown) {
      if (thrown instanceof SidestreamError) {
        // The caller does not get this store: its connection must not block others.
        this.close(thrown);
      }
      throw thrown;
    }
  }

  /**
   * Reads rows and skips unreadable ones. Another page may have encrypted an unreadable row.
   * @throws SidestreamError `store/newer-schema`
   */
  async #read<T>(read: () => readonly Promise<T | null>[]): Promise<T[]> {
    return (await this.#readEach(read)).filter((value) => value !== null);
  }

  /** The same, with null for a row that cannot be read. */
  async #readEach<T>(read: () => readonly Promise<T | null>[]): Promise<(T | null)[]> {
    const values = await Promise.all(read());
    return values.includes(null) && (await this.#findKey()) ? Promise.all(read()) : values;
  }

  async #openFile(stored: unknown): Promise<unknown> {
    const file = await this.#rows.openFile(stored);
    return isEncryptedFile(file) && (await this.#findKey()) ? this.#rows.openFile(stored) : file;
  }

  /**
   * Looks for a key under which another page may have encrypted rows since this store was opened.
   * @returns true for a key of the browser that this store did not have: unreadable rows may be readable now
   * @throws SidestreamError `store/newer-schema` for a lock
   */
  async #findKey(): Promise<boolean> {
    return this.run(async (database) => {
      await this.#checkLock(database.transaction('keys').store);
      if (this.#hasBrowserKey || (await database.getKey('keys', 'rest')) === undefined) return false;
      await this.#useKey(database);
      return true;
    });
  }

  /**
   * Checks, in the same transaction as a write, that the database is still under the lock that this store knows.
   * @throws SidestreamError `store/newer-schema` when another page has encrypted it; then the store is closed
   */
  async #checkLock(keys: { get(key: 'lock'): Promise<unknown> }): Promise<void> {
    const lock = v.safeParse(v.object({ id: v.string() }), await keys.get('lock'));
    if ((lock.success ? lock.output.id : null) === this.#lock) return;
    const taken = new SidestreamError(
      'store/newer-schema',
      'Another page of this shop encrypted the profile with a key that this page does not have. Reload the page.',
    );
    this.yield(taken);
    throw taken;
  }
}
