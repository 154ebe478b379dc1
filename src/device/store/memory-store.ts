import type { LoggedEvent, NewEvent } from '../../core/events';
import { eventSize, excessEvents } from './log-size';
import {
  type AggregatesFile,
  type DeviceText,
  type LocalItem,
  MAX_SNAPSHOTS,
  type SaveOptions,
  type Snapshot,
  type Store,
  type StoredProfile,
  type Undo,
} from './store';

/** Keeps everything in memory, because nothing may reach the disk while consent is pending. */
export class MemoryStore implements Store {
  #events: LoggedEvent[] = [];
  #profiles: StoredProfile[] = [];
  #snapshots: { about: Snapshot; profile: StoredProfile }[] = [];
  readonly #items = new Map<string, LocalItem>();
  #nextId: number;
  #nextSnapshot = 1;
  #generation = 0;
  #aggregates: AggregatesFile | null = null;
  readonly #texts = new Map<DeviceText, string>();

  /** @param lastEvent the ids of this log begin after it */
  constructor(lastEvent = 0) {
    this.#nextId = lastEvent + 1;
  }

  async append(events: readonly NewEvent[]): Promise<LoggedEvent[]> {
    const logged = events.map((event) => ({ ...event, id: this.#nextId++ }));
    this.#events.push(...logged);
    return logged;
  }

  async adopt(
    events: readonly LoggedEvent[],
    items: readonly LocalItem[],
    profile: StoredProfile | null,
  ): Promise<boolean> {
    for (const item of items) await this.saveLocalItem(item);
    const isNew = this.#generation === 0 && this.#profiles.length + this.#events.length === 0;
    if (isNew) this.#push(events);
    else await this.append(events.map(({ id: _, ...event }) => event));
    if (isNew && profile) this.#profiles = [profile];
    return isNew;
  }

  async eventsAfter(id: number): Promise<LoggedEvent[]> {
    // Searched from the end: callers mostly want the newest events.
    let start = this.#events.length;
    while (start > 0 && this.#events[start - 1].id > id) start--;
    return this.#events.slice(start);
  }

  async profiles(): Promise<unknown[]> {
    return [...this.#profiles];
  }

  async saveProfile(profile: StoredProfile, generation: number, options: SaveOptions = {}): Promise<boolean> {
    const { snapshot, overDamaged = false } = options;
    if (generation !== this.#generation) return false;
    const [newest, before] = this.#profiles;
    this.#profiles = [profile, overDamaged ? before : newest].filter((kept) => kept !== undefined);
    if (snapshot) this.#addSnapshot(snapshot, profile);
    return true;
  }

  async generation(): Promise<number> {
    return this.#generation;
  }

  async snapshots(): Promise<Snapshot[]> {
    return this.#snapshots.map(({ about }) => about);
  }

  async snapshotProfile(id: number): Promise<unknown> {
    return this.#snapshots.find(({ about }) => about.id === id)?.profile ?? null;
  }

  async rollback(id: number): Promise<boolean> {
    const found = this.#snapshots.find(({ about }) => about.id === id);
    if (!found) return false;
    this.#generation++;
    this.#profiles = [found.profile];
    this.#snapshots = this.#snapshots.filter(({ about }) => about.id <= id);
    this.#events = this.#events.filter((event) => event.id <= found.about.lastEvent);
    return true;
  }

  async replace(profile: StoredProfile, events: readonly LoggedEvent[] = [], undo?: Undo): Promise<boolean> {
    if (undo) {
      const last = this.#events.at(-1)?.id ?? 0;
      if (last > undo.snapshot.lastEvent || undo.generation !== this.#generation) return false;
      this.#addSnapshot(undo.snapshot, undo.profile);
    } else {
      this.#events = [];
      this.#snapshots = [];
    }
    this.#generation++;
    this.#profiles = [profile];
    this.#push(events);
    return true;
  }

  async compact(known: number, budget: number): Promise<number> {
    const ids = this.#events.map(({ id }) => id);
    return this.#events.splice(0, excessEvents(ids, this.#events.map(eventSize), { known, budget })).length;
  }

  async aggregates(): Promise<unknown> {
    return this.#aggregates;
  }

  async saveAggregates(aggregates: AggregatesFile, generation: number): Promise<boolean> {
    if (generation !== this.#generation) return false;
    this.#aggregates = aggregates;
    return true;
  }

  async text(name: DeviceText, change: (stored: string | null) => string): Promise<string> {
    const text = change(this.#texts.get(name) ?? null);
    this.#texts.set(name, text);
    return text;
  }

  async localItems(): Promise<LocalItem[]> {
    return [...this.#items.values()];
  }

  async saveLocalItem(item: LocalItem): Promise<void> {
    this.#items.set(item.item.id, item);
  }

  async clear({ keepItems = false } = {}): Promise<void> {
    this.#events = [];
    this.#profiles = [];
    this.#snapshots = [];
    this.#aggregates = null;
    this.#generation++;
    if (!keepItems) this.#items.clear();
  }

  #push(events: readonly LoggedEvent[]): void {
    this.#events.push(...events);
    this.#nextId = Math.max(this.#nextId, 1 + (events.at(-1)?.id ?? 0));
  }

  #addSnapshot(snapshot: Omit<Snapshot, 'id'>, profile: StoredProfile): void {
    this.#snapshots.push({ about: { ...snapshot, id: this.#nextSnapshot++ }, profile });
    this.#snapshots = this.#snapshots.slice(-MAX_SNAPSHOTS);
  }

  close(): void {
    // Nothing to release.
  }
}
