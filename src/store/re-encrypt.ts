import { type IDBPDatabase, unwrap, wrap } from 'idb';
import * as v from 'valibot';
import type { SealedRows } from './encrypted-rows';
import { type Layout, STRICT } from './layout';
import type { Lock } from './lock';

/** Time for which tabs of before may still write under the old key, ms. */
const GRACE = 7 * 24 * 60 * 60 * 1000;

/** A row to be put in the place of another. */
interface Change {
  key: IDBValidKey;
  before: unknown;
  after: unknown;
}

/**
 * Encrypts under the key of a lock what is still in the clear or under a key of the browser. Can be interrupted: what was
 * done stays, and the rest is read as before until the next time. When nothing is left and no tab of before can be open
 * any more, the browser's key goes.
 * @param rows with the lock's cipher and the one before it
 */
export async function reEncrypt(database: IDBPDatabase<Layout>, rows: SealedRows, lock: Lock): Promise<void> {
  const changed = [
    await inPlace(database, 'events', (row) => eventAgain(rows, row)),
    await inPlace(database, 'snapshots', (row) => snapshotAgain(rows, row)),
    await inPlace(database, 'profile', (file) => fileAgain(rows, file)),
    await inPlace(database, 'sealedItems', (row) => sealedAgain(rows, row)),
    await inPlace(database, 'keys', (row, key) => (key === 'unit' ? unitAgain(rows, row) : null)),
    await sealItems(database, rows),
  ];
  if (changed.some((count) => count > 0) || Date.now() - lock.since < GRACE) return;
  const { store, done } = database.transaction('keys', 'readwrite', STRICT);
  await Promise.all([store.delete('rest'), store.put({ ...lock, pending: false }, 'lock'), done]);
}

const sealedSchema = v.looseObject({ sealed: v.instance(Uint8Array) });
const fileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.optional(v.literal(true)) });

/** @returns the row under the lock's key; null for one that is, or that nothing opens */
async function sealedAgain(rows: SealedRows, row: unknown): Promise<unknown> {
  const sealed = v.safeParse(sealedSchema, row);
  const again = sealed.success ? await rows.reEncrypt(sealed.output.sealed) : null;
  return again && sealed.success ? { ...sealed.output, sealed: again } : null;
}

async function eventAgain(rows: SealedRows, row: unknown): Promise<unknown> {
  const plain = v.safeParse(v.looseObject({ id: v.number() }), row);
  if (!plain.success || 'sealed' in plain.output) return sealedAgain(rows, row);
  const { id, ...event } = plain.output;
  return { ...(await rows.row(event)), id };
}

async function snapshotAgain(rows: SealedRows, row: unknown): Promise<unknown> {
  const known = v.safeParse(v.looseObject({ id: v.number(), lastEvent: v.number(), profile: v.unknown() }), row);
  if (!known.success) return null;
  const { id, lastEvent, profile, ...about } = known.output;
  const sealed = 'sealed' in about ? await sealedAgain(rows, about) : await rows.row(about);
  const file = await fileAgain(rows, profile);
  return sealed || file ? { id, lastEvent, profile: file ?? profile, ...(sealed ?? about) } : null;
}

async function fileAgain(rows: SealedRows, stored: unknown): Promise<unknown> {
  const file = v.safeParse(fileSchema, stored);
  if (file.success && file.output.sealed) {
    const bytes = await rows.reEncrypt(file.output.bytes);
    return bytes && { ...file.output, bytes };
  }
  if (file.success) return rows.file(file.output);
  const older = await rows.plain.upgradedProfile(stored);
  return older && rows.file(older);
}

async function unitAgain(rows: SealedRows, stored: unknown): Promise<unknown> {
  return typeof stored === 'string' ? rows.text(stored) : sealedAgain(rows, stored);
}

/** Puts what `again` says in the place of every row of a store that is still as it was read; null leaves one. */
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
    values.map(async (before, n): Promise<Change> => ({ key: keys[n], before, after: await again(before, keys[n]) })),
  );
  const changes = all.filter(({ after }) => after !== null);
  if (changes.length === 0) return 0;
  const writing = untyped.transaction(name, 'readwrite', STRICT);
  const inline = writing.store.keyPath !== null;
  const write = async ({ key, before, after }: Change): Promise<void> => {
    if (!sameRow(await writing.store.get(key), before)) return;
    await (inline ? writing.store.put(after) : writing.store.put(after, key));
  };
  await Promise.all([...changes.map(write), writing.done]);
  return changes.length;
}

/** Moves items from where their ids are keys to where nothing is said of them. */
async function sealItems(database: IDBPDatabase<Layout>, rows: SealedRows): Promise<number> {
  const items = await database.getAll('items');
  const sealed = await Promise.all(items.map(async (item) => ({ id: item.item.id, row: await rows.item(item) })));
  if (sealed.length === 0) return 0;
  const tx = database.transaction(['items', 'sealedItems'], 'readwrite', STRICT);
  const move = async ({ id, row }: (typeof sealed)[number]): Promise<void> => {
    // Another tab may have moved it.
    if (!row || (await tx.objectStore('items').getKey(id)) === undefined) return;
    await Promise.all([tx.objectStore('items').delete(id), tx.objectStore('sealedItems').add(row)]);
  };
  await Promise.all([...sealed.map(move), tx.done]);
  return sealed.length;
}

/** Rows of logs are there or not; files may have been replaced by another tab. */
function sameRow(now: unknown, before: unknown): boolean {
  const [one, other] = [now, before].map((row) => v.safeParse(fileSchema, row));
  if (!one.success || !other.success) return now !== undefined && one.success === other.success;
  const [a, b] = [one.output.bytes, other.output.bytes];
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
