import type { IDBPDatabase } from 'idb';
import { SidestreamError } from '../error';
import { RestCipher } from './at-rest-cipher';
import { SealedRows } from './encrypted-rows';
import type { Encryption } from './encryption';
import { type Layout, STRICT } from './layout';
import type { PlainRows, Rows } from './rows';

/** What a database is read and written with. */
export interface Unlocked {
  rows: Rows;
  /** Id of the lock that is on it; null without one. */
  lock: string | null;
}

/**
 * Finds or makes the key of a database of which something is or is to be encrypted. Where a passphrase or key is given for the first time, what was there before is
 * encrypted again.
 * @param plain reads and writes what is in the clear
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
      'This page cannot encrypt a profile: browsers let pages on https and localhost do so only. Recommendations go on in memory; serve the page by https, or start without "encrypt".',
    );
  }
  const stored = await database.get('keys', 'lock');
  if (stored === undefined && typeof encryption === 'boolean') {
    const ciphers = await browserKey(database, encryption);
    return { rows: new SealedRows(plain, ciphers, encryption), lock: null };
  }
  const { newLock, openLock, parseLock } = await import('./lock');
  const lock = parseLock(
    typeof encryption === 'boolean'
      ? stored
      : (stored ?? (await putFirst(database, 'lock', await newLock(encryption)))),
  );
  const cipher = await openLock(lock, encryption);
  const rows = new SealedRows(plain, [cipher, ...(await browserKey(database, false))], true);
  if (lock.pending) await (await import('./re-encrypt')).reEncrypt(database, rows, lock);
  return { rows, lock: lock.id };
}

/** The cipher of the key that lies in the database itself; none where there is no such key. */
async function browserKey(database: IDBPDatabase<Layout>, create: boolean): Promise<RestCipher[]> {
  const known = await database.get('keys', 'rest');
  const key = known ?? (create ? await putFirst(database, 'rest', await RestCipher.newKey()) : null);
  // Where a page has no WebCrypto, there is no such class.
  return key && key instanceof CryptoKey ? [new RestCipher(key)] : [];
}

/** Another tab may have been first: then its value stays. @returns what is stored */
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
