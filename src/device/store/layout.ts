import type { DBSchema, IDBPDatabase } from 'idb';
import type { LoggedEvent } from '../../core/events';
import type { WITHDRAWN } from './device-presence';
import type { Lock } from './lock';
import type { DeviceText, LocalItem, Snapshot } from './store';

/** Version of the database layout. */
export const DATABASE_VERSION = 3;

/** A row encrypted at rest: it has this instead of its content. */
export interface EncryptedRow {
  sealed: Uint8Array;
}

/** Description of a snapshot. Its last event stays readable, as a rollback needs it without the key. */
export type SnapshotRow = Omit<Snapshot, 'id'> | (Pick<Snapshot, 'lastEvent'> & EncryptedRow);

/** The database of one shop on one device. */
export interface Layout extends DBSchema {
  /** The log; the database assigns growing ids. */
  events: { key: number; value: (Omit<LoggedEvent, 'id'> | EncryptedRow) & { id?: number } };
  /** Under `generation` a number, see `Store.generation`; under `tally` an AggregatesFile; under `WITHDRAWN` true. */
  profile: { key: 'current' | 'previous' | 'generation' | 'tally' | typeof WITHDRAWN; value: unknown };
  /** Items in the clear, by their ids. */
  items: { key: string; value: LocalItem };
  /** Encrypted items, under generated keys. */
  sealedItems: { key: number; value: EncryptedRow };
  snapshots: { key: number; value: SnapshotRow & { id?: number; profile: unknown } };
  /**
   * Under `rest` the browser's key, under `lock` the lock that a passphrase or key of the shop opens, and the texts
   * about this device.
   */
  keys: { key: 'rest' | 'lock' | DeviceText; value: CryptoKey | Lock | string | EncryptedRow };
}

/** Upgrades a database of an older layout, version by version. */
export function upgrade(database: IDBPDatabase<Layout>, from: number): void {
  if (from < 1) {
    database.createObjectStore('events', { keyPath: 'id', autoIncrement: true });
    database.createObjectStore('profile');
    database.createObjectStore('items', { keyPath: 'item.id' });
  }
  if (from < 2) {
    database.createObjectStore('snapshots', { keyPath: 'id', autoIncrement: true });
    database.createObjectStore('keys');
  }
  if (from < 3) database.createObjectStore('sealedItems', { autoIncrement: true });
}
