import * as v from 'valibot';
import { eventSchema, type LoggedEvent, type NewEvent } from '../../core/events';
import type { EncryptedRow, SnapshotRow } from './database';
import type { LocalItem, Snapshot, StoredProfile } from './store';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const aboutSchema = v.object({ time: v.number(), choices: count, windows: count });

/** Converts stored data to rows of the database and back. A row that cannot be read becomes null. */
export interface Rows {
  event(event: NewEvent): Promise<NewEvent | EncryptedRow>;
  readEvent(row: unknown): Promise<LoggedEvent | null>;
  snapshot(snapshot: Omit<Snapshot, 'id'>): Promise<SnapshotRow>;
  readSnapshot(row: SnapshotRow & { id?: number }): Promise<Snapshot | null>;
  /** @returns null if items are stored unencrypted */
  item(item: LocalItem): Promise<EncryptedRow | null>;
  readItem(row: EncryptedRow): Promise<LocalItem | null>;
  /** A text, such as an id. */
  text(text: string): Promise<string | EncryptedRow>;
  readText(stored: unknown): Promise<string | null>;
  /** A file, profile or aggregates; only its bytes are encrypted. */
  file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }>;
  /** @returns the file unchanged if it cannot be decrypted: its reader reports the damage */
  openFile(stored: unknown): Promise<unknown>;
}

/** Converts a profile stored by older code to the current form. Rejects if it is damaged, or stored by newer code. */
export type UpgradeProfile = (stored: unknown) => Promise<StoredProfile>;

export class PlainRows implements Rows {
  readonly #upgrade: UpgradeProfile | undefined;

  constructor(upgrade?: UpgradeProfile) {
    this.#upgrade = upgrade;
  }

  async event(event: NewEvent): Promise<NewEvent | EncryptedRow> {
    return { ...event };
  }

  /** @returns null for a row that this code cannot read (older or damaged), to keep the other rows */
  async readEvent(row: unknown): Promise<LoggedEvent | null> {
    const event = v.safeParse(eventSchema, row);
    return event.success ? event.output : null;
  }

  async snapshot(snapshot: Omit<Snapshot, 'id'>): Promise<SnapshotRow> {
    return snapshot;
  }

  async readSnapshot({ id = 0, lastEvent, ...row }: SnapshotRow & { id?: number }): Promise<Snapshot | null> {
    const about = v.safeParse(aboutSchema, row);
    return about.success ? { ...about.output, id, lastEvent } : null;
  }

  async item(_item: LocalItem): Promise<EncryptedRow | null> {
    return null;
  }

  async readItem(_row: EncryptedRow): Promise<LocalItem | null> {
    return null;
  }

  async text(text: string): Promise<string | EncryptedRow> {
    return text;
  }

  async readText(stored: unknown): Promise<string | null> {
    return typeof stored === 'string' ? stored : null;
  }

  async file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }> {
    return file;
  }

  async openFile(stored: unknown): Promise<unknown> {
    return stored;
  }

  /** Converts a profile that code before schema 3 stored as a plain object; null for any other. */
  async upgradedProfile(stored: unknown): Promise<StoredProfile | null> {
    try {
      return (await this.#upgrade?.(stored)) ?? null;
    } catch {
      // The profile's reader reports why it cannot be read.
      return null;
    }
  }
}

/** Whether a file is still encrypted. */
export const isEncryptedFile = (stored: unknown): boolean =>
  v.safeParse(v.object({ sealed: v.literal(true) }), stored).success;
