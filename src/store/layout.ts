import type { DBSchema, IDBPDatabase } from 'idb';
import type { LoggedEvent } from '../events';
import type { Lock } from './lock';
import type { LocalItem, Snapshot } from './store';

/** Version of the database layout. */
export const DATABASE_VERSION = 3;

/** Written with this durability, a transaction is done when the operating system has it on disk. */
export const STRICT = { durability: 'strict' } as const;

/** What a row holds in place of its content where the shop asked for encryption at rest. */
export interface SealedRow {
  sealed: Uint8Array;
}

/** What a snapshot says of itself. To go back to it, its last event must be known without the key. */
export type SnapshotRow = Omit<Snapshot, 'id'> | (Pick<Snapshot, 'lastEvent'> & SealedRow);

/** The database of one shop on one device. */
export interface Layout extends DBSchema {
  /** The log; ids are given by the database, ever growing. */
  events: { key: number; value: (Omit<LoggedEvent, 'id'> | SealedRow) & { id?: number } };
  /** Under `generation` a number, see `Store.generation`; under `tally` a TallyFile. */
  profile: { key: 'current' | 'previous' | 'generation' | 'tally'; value: unknown };
  /** Items in the clear, by their ids. */
  items: { key: string; value: LocalItem };
  /** Encrypted items, under keys that say nothing. */
  sealedItems: { key: number; value: SealedRow };
  snapshots: { key: number; value: SnapshotRow & { id?: number; profile: unknown } };
  /**
   * Under `rest` the browser's own key, under `lock` what a passphrase or key of the shop opens; under `unit` the anonymous
   * id that an experiment's draws go by.
   */
  keys: { key: 'rest' | 'lock' | 'unit'; value: CryptoKey | Lock | string | SealedRow };
}

/** Brings a database of an older layout up to this one, step by step. */
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
