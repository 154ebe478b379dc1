import type { DBSchema, IDBPDatabase } from 'idb';
import type { LoggedEvent } from '../learner';
import type { LocalItem, Snapshot } from './store';

/** Version of the database layout. */
export const DATABASE_VERSION = 2;

/** What a row holds in place of its content where the shop asked for encryption at rest. */
export interface SealedRow {
  sealed: Uint8Array;
}

/** The database of one shop on one device. */
export interface Layout extends DBSchema {
  /** The log; ids are given by the database, ever growing. */
  events: { key: number; value: (Omit<LoggedEvent, 'id'> | SealedRow) & { id?: number } };
  /** Under `generation` a number, see `Store.generation`; under `tally` a TallyFile. */
  profile: { key: 'current' | 'previous' | 'generation' | 'tally'; value: unknown };
  items: { key: string; value: LocalItem };
  snapshots: { key: number; value: Omit<Snapshot, 'id'> & { id?: number; profile: unknown } };
  /** Under `unit` the anonymous id that an experiment's draws go by. */
  keys: { key: 'rest' | 'unit'; value: CryptoKey | string };
}

export const databaseName = (namespace: string): string => `sidestream/${namespace}`;

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
}
