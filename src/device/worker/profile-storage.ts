import type { LoggedEvent, NewEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import { type Profile, profileFiles } from '../learner';
import { eventSize, excessEvents, LOG_BUDGET, type LocalItem, type Store } from '../store';
import { type Moved, moveToDevice, type Position } from './device-move';
import { forgotten } from './device-opening';
import { type ProfileOrigin, readStoredProfile } from './profile-origin';
import { SharedStore } from './shared-store';

/** Number of events after which the log is measured again. */
const EVENTS_BETWEEN_MEASUREMENTS = 500;

/** Reads and writes log and profile in the store in use, and moves them to the device when the shopper consents. */
export class ProfileStorage extends SharedStore {
  /** Stored profiles that could not be used when the store was read last. */
  #damaged: { origin: ProfileOrigin | null; count: number } = { origin: null, count: 0 };

  /**
   * Appends events to the log, unless the shopper denied consent or had everything erased since they were tracked.
   * @param era in which they were tracked
   * @returns whether they were appended
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  async append(events: readonly NewEvent[], era: number): Promise<boolean> {
    for (;;) {
      if (this.consent === 'denied' || era !== this.era) return false;
      const store = this.store;
      try {
        const logged = await store.append(events);
        if (store === this.store) this.lastEvent = logged.at(-1)?.id ?? this.lastEvent;
        this.tabs.post('events');
        return true;
      } catch (thrown) {
        // The store was replaced during this call: the next attempt uses the new one.
        if (store === this.store) throw thrown;
      }
    }
  }

  eventsAfter(id: number): Promise<LoggedEvent[]> {
    return this.reading(async (store) => {
      const events = await store.eventsAfter(id);
      if (store === this.store) this.lastEvent = Math.max(this.lastEvent, events.at(-1)?.id ?? 0);
      return events;
    });
  }

  /** @throws SidestreamError `store/forgotten` when everything was erased since `era` */
  saveLocalItem(item: LocalItem, era: number): Promise<void> {
    return this.within(era, (store) => store.saveLocalItem(item));
  }

  /**
   * The newest stored profile that can be used; null without any. Errors of newer ones are reported.
   * @param check throws for a profile that cannot be used
   */
  read(
    check: (profile: Profile) => void = () => undefined,
  ): Promise<{ profile: Profile | null; origin: ProfileOrigin }> {
    return this.reading(async (store) => {
      const errors: SidestreamError[] = [];
      const found = await readStoredProfile(store, check, (error) => errors.push(error));
      // A profile is read again after the features are loaded: do not report its errors twice.
      const { origin, count } = this.#damaged;
      const same = origin?.store === store && origin.generation === found.origin.generation;
      for (const error of errors.slice(same ? count : 0)) this.listener?.onError(error);
      this.#damaged = { origin: found.origin, count: Math.max(errors.length, same ? count : 0) };
      return found;
    });
  }

  /**
   * Saves a profile, and keeps the log within its budget. Only the leader saves.
   * @param origin the profile that the learner continues; if it was replaced, nothing is saved
   * @param window whether a window ended: the profile is then also saved as a snapshot
   */
  async save(profile: Profile, origin: ProfileOrigin, window = false): Promise<void> {
    const { store } = origin;
    if (origin.readOnly || !this.tabs.leading || store !== this.store) return;
    const { lastEvent, windows, history } = profile;
    const about = { time: Date.now(), choices: history?.total ?? 0, windows, lastEvent };
    const options = { snapshot: window ? about : undefined, overDamaged: origin.damaged };
    const stored = await (await profileFiles()).storedProfile(profile);
    try {
      if (!(await store.saveProfile(stored, origin.generation, options))) {
        // Another tab, or newer code, replaced the profile, and its message has not arrived yet.
        this.listener?.onProfile();
        return;
      }
      origin.damaged = false;
      origin.known = [lastEvent, origin.known[0]];
      this.tabs.post('profile');
      if (!this.isMeasuringDue(lastEvent)) return;
      this.measured = lastEvent;
      await store.compact(origin.known[1], this.#budget);
    } catch (thrown) {
      // The store was replaced and no longer accepts data.
      if (store === this.store) throw thrown;
    }
  }

  /** Whether enough events came since the log was measured. @param lastEvent id of the last one */
  isMeasuringDue(lastEvent = this.lastEvent): boolean {
    return lastEvent - this.measured >= EVENTS_BETWEEN_MEASUREMENTS;
  }

  /** Number of the oldest events that exceed the log's budget. @param events of the log, oldest first */
  excess(events: readonly LoggedEvent[]): number {
    const ids = events.map(({ id }) => id);
    const gone = excessEvents(ids, events.map(eventSize), { known: Number.MAX_SAFE_INTEGER, budget: this.#budget });
    if (gone === 0) this.measured = this.lastEvent;
    return gone;
  }

  /** The part of the current store with the texts about this device and the aggregates of the log. */
  get counting(): Pick<Store, 'text' | 'aggregates' | 'saveAggregates' | 'generation'> {
    return this.store;
  }

  /**
   * Changes the stored data so that other tabs' state no longer applies.
   * @throws SidestreamError `store/forgotten` if everything was erased since `era`, and the errors of `change`
   */
  async change<T>(era: number, change: (store: Store) => Promise<T>): Promise<T> {
    const done = await this.within(era, change);
    // Data in memory belongs only to this tab.
    if (!this.inMemory) this.tabs.post('replaced');
    return done;
  }

  /** @throws SidestreamError `store/forgotten` when the shopper denied, or everything was erased since `era` */
  checkEra(era: number): void {
    if (this.consent === 'denied' || era !== this.era) throw forgotten();
  }

  /**
   * Moves log and profile from memory to the device and announces it to the other tabs. Only one tab moves at a time.
   * @param profile of this tab's learner; null if it does not learn, or has not learned anything yet
   * @param at its events in the in-memory log
   * @returns null if the device already had a profile, which the learner must then continue
   * @throws SidestreamError `store/*`: everything stays in memory then; `store/forgotten` if consent was withdrawn since
   */
  grant(profile: Profile | null, at: Position): Promise<Moved | null> {
    return this.tabs.alone('grant', () => moveToDevice(this, profile, at));
  }

  get #budget(): number {
    return this.options.logBudget ?? LOG_BUDGET;
  }
}

export const unknownSnapshot = (id: number): SidestreamError =>
  new SidestreamError(
    'store/unknown-snapshot',
    `There is no snapshot ${id}; profile.snapshots() lists the existing ones.`,
  );
