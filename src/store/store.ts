import type { Item } from '../catalog';
import type { LoggedEvent, NewEvent } from '../events';

/** An item the shopper's device encoded itself. */
export interface LocalItem {
  item: Item;
  /** Feature rows as in a FeatureTable of one item. */
  values: Int8Array;
  scales: Float32Array;
  /** Encoder digests the features were made with: `text/image`. */
  encoders: string;
}

/** What is known of a snapshot without opening it. */
export interface Snapshot {
  id: number;
  /** Milliseconds since the epoch. */
  time: number;
  /** Choices learned from up to then. */
  choices: number;
  /** Windows closed up to then. */
  windows: number;
  /** Id of the last event that it knows. */
  lastEvent: number;
}

/** What the log adds up to, as JSON in bytes. It can be had again from the log. */
export interface TallyFile {
  schema: number;
  /** Id of the last event in it. */
  lastEvent: number;
  bytes: Uint8Array;
}

/** Snapshots that are kept; the oldest goes first. */
export const MOST_SNAPSHOTS = 12;

/** How a profile is saved. */
export interface SaveOptions {
  /** What to keep it as besides; nothing when absent. */
  snapshot?: Omit<Snapshot, 'id'>;
  /**
   * What is stored is damaged: it goes, whatever it says of itself, and of a profile the one before stays. Default false.
   */
  overDamaged?: boolean;
  /** Only where there is no profile yet: of two tabs that move theirs to the device at once, one is first. Default false. */
  first?: boolean;
}

/** A profile as a store keeps it: the file, and beside it the version of its schema, which old and new code can read. */
export interface StoredProfile {
  schema: number;
  bytes: Uint8Array;
}

/**
 * Where a profile lives: in memory while consent is pending, in IndexedDB once it is granted. Both give events the same
 * ids in the same order.
 */
export interface Store {
  /** Resolves when all the events are as safe as this store makes them. One fails, all fail. */
  append(events: readonly NewEvent[]): Promise<LoggedEvent[]>;
  /** The log from the event after `id` on, oldest first. */
  eventsAfter(id: number): Promise<LoggedEvent[]>;
  /** The raw stored profile and the one before it, as far as there are; parse before use. */
  profiles(): Promise<unknown[]>;
  /**
   * Puts a profile in the place of the newest one, which becomes the one before, in one step.
   * @param generation what `generation` said when the profile that this one goes on from was read
   * @returns false when another profile was put in that one's place meanwhile, or one of newer code; then nothing is saved
   */
  saveProfile(profile: StoredProfile, generation: number, options?: SaveOptions): Promise<boolean>;
  /** Grows whenever the profile is replaced by one that does not go on from it: by `rollback`, `replace` and `clear`. */
  generation(): Promise<number>;
  /** Oldest first. */
  snapshots(): Promise<Snapshot[]>;
  /**
   * Makes a snapshot the profile again; later events and snapshots go.
   * @returns false when there is no such snapshot
   */
  rollback(id: number): Promise<boolean>;
  /** Puts a profile from elsewhere in the place of profile, log and snapshots. */
  replace(profile: StoredProfile): Promise<void>;
  /**
   * Keeps the log under a size: while it is larger, the oldest events go, of those up to `known`.
   * @param known id of the last event that all stored profiles know
   * @param budget bytes
   * @returns events removed
   */
  compact(known: number, budget: number): Promise<number>;
  /** The raw stored tally; null without any. Parse before use. It goes with `clear` only. */
  tally(): Promise<unknown>;
  /**
   * Puts a tally in the place of the stored one.
   * @param generation what `generation` said when the tally that this one goes on from was read
   * @returns false when that one was replaced, or another tab or newer code has saved a later one; then nothing is saved
   */
  saveTally(tally: TallyFile, generation: number, options?: Pick<SaveOptions, 'overDamaged'>): Promise<boolean>;
  /** The anonymous id of this device; `fresh` becomes it where there is none. It outlives `clear`. */
  unit(fresh: string): Promise<string>;
  localItems(): Promise<LocalItem[]>;
  saveLocalItem(item: LocalItem): Promise<void>;
  /** Deletes events, profiles and snapshots; local items stay when `keepItems`. */
  clear(options?: { keepItems?: boolean }): Promise<void>;
  close(): void;
}

/** Bytes that an event takes in a log, about. */
export const eventSize = (event: NewEvent): number => 40 + JSON.stringify(event).length;
