import type { Item } from '../catalog';
import type { LoggedEvent, NewEvent, Profile } from '../learner';

/** An item the shopper's device encoded itself. */
export interface LocalItem {
  item: Item;
  /** Feature rows as in a FeatureTable of one item. */
  values: Int8Array;
  scales: Float32Array;
  /** Encoder digests the features were made with: `text/image`. */
  encoders: string;
}

/**
 * Where a profile lives: in memory while consent is pending, in IndexedDB once it is granted. Both give events the same
 * ids in the same order.
 */
export interface Store {
  /** Resolves when the event is as safe as this store makes it. */
  append(event: NewEvent): Promise<LoggedEvent>;
  /** The whole log, oldest first. */
  events(): Promise<LoggedEvent[]>;
  /** The raw stored profile, or null; parse before use. */
  profile(): Promise<unknown>;
  saveProfile(profile: Profile): Promise<void>;
  localItems(): Promise<LocalItem[]>;
  saveLocalItem(item: LocalItem): Promise<void>;
  /** Deletes events and profile; local items stay when `keepItems`. */
  clear(options?: { keepItems?: boolean }): Promise<void>;
  close(): void;
}
