import { type IDBPDatabase, type IDBPTransaction, unwrap, wrap } from 'idb';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import type { Layout } from './database';
import { STRICT } from './device-presence';
import type { Encryption } from './encryption';
import { type AtRestCipher, newLock, type Opener, openLock, parseLock } from './lock';
import { Rows } from './rows';

const STORES = ['events', 'snapshots', 'profile', 'items', 'keys'] as const;
type StoreName = (typeof STORES)[number];

/** The keys and the rows of a store. */
type Content = [name: StoreName, keys: IDBValidKey[], rows: unknown[]];

const contentOf = (tx: IDBPTransaction<unknown, string[], 'readonly' | 'readwrite'>): Promise<Content[]> =>
  Promise.all(
    STORES.map(async (name): Promise<Content> => {
      const store = tx.objectStore(name);
      return [name, ...(await Promise.all([store.getAllKeys(), store.getAll()]))];
    }),
  );

const fileSchema = v.looseObject({ bytes: v.instance(Uint8Array) });

/** A row as it is stored under a lock. */
async function encrypted(name: StoreName, row: unknown, rows: Rows): Promise<unknown> {
  if (name === 'profile') return v.is(fileSchema, row) ? rows.file(row) : row;
  if (name === 'items' || name === 'keys') return rows.row(row);
  const { id, lastEvent, profile, ...content } = Object(row);
  const sealed = await rows.row(content);
  return name === 'events'
    ? { ...sealed, id }
    : { ...sealed, id, lastEvent, profile: await encrypted('profile', profile, rows) };
}

/**
 * Encrypts a database in the clear, in one transaction: a page that ends before leaves it as it was.
 * @returns the lock, or that of another tab, which was first
 */
async function encryptAll(database: IDBPDatabase<Layout>, key: Opener): Promise<unknown> {
  const lock = await newLock(key);
  const rows = new Rows(await openLock(lock, key));
  // The type of rows differs from store to store.
  const untyped: IDBPDatabase = wrap(unwrap(database));
  for (;;) {
    const before = await contentOf(untyped.transaction(STORES));
    const after = await Promise.all(
      before.map(([name, , all]) => Promise.all(all.map((row) => encrypted(name, row, rows)))),
    );
    const tx = untyped.transaction(STORES, 'readwrite', STRICT);
    const first: unknown = await tx.objectStore('keys').get('lock');
    if (first !== undefined) return first;
    // Another tab may have written meanwhile.
    if (JSON.stringify(await contentOf(tx)) !== JSON.stringify(before)) continue;
    const writes = before.flatMap(([name, keys], n) => {
      const store = tx.objectStore(name);
      return after[n].map((row, at) => (store.keyPath === null ? store.put(row, keys[at]) : store.put(row)));
    });
    await Promise.all([...writes, tx.objectStore('keys').put(lock, 'lock'), tx.done]);
    return lock;
  }
}

/**
 * Finds or makes the lock of a database that is, or will be, encrypted. A key given for the first time encrypts the existing
 * rows.
 * @returns the cipher of its rows, and the id of its lock
 * @throws SidestreamError `store/wrong-key`, `store/corrupt`, `store/newer-schema`, `store/unavailable`
 */
export async function unlock(
  database: IDBPDatabase<Layout>,
  encryption: Encryption,
): Promise<{ cipher: AtRestCipher; id: string }> {
  if (encryption && !globalThis.crypto?.subtle) {
    throw new SidestreamError(
      'store/unavailable',
      'This page cannot encrypt a profile: browsers allow that on https and localhost only. Recommendations continue in memory; serve the page over https, or start without "encrypt".',
    );
  }
  const stored: unknown = await database.get('keys', 'lock');
  const lock = parseLock(stored ?? (encryption && (await encryptAll(database, encryption))));
  return { cipher: await openLock(lock, encryption), id: lock.id };
}
