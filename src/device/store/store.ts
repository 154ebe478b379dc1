import * as v from 'valibot';
import { addedItemSchema } from '../../core/catalog';
import { type LoggedEvent, type NewEvent, storedCount } from '../../core/events';

/** An item that a device encoded. */
export const localItemSchema = v.object({
  item: addedItemSchema,
  /** Feature rows as in a FeatureTable of one item. */
  values: v.instance(Int8Array<ArrayBufferLike>),
  scales: v.instance(Float32Array<ArrayBufferLike>),
  /** Digests of what the features were made with: `text/image/projection`. */
  encoders: v.string(),
});
export type LocalItem = v.InferOutput<typeof localItemSchema>;

export const snapshotSchema = v.object({
  id: v.number(),
  /** Milliseconds since the epoch. */
  time: v.number(),
  /** Number of choices learned up to then. */
  choices: storedCount,
  /** Number of windows closed up to then. */
  windows: storedCount,
  /** Id of the last event that it contains. */
  lastEvent: v.number(),
});
/** Description of a snapshot, readable without loading it. */
export type Snapshot = v.InferOutput<typeof snapshotSchema>;

/** Aggregates of the log, as JSON in bytes. They can be recomputed from the log. */
export interface AggregatesFile extends StoredProfile {
  lastEvent: number;
}

/** Maximum number of snapshots; the oldest is dropped first. */
export const MAX_SNAPSHOTS = 12;

export interface SaveOptions {
  snapshot?: Omit<Snapshot, 'id'>;
  /** The stored data is damaged: it is overwritten, and the profile before it stays. Default false. */
  overDamaged?: boolean;
}

/** The state with which a profile from elsewhere is merged. */
export interface Undo {
  /** Describes the snapshot of the previous profile. Its last event must still be the last of the log. */
  snapshot: Omit<Snapshot, 'id'>;
  profile: StoredProfile;
  /** Generation of the store when log and profile were read. */
  generation: number;
}

/** A stored profile: the file, and the version of its schema in a form that old and new code can read. */
export interface StoredProfile {
  schema: number;
  bytes: Uint8Array;
}

/**
 * Stores log and profile: in memory while consent is pending, in IndexedDB once it is granted. Both give events the same
 * ids in the same order.
 */
export interface Store {
  /** Resolves when all events are stored; if one fails, none is stored. */
  append(events: readonly NewEvent[]): Promise<LoggedEvent[]>;
  /**
   * Takes in events, items and the profile learned from them, all or nothing. A new store keeps the events' ids. One that has, or
   * had, a log or profile of its own gives the events later ids, and takes no profile.
   * @param profile null without one
   * @returns whether the store was new
   */
  adopt(events: readonly LoggedEvent[], items: readonly LocalItem[], profile: StoredProfile | null): Promise<boolean>;
  /** The log from the event after `id` on, oldest first. */
  eventsAfter(id: number): Promise<LoggedEvent[]>;
  /** The stored profile and its predecessor, if they exist, not parsed. */
  profiles(): Promise<unknown[]>;
  /**
   * Saves a profile as the newest one; the current one becomes its predecessor in the same transaction.
   * @param generation of the store when the profile that this one continues was read
   * @returns false if that profile was replaced meanwhile, or newer code wrote one; nothing is saved then
   */
  saveProfile(profile: StoredProfile, generation: number, options?: SaveOptions): Promise<boolean>;
  /** Grows whenever the profile is replaced by one that does not continue it: by `rollback`, `replace` and `clear`. */
  generation(): Promise<number>;
  /** Oldest first. */
  snapshots(): Promise<Snapshot[]>;
  /** The profile of a snapshot, not parsed; null if the snapshot does not exist, or its profile cannot be read. */
  snapshotProfile(id: number): Promise<unknown>;
  /**
   * Restores a snapshot as the profile; later events and snapshots are deleted. @returns false if the snapshot does not
   * exist
   */
  rollback(id: number): Promise<boolean>;
  /**
   * Replaces profile, log and snapshots with a profile from elsewhere and its log.
   * @param events with later ids than all events of this log
   * @param undo keeps log and snapshots: the events follow the log, and the previous profile becomes a snapshot
   * @returns false if the log or the profile changed since `undo` was made; nothing is changed then
   */
  replace(profile: StoredProfile, events?: readonly LoggedEvent[], undo?: Undo): Promise<boolean>;
  /**
   * Deletes the oldest events, up to `known`, while the log is larger than its budget.
   * @param known id of the last event that all stored profiles contain
   * @param budget bytes
   * @returns number of deleted events
   */
  compact(known: number, budget: number): Promise<number>;
  /** The stored aggregates, not parsed; null without any. Only `clear` deletes them. */
  aggregates(): Promise<unknown>;
  /**
   * Replaces the stored aggregates, damaged ones in any case with `overDamaged`.
   * @param generation of the store when the aggregates that these continue were read
   * @returns false if those were replaced, or another tab or newer code saved later ones; nothing is saved then
   */
  saveAggregates(aggregates: AggregatesFile, generation: number, overDamaged?: boolean): Promise<boolean>;
  /**
   * Replaces a text about this device with the result of `change`, atomically for all tabs. `clear` keeps it.
   * @param change gets the stored text, null if it is missing or unreadable; called again if another tab was first
   * @returns the new text
   */
  text(name: DeviceText, change: (stored: string | null) => string): Promise<string>;
  localItems(): Promise<LocalItem[]>;
  saveLocalItem(item: LocalItem): Promise<void>;
  /** Deletes events, profiles and snapshots, and local items unless `keepItems`. */
  clear(options?: { keepItems?: boolean }): Promise<void>;
  close(): void;
}

/**
 * The stored profile that a learner continues. It is checked at every save to avoid overwriting a profile that replaced it.
 */
export interface ProfileOrigin {
  readonly store: Store;
  /** See `Store.generation`. */
  readonly generation: number;
  /** Newer code wrote the stored profile, which must not be overwritten. */
  readonly readOnly: boolean;
  /** The newest stored profile could not be read. */
  damaged: boolean;
  /** Ids of the last events in the newest stored profile and its predecessor; 0 if missing. */
  known: [number, number];
}

/** Origin of the first profile in a store. @param lastEvent id of the last event that it contains */
export const firstOrigin = (store: Store, generation = 0, lastEvent = 0): ProfileOrigin => ({
  store,
  generation,
  readOnly: false,
  damaged: false,
  known: [lastEvent, 0],
});

/** A text about this device: `unit`, its anonymous id; `visitors`, its reports in experiments. */
export type DeviceText = 'unit' | 'visitors';
