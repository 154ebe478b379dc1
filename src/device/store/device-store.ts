import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import * as v from 'valibot';
import { eventSchema, type LoggedEvent, type NewEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import {
  addSnapshot,
  DatabaseConnection,
  type Layout,
  nextGeneration,
  numberIn,
  numberOf,
  type SnapshotRow,
} from './database';
import { deleteDeviceStore, STRICT } from './device-presence';
import type { Encryption } from './encryption';
import { CUT_SHARE, eventSize, excessEvents } from './log-size';
import { isEncryptedFile, Rows, storedItemSchema } from './rows';
import {
  type AggregatesFile,
  type DeviceText,
  type LocalItem,
  type SaveOptions,
  type Snapshot,
  type Store,
  type StoredProfile,
  snapshotSchema,
  type Undo,
} from './store';

/** Maximum size of an event, bytes: a log of fewer than budget / MAX_EVENT_BYTES events need not be measured. */
const MAX_EVENT_BYTES = 1000;

/** Keeps log, profile, snapshots and local items in IndexedDB. Writes are strict: on disk when they resolve. */
export class DeviceStore extends DatabaseConnection implements Store {
  #rows = new Rows();
  /** Id of the database's lock when it was opened; null without one. */
  #lock: string | null = null;

  private constructor(
    namespace: string,
    private readonly encrypt: Encryption,
    mayCreate: boolean,
  ) {
    super(namespace, mayCreate);
  }

  /**
   * Opens the database of a namespace.
   * @param mayCreate whether to create a missing one
   * @throws SidestreamError `store/unavailable`, `store/blocked`, `store/newer-schema`, `store/wrong-key`,
   *   `store/corrupt` if the lock of an encrypted database is damaged, `store/forgotten` if it is missing and may not be created
   */
  static async open(namespace: string, encrypt: Encryption = false, mayCreate = true): Promise<DeviceStore> {
    const store = new DeviceStore(namespace, encrypt, mayCreate);
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

  /** Opens the database of a namespace if it exists. @returns null without one, even if it was just deleted @throws as `open` */
  static async openExisting(namespace: string, encrypt: Encryption = false): Promise<DeviceStore | null> {
    try {
      const store = await DeviceStore.open(namespace, encrypt, false);
      // Deleted while it was being opened.
      return store.isClosed ? null : store;
    } catch (thrown) {
      if (SidestreamError.from(thrown).code === 'store/forgotten') return null;
      throw thrown;
    }
  }

  async append(events: readonly NewEvent[]): Promise<LoggedEvent[]> {
    const rows = await Promise.all(events.map((event) => this.#rows.row(event)));
    const ids = await this.#write(['events'], (tx) =>
      Promise.all(rows.map((row) => tx.objectStore('events').add(row))),
    );
    return events.map((event, n) => ({ ...event, id: ids[n] }));
  }

  async adopt(
    events: readonly LoggedEvent[],
    items: readonly LocalItem[],
    profile: StoredProfile | null,
  ): Promise<boolean> {
    const rows = await Promise.all(events.map(async ({ id, ...event }) => ({ id, row: await this.#rows.row(event) })));
    const itemRows = await Promise.all(items.map((item) => this.#rows.row(item)));
    const stored = profile && (await this.#rows.file(profile));
    return this.#write(['events', 'items', 'profile'], async (tx) => {
      const [log, profiles] = [tx.objectStore('events'), tx.objectStore('profile')];
      const known = [await log.count(), await profiles.count('current'), await profiles.count('generation')];
      const isNew = known.every((count) => count === 0);
      await Promise.all([
        ...rows.map(({ id, row }) => log.add(isNew ? { ...row, id } : row)),
        ...itemRows.map((row) => tx.objectStore('items').add(row)),
        isNew && stored && profiles.put(stored, 'current'),
      ]);
      return isNew;
    });
  }

  async eventsAfter(id: number): Promise<LoggedEvent[]> {
    const rows = await this.run((database) => database.getAll('events', IDBKeyRange.lowerBound(id, true)));
    return this.#read(rows, eventSchema);
  }

  async profiles(): Promise<unknown[]> {
    const found = await this.run(async (database) => {
      const tx = database.transaction('profile');
      return Promise.all([tx.store.get('current'), tx.store.get('previous')]);
    });
    return Promise.all(found.filter((profile) => profile !== undefined).map((profile) => this.#openFile(profile)));
  }

  async saveProfile(profile: StoredProfile, generation: number, options: SaveOptions = {}): Promise<boolean> {
    const { snapshot, overDamaged = false } = options;
    const stored = await this.#rows.file(profile);
    const about = snapshot && (await this.#snapshot(snapshot));
    return this.#write(['profile', 'snapshots'], async (tx) => {
      const profiles = tx.objectStore('profile');
      const [before, now] = await Promise.all([profiles.get('current'), profiles.get('generation')]);
      if (generation !== numberOf(now) || numberIn(before, 'schema') > profile.schema) return false;
      const writes: Promise<unknown>[] = [profiles.put(stored, 'current')];
      if (before !== undefined && !overDamaged) writes.push(profiles.put(before, 'previous'));
      if (about) writes.push(addSnapshot(tx.objectStore('snapshots'), about, stored));
      await Promise.all(writes);
      return true;
    });
  }

  async generation(): Promise<number> {
    return numberOf(await this.run((database) => database.get('profile', 'generation')));
  }

  async snapshots(): Promise<Snapshot[]> {
    const rows = await this.run((database) => database.getAll('snapshots'));
    return this.#read(rows, snapshotSchema);
  }

  async snapshotProfile(id: number): Promise<unknown> {
    const row = await this.run((database) => database.get('snapshots', id));
    return row ? this.#openFile(row.profile) : null;
  }

  async rollback(id: number): Promise<boolean> {
    return this.#write(['profile', 'snapshots', 'events'], async (tx) => {
      const snapshot = await tx.objectStore('snapshots').get(id);
      if (!snapshot) return false;
      await Promise.all([
        tx.objectStore('profile').put(snapshot.profile, 'current'),
        tx.objectStore('profile').delete('previous'),
        nextGeneration(tx.objectStore('profile')),
        tx.objectStore('snapshots').delete(IDBKeyRange.lowerBound(id, true)),
        tx.objectStore('events').delete(IDBKeyRange.lowerBound(snapshot.lastEvent, true)),
      ]);
      return true;
    });
  }

  async replace(profile: StoredProfile, events: readonly LoggedEvent[] = [], undo?: Undo): Promise<boolean> {
    const stored = await this.#rows.file(profile);
    const rows = await Promise.all(events.map(async (event) => ({ ...(await this.#rows.row(event)), id: event.id })));
    const about = undo && (await this.#snapshot(undo.snapshot));
    const before = undo && (await this.#rows.file(undo.profile));
    return this.#write(['profile', 'snapshots', 'events'], async (tx) => {
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

  async saveAggregates(aggregates: AggregatesFile, generation: number, overDamaged = false): Promise<boolean> {
    const file = await this.#rows.file(aggregates);
    return this.#write(['profile'], async (tx) => {
      const store = tx.objectStore('profile');
      const [before, now] = await Promise.all([store.get('tally'), store.get('generation')]);
      if (generation !== numberOf(now) || numberIn(before, 'schema') > aggregates.schema) return false;
      if (!overDamaged && numberIn(before, 'lastEvent') > aggregates.lastEvent) return false;
      await store.put(file, 'tally');
      return true;
    });
  }

  async text(name: DeviceText, change: (stored: string | null) => string): Promise<string> {
    for (;;) {
      const stored = await this.run((database) => database.get('keys', name));
      const [known] = await this.#read(stored === undefined ? [] : [stored], v.string());
      const text = change(known ?? null);
      const row = await this.#rows.row(text);
      const isSame = await this.#write([], async (tx) => {
        const keys = tx.objectStore('keys');
        // Another tab may have been first.
        if (JSON.stringify(await keys.get(name)) !== JSON.stringify(stored)) return false;
        await keys.put(row, name);
        return true;
      });
      if (isSame) return text;
    }
  }

  async localItems(): Promise<LocalItem[]> {
    return this.#read(await this.run((database) => database.getAll('items')), storedItemSchema);
  }

  async saveLocalItem(item: LocalItem): Promise<void> {
    const row = await this.#rows.row(item);
    const [keys, rows] = await this.run((database) => {
      const { store } = database.transaction('items');
      return Promise.all([store.getAllKeys(), store.getAll()]);
    });
    const known = await Promise.all(rows.map((one) => this.#rows.read(one, storedItemSchema)));
    const before = keys.filter((_, n) => known[n]?.item.id === item.item.id);
    await this.#write(['items'], async (tx) => {
      const items = tx.objectStore('items');
      await Promise.all([...before.map((key) => items.delete(key)), items.add(row)]);
    });
  }

  async clear({ keepItems = false } = {}): Promise<void> {
    await this.run(async (database) => {
      const learned = ['events', 'profile', 'snapshots'] as const;
      const names = keepItems ? learned : ([...learned, 'items'] as const);
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
    // Most shops do not encrypt: then the code for it is not loaded.
    if (!this.encrypt && (await database.getKey('keys', 'lock')) === undefined) return;
    const { unlock } = await import('./unlock');
    try {
      const { cipher, id } = await unlock(database, this.encrypt);
      this.#rows = new Rows(cipher);
      this.#lock = id;
    } catch (thrown) {
      // The caller does not get this store: its connection must not block others.
      if (thrown instanceof SidestreamError) this.close(thrown);
      throw thrown;
    }
  }

  /** Its last event stays readable, because a rollback needs it without the key. */
  async #snapshot({ lastEvent, ...about }: Omit<Snapshot, 'id'>): Promise<SnapshotRow> {
    return { ...(await this.#rows.row(about)), lastEvent };
  }

  /** Reads rows, and skips unreadable ones. @throws SidestreamError `store/newer-schema` if another page has encrypted them */
  async #read<T>(rows: readonly unknown[], schema: v.GenericSchema<unknown, T>): Promise<T[]> {
    const values = await Promise.all(rows.map((row) => this.#rows.read(row, schema)));
    if (values.includes(null)) await this.#checkKey();
    return values.filter((value) => value !== null);
  }

  async #openFile(stored: unknown): Promise<unknown> {
    const file = await this.#rows.openFile(stored);
    if (isEncryptedFile(file)) await this.#checkKey();
    return file;
  }

  #checkKey(): Promise<void> {
    return this.run((database) => this.#checkLock(database.transaction('keys').store));
  }

  /**
   * Writes in one transaction: all or nothing. The first requests are made at once: the page may be left right after the call.
   * @throws SidestreamError `store/newer-schema` when another page has encrypted the database
   */
  #write<T>(
    names: StoreNames<Layout>[],
    work: (tx: IDBPTransaction<Layout, StoreNames<Layout>[], 'readwrite'>) => Promise<T>,
  ): Promise<T> {
    return this.run(async (database) => {
      const tx = database.transaction<StoreNames<Layout>[], 'readwrite'>([...names, 'keys'], 'readwrite', STRICT);
      const working = async () => work(tx);
      const checked = Promise.all([working(), this.#checkLock(tx.objectStore('keys'))]).catch((thrown) => {
        try {
          tx.abort();
        } catch {
          // A failed request has ended it already.
        }
        throw thrown;
      });
      const [[result]] = await Promise.all([checked, tx.done]);
      return result;
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
    this.lose('newer-code', taken);
    throw taken;
  }
}
