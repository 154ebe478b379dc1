import type { IDBPDatabase } from 'idb';
import { SidestreamError } from '../../error';
import { AtRestCipher } from './at-rest-cipher';
import type { Layout } from './database';
import { STRICT } from './device-presence';
import { EncryptedRows } from './encrypted-rows';
import type { Encryption } from './encryption';
import type { PlainRows, Rows } from './rows';

/** Access to the rows of an encrypted database. */
export interface Unlocked {
  rows: Rows;
  /** Id of its lock; null without one. */
  lock: string | null;
}

/**
 * Finds or makes the key of a database that is, or will be, encrypted. A passphrase or key given for the first time encrypts
 * the existing rows.
 * @param plain reads and writes unencrypted rows
 * @throws SidestreamError `store/wrong-passphrase`, `store/corrupt`, `store/newer-schema`, `store/unavailable`
 */
export async function unlock(
  database: IDBPDatabase<Layout>,
  plain: PlainRows,
  encryption: Encryption,
): Promise<Unlocked> {
  if (encryption !== false && !globalThis.crypto?.subtle) {
    throw new SidestreamError(
      'store/unavailable',
      'This page cannot encrypt a profile: browsers allow that on https and localhost only. Recommendations continue in memory; serve the page over https, or start without "encrypt".',
    );
  }
  const stored = await database.get('keys', 'lock');
  if (stored === undefined && typeof encryption === 'boolean') {
    const ciphers = await browserKey(database, encryption);
    return { rows: new EncryptedRows(plain, ciphers, encryption), lock: null };
  }
  const { newLock, openLock, parseLock } = await import('./lock');
  const lock = parseLock(
    typeof encryption === 'boolean'
      ? stored
      : (stored ?? (await putFirst(database, 'lock', await newLock(encryption)))),
  );
  const cipher = await openLock(lock, encryption);
  const rows = new EncryptedRows(plain, [cipher, ...(await browserKey(database, false))], true);
  if (lock.pending) await (await import('./re-encrypt')).reEncrypt(database, rows, lock);
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
