import type { LoggedEvent, NewEvent, Profile } from '../learner';
import type { LocalItem, Store } from './store';

/** Keeps everything in memory: nothing reaches the disk while consent is pending. */
export class MemoryStore implements Store {
  #events: LoggedEvent[] = [];
  #profile: Profile | null = null;
  readonly #items = new Map<string, LocalItem>();
  #nextId = 1;

  async append(event: NewEvent): Promise<LoggedEvent> {
    const logged = { ...event, id: this.#nextId++ };
    this.#events.push(logged);
    return logged;
  }

  async events(): Promise<LoggedEvent[]> {
    return [...this.#events];
  }

  async profile(): Promise<unknown> {
    return this.#profile;
  }

  async saveProfile(profile: Profile): Promise<void> {
    this.#profile = profile;
  }

  async localItems(): Promise<LocalItem[]> {
    return [...this.#items.values()];
  }

  async saveLocalItem(item: LocalItem): Promise<void> {
    this.#items.set(item.item.id, item);
  }

  async clear({ keepItems = false } = {}): Promise<void> {
    this.#events = [];
    this.#profile = null;
    if (!keepItems) this.#items.clear();
  }

  close(): void {
    // Nothing to give back.
  }
}
