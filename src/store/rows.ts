import * as v from 'valibot';
import { eventSchema, type LoggedEvent, type NewEvent } from '../events';
import type { SealedRow, SnapshotRow } from './layout';
import type { LocalItem, Snapshot, StoredProfile } from './store';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const aboutSchema = v.object({ time: v.number(), choices: count, windows: count });

/** Turns what is kept into rows of the database and back. What cannot be read comes as null. */
export interface Rows {
  event(event: NewEvent): Promise<NewEvent | SealedRow>;
  readEvent(row: unknown): Promise<LoggedEvent | null>;
  snapshot(snapshot: Omit<Snapshot, 'id'>): Promise<SnapshotRow>;
  readSnapshot(row: SnapshotRow & { id?: number }): Promise<Snapshot | null>;
  /** @returns null where items are kept as they are */
  item(item: LocalItem): Promise<SealedRow | null>;
  readItem(row: SealedRow): Promise<LocalItem | null>;
  /** A text, such as an id. */
  text(text: string): Promise<string | SealedRow>;
  readText(stored: unknown): Promise<string | null>;
  /** A file that is kept whole, profile or tally; what it says besides its bytes stays readable. */
  file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }>;
  /** One that cannot be decrypted comes as it is: its reader finds it damaged. */
  openFile(stored: unknown): Promise<unknown>;
}

/** Brings a profile that older code stored to the form of today. Rejects for one that is damaged, or of newer code. */
export type UpgradeProfile = (stored: unknown) => Promise<StoredProfile>;

/** Rows in the clear. */
export class PlainRows implements Rows {
  readonly #upgrade: UpgradeProfile | undefined;

  constructor(upgrade?: UpgradeProfile) {
    this.#upgrade = upgrade;
  }

  async event(event: NewEvent): Promise<NewEvent | SealedRow> {
    return { ...event };
  }

  /** Null for a row that this code cannot read (older or damaged): no reason to lose the rest. */
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

  async item(_item: LocalItem): Promise<SealedRow | null> {
    return null;
  }

  async readItem(_row: SealedRow): Promise<LocalItem | null> {
    return null;
  }

  async text(text: string): Promise<string | SealedRow> {
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

  /** A profile that code before schema 3 stored as a plain object, as it is stored today; null for any other. */
  async upgradedProfile(stored: unknown): Promise<StoredProfile | null> {
    try {
      return (await this.#upgrade?.(stored)) ?? null;
    } catch {
      // The profile's reader reports why it cannot be read.
      return null;
    }
  }
}

/** Whether a stored file is encrypted still. */
export const isSealedFile = (stored: unknown): boolean =>
  v.safeParse(v.object({ sealed: v.literal(true) }), stored).success;
