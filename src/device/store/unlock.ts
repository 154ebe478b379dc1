import { type IDBPDatabase, unwrap, wrap } from 'idb';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import type { Layout } from './database';
import { STRICT } from './device-presence';
import type { Encryption } from './encryption';
import { AtRestCipher, type Lock, newLock, openLock, parseLock } from './lock';
import { encryptedSchema, Rows } from './rows';
import type { DeviceText } from './store';

/** Time during which earlier tabs may still write with the old key, ms. */
const GRACE_MS = 7 * 24 * 60 * 60 * 1000;

const TEXTS: readonly DeviceText[] = ['unit', 'visitors'];

/**
 * Encrypts with the key of a lock all rows that are still unencrypted or encrypted with a key of the browser. Can be
 * interrupted: finished rows stay, and the other rows are read as before until the next run. The browser's key is deleted
 * when no such row is left and no earlier tab can still be open.
 * @param rows with the lock's cipher and the previous one
 */
async function reEncrypt(database: IDBPDatabase<Layout>, rows: Rows, lock: Lock): Promise<void> {
  const changed = [
    await inPlace(database, 'events', (row) => eventAgain(rows, row)),
    await inPlace(database, 'snapshots', (row) => snapshotAgain(rows, row)),
    await inPlace(database, 'profile', (file) => fileAgain(rows, file)),
    await inPlace(database, 'sealedItems', (row) => encryptedAgain(rows, row)),
    await inPlace(database, 'keys', (row, key) => (isText(key) ? textAgain(rows, row) : null)),
    await encryptItems(database, rows),
  ];
  if (changed.some((count) => count > 0) || Date.now() - lock.since < GRACE_MS) return;
  const { store, done } = database.transaction('keys', 'readwrite', STRICT);
  await Promise.all([store.delete('rest'), store.put({ ...lock, pending: false }, 'lock'), done]);
}

const fileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.optional(v.literal(true)) });

/** @returns the row encrypted with the lock's key; null if it already is, or no cipher decrypts it */
async function encryptedAgain(rows: Rows, row: unknown): Promise<unknown> {
  const encrypted = v.safeParse(encryptedSchema, row);
  const again = encrypted.success ? await rows.reEncrypt(encrypted.output.sealed) : null;
  return again && encrypted.success ? { ...encrypted.output, sealed: again } : null;
}

async function eventAgain(rows: Rows, row: unknown): Promise<unknown> {
  const plain = v.safeParse(v.looseObject({ id: v.number() }), row);
  if (!plain.success || 'sealed' in plain.output) return encryptedAgain(rows, row);
  const { id, ...event } = plain.output;
  return { ...(await rows.row(event)), id };
}

async function snapshotAgain(rows: Rows, row: unknown): Promise<unknown> {
  const known = v.safeParse(v.looseObject({ id: v.number(), lastEvent: v.number(), profile: v.unknown() }), row);
  if (!known.success) return null;
  const { id, lastEvent, profile, ...about } = known.output;
  const encrypted = 'sealed' in about ? await encryptedAgain(rows, about) : await rows.row(about);
  const file = await fileAgain(rows, profile);
  return encrypted || file ? { id, lastEvent, profile: file ?? profile, ...(encrypted ?? about) } : null;
}

async function fileAgain(rows: Rows, stored: unknown): Promise<unknown> {
  const file = v.safeParse(fileSchema, stored);
  if (file.success && file.output.sealed) {
    const bytes = await rows.reEncrypt(file.output.bytes);
    return bytes && { ...file.output, bytes };
  }
  return file.success ? rows.file(file.output) : null;
}

const isText = (key: IDBValidKey): boolean => TEXTS.some((name) => name === key);

async function textAgain(rows: Rows, stored: unknown): Promise<unknown> {
  return typeof stored === 'string' ? rows.row(stored) : encryptedAgain(rows, stored);
}

/** Replaces the rows of a store by the results of `again`, unless they changed since they were read; null keeps a row. */
async function inPlace(
  database: IDBPDatabase<Layout>,
  name: 'events' | 'snapshots' | 'profile' | 'sealedItems' | 'keys',
  again: (row: unknown, key: IDBValidKey) => Promise<unknown> | null,
): Promise<number> {
  // The type of rows differs from store to store.
  const untyped: IDBPDatabase = wrap(unwrap(database));
  const reading = untyped.transaction(name);
  const [keys, values] = await Promise.all([reading.store.getAllKeys(), reading.store.getAll()]);
  const all = await Promise.all(
    values.map(async (before, n) => ({ key: keys[n], before, after: await again(before, keys[n]) })),
  );
  const changes = all.filter(({ after }) => after !== null);
  if (changes.length === 0) return 0;
  const writing = untyped.transaction(name, 'readwrite', STRICT);
  const inline = writing.store.keyPath !== null;
  const write = async ({ key, before, after }: (typeof all)[number]): Promise<void> => {
    if (!sameRow(await writing.store.get(key), before)) return;
    await (inline ? writing.store.put(after) : writing.store.put(after, key));
  };
  await Promise.all([...changes.map(write), writing.done]);
  return changes.length;
}

/** Moves items from the store keyed by their ids to the store whose keys do not reveal them. */
async function encryptItems(database: IDBPDatabase<Layout>, rows: Rows): Promise<number> {
  const items = await database.getAll('items');
  const encrypted = await Promise.all(items.map(async (item) => ({ id: item.item.id, row: await rows.item(item) })));
  if (encrypted.length === 0) return 0;
  const tx = database.transaction(['items', 'sealedItems'], 'readwrite', STRICT);
  const move = async ({ id, row }: (typeof encrypted)[number]): Promise<void> => {
    // Another tab may have moved it.
    if (!row || (await tx.objectStore('items').getKey(id)) === undefined) return;
    await Promise.all([tx.objectStore('items').delete(id), tx.objectStore('sealedItems').add(row)]);
  };
  await Promise.all([...encrypted.map(move), tx.done]);
  return encrypted.length;
}

/** Whether a row is still as it was read: rows of logs are present or not, files and texts may have been replaced by another tab. */
function sameRow(now: unknown, before: unknown): boolean {
  if (typeof before === 'string') return now === before;
  const [a, b] = [now, before].map(bytesOf);
  if (!a || !b) return now !== undefined && a === b;
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

/** The bytes of a file or an encrypted row; null for a row in the clear. */
function bytesOf(row: unknown): Uint8Array | null {
  const file = v.safeParse(fileSchema, row);
  if (file.success) return file.output.bytes;
  const encrypted = v.safeParse(encryptedSchema, row);
  return encrypted.success ? encrypted.output.sealed : null;
}

/**
 * Finds or makes the key of a database that is, or will be, encrypted. A key given for the first time encrypts the
 * existing rows.
 * @returns access to the rows, and the id of the database's lock, null without one
 * @throws SidestreamError `store/wrong-key`, `store/corrupt`, `store/newer-schema`, `store/unavailable`
 */
export async function unlock(
  database: IDBPDatabase<Layout>,
  encryption: Encryption,
): Promise<{ rows: Rows; lock: string | null }> {
  if (encryption !== false && !globalThis.crypto?.subtle) {
    throw new SidestreamError(
      'store/unavailable',
      'This page cannot encrypt a profile: browsers allow that on https and localhost only. Recommendations continue in memory; serve the page over https, or start without "encrypt".',
    );
  }
  const stored = await database.get('keys', 'lock');
  if (stored === undefined && typeof encryption === 'boolean') {
    const ciphers = await browserKey(database, encryption);
    return { rows: new Rows(ciphers, encryption), lock: null };
  }
  const lock = parseLock(
    typeof encryption === 'boolean'
      ? stored
      : (stored ?? (await putFirst(database, 'lock', await newLock(encryption)))),
  );
  const cipher = await openLock(lock, encryption);
  const rows = new Rows([cipher, ...(await browserKey(database, false))], true);
  if (lock.pending) await reEncrypt(database, rows, lock);
  return { rows, lock: lock.id };
}

/** The cipher of the key that is stored in the database itself; empty without such a key. */
async function browserKey(database: IDBPDatabase<Layout>, create: boolean): Promise<AtRestCipher[]> {
  const known = await database.get('keys', 'rest');
  const key = known ?? (create ? await putFirst(database, 'rest', await AtRestCipher.newKey()) : null);
  // A page without WebCrypto lacks this class.
  return key && key instanceof CryptoKey ? [new AtRestCipher(key)] : [];
}

/** Stores a value unless another tab has stored one. @returns the stored value */
async function putFirst(
  database: IDBPDatabase<Layout>,
  name: 'rest' | 'lock',
  value: Layout['keys']['value'],
): Promise<unknown> {
  const tx = database.transaction('keys', 'readwrite', STRICT);
  const first = await tx.store.get(name);
  if (first === undefined) await tx.store.put(value, name);
  await tx.done;
  return first ?? value;
}
