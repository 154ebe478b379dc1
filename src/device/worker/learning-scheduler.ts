import type { Shard } from '../../core/catalog';
import type { LoggedEvent } from '../../core/events';
import { Learner, type Profile } from '../learner';
import type { EngineContext } from './engine-context';
import type { ActiveLearner, ChangingLearner, Turn } from './profile-session';
import type { ShardLoader } from './shard-loader';

/** Quiet time before the profile is saved, ms. */
const SAVE_DELAY = 400;
/** Maximum number of past choices, of dismissals and of cart items that are loaded from a large catalogue. */
const MAX_PAST_ITEMS = 40;
/** Number of items that are loaded at once to learn their events: no more than the shards that a page loads at once. */
export const LOADED_AT_ONCE = 10;

/** Decides when the learner learns, in the order of the log, and when the profile is saved. */
export class LearningScheduler {
  /** Whether a window has ended since the last save, which then leaves a snapshot. */
  #windowEnded = false;
  /** Whether the learner in use knows all items that it needs. Until then it only notes events, which stay in the log. */
  complete: boolean;

  /** @param context the loader is null if the whole catalogue is loaded */
  constructor(private readonly context: EngineContext & { shardLoader: ShardLoader | null }) {
    this.complete = context.catalog.complete;
  }

  /**
   * Gives the catalogue the rest of its items, and learns the events that were only noted so far. @throws SidestreamError `store/*`
   */
  async completeCatalog(shards: readonly Shard[]): Promise<void> {
    const { catalog, changes } = this.context;
    await this.#restoreAfter(async (used) => {
      await catalog.follow(shards);
      catalog.completeWith(shards);
      // Lists still use the present learner.
      used.setCatalog(catalog);
    });
    changes.announce();
  }

  /**
   * Learns the unlearned events of the log, from this tab and from other tabs. A list requested after the call
   * reflects them, unless items of a large catalogue must be loaded first.
   */
  async catchUp(): Promise<void> {
    const { session, shardLoader } = this.context;
    const tried = new Set<string>();
    for (;;) {
      const all = await session.run((turn) => this.#learn(turn, tried));
      if (all.length === 0) return;
      const missing = all.slice(0, LOADED_AT_ONCE);
      // Outside of any turn: a slow network must not delay the lists.
      await shardLoader?.load(missing);
      for (const id of missing) tried.add(id);
    }
  }

  /** Loads the stored profile: at the start, when another tab saved or replaced it, and after a change of store. */
  async restore(): Promise<void> {
    await this.#restoreAfter(async () => undefined);
  }

  /**
   * Changes the store so that this tab's learned state no longer applies, then loads the stored state, and announces that lists
   * changed.
   * @param change of the store; if it fails, everything stays unchanged. Default: none
   */
  async reload(change: () => Promise<void> = async () => undefined): Promise<void> {
    await this.#restoreAfter(change);
    this.context.changes.announce();
  }

  /**
   * Starts over without learned state and without the items that this device added. @param erase erases the rest in the same
   * turn
   */
  async erase(erase: () => Promise<void>): Promise<void> {
    const { session, storage, catalog } = this.context;
    this.cancel();
    await session.replace(
      async () => (await storage.read()).origin,
      async (turn) => {
        this.cancel();
        catalog.clearLocal();
        turn.learner.setCatalog(catalog);
        await erase();
        // Learns the events since the erasure.
        await this.#learn(turn, new Set());
      },
    );
  }

  /**
   * Moves log and profile from memory to the device; an existing profile on the device takes precedence.
   * @throws SidestreamError `store/*`: everything stays in memory then
   */
  async moveToDevice(): Promise<void> {
    const { session, storage } = this.context;
    const known = await session.run(async ({ learner }) => {
      const learned = this.#learns && learner.status.lastUpdate !== null;
      // The profile of an earlier page of the visit, which this learner has not continued yet.
      const earlier = this.complete ? null : (await storage.read()).profile;
      const profile = learned ? learner.save() : earlier;
      const moved = await storage.grant(profile, profile ?? learner);
      if (moved === null) return false;
      learner.renumber(moved);
      session.rebase(moved.origin);
      return this.complete;
    });
    if (!known) await this.restore();
  }

  /** Saves to another store than before from now on. */
  async rebase(): Promise<void> {
    const { session, storage } = this.context;
    await session.run(async () => session.rebase((await storage.read()).origin));
  }

  /** Drops the delayed work of the learner in use, which is about to be replaced. */
  cancel(): void {
    for (const name of ['save', 'limit-log']) this.context.tasks.cancel(name);
    this.#windowEnded = false;
  }

  hurry(): void {
    this.context.tasks.hurry('save');
  }

  /**
   * Checks that a profile gives usable scores.
   * @throws SidestreamError `store/corrupt` when scores would not be finite
   */
  check(profile: Profile): void {
    const probe = new Learner(this.context.catalog);
    probe.restore(profile);
    probe.checkFinite();
  }

  get #learns(): boolean {
    return this.complete && this.context.experiment.learns();
  }

  async #restoreAfter(change: (used: ChangingLearner) => Promise<void>): Promise<void> {
    const { session, storage, catalog, shardLoader, experiment } = this.context;
    let past: string[] = [];
    let complete = false;
    this.cancel();
    await session.replace(
      async (fresh, used) => {
        await change(used);
        complete = catalog.complete;
        const local = await storage.reading((store) => store.localItems());
        const { length } = catalog.index.items;
        if (local.length > 0) catalog.add(local);
        // Lists still use the present learner, which needs a value for every item.
        if (catalog.index.items.length > length) used.setCatalog(catalog);
        const { profile, origin } = await storage.read((stored) => this.check(stored));
        past = pastOf(profile);
        if (experiment.learns() && complete) {
          await session.keepJournal(fresh);
          // The log is learned below, after loading the items for it.
          if (profile) fresh.restore(profile);
        } else fresh.restoreWithoutLearning(profile);
        return origin;
      },
      async (turn) => {
        // Work that became due for the old learner meanwhile.
        this.cancel();
        this.complete = complete;
        await this.#learn(turn, new Set());
      },
    );
    const missing = past.filter((id) => !catalog.find(id));
    if (missing.length > 0) await shardLoader?.load(missing);
    await this.catchUp();
  }

  /**
   * Learns the events of the log in order, up to the first event of an item that is not loaded.
   * @param tried ids that could not be loaded: their events are skipped
   * @returns ids to load before the rest can be learned
   */
  async #learn({ learner }: Turn<ActiveLearner>, tried: ReadonlySet<string>): Promise<string[]> {
    const { storage, shardLoader, catalog } = this.context;
    const learning = this.#learns;
    const events = await storage.eventsAfter(learner.lastEvent);
    const unloaded = (event: LoggedEvent): boolean =>
      event.type !== 'impression' && !tried.has(event.itemId) && !catalog.find(event.itemId);
    const first = shardLoader ? events.findIndex(unloaded) : -1;
    const known = first < 0 ? events : events.slice(0, first);
    const { windows } = learner;
    for (const event of known) {
      if (!learning) learner.note(event);
      else learner.observe(event);
    }
    if (learner.windows > windows) this.#windowEnded = true;
    this.#scheduleAfter(known);
    if (first < 0) return [];
    const missing = new Set(
      events
        .slice(first)
        .filter(unloaded)
        .map(({ itemId }) => itemId),
    );
    return [...missing].slice(-MAX_PAST_ITEMS).toReversed();
  }

  #scheduleAfter(events: readonly LoggedEvent[]): void {
    if (events.length === 0) return;
    const { tasks, changes, session, storage, experiment } = this.context;
    const choices = events.some(({ type }) => type !== 'impression');
    if (this.#learns) {
      this.#scheduleSave();
      // Computes the terms for the next list now; they are cached until something changes.
      if (choices) tasks.queue(() => session.run((turn) => void turn.learner.terms));
    } else if (!experiment.learns()) {
      tasks.later('limit-log', SAVE_DELAY, async () => {
        // A tab that leads and learns keeps the log within its budget when it saves.
        if (storage.isMeasuringDue()) await storage.tabs.leadFor(() => this.#cutLog());
      });
    }
    if (choices) changes.announce();
  }

  /**
   * Without learning, events do not cause a profile to be saved. Before the log outgrows its budget, the shopper state of its
   * oldest events is saved in the stored profile, which allows dropping these events.
   */
  async #cutLog(): Promise<void> {
    const { storage, catalog } = this.context;
    const { profile, origin } = await storage.read();
    const events = await storage.eventsAfter(profile?.lastEvent ?? 0);
    const gone = storage.excess(events);
    if (gone === 0) return;
    const folded = new Learner(catalog);
    if (profile) folded.restore(profile);
    for (const event of events.slice(0, gone)) folded.note(event);
    await storage.save(folded.save(), origin);
  }

  #scheduleSave(): void {
    const { tasks, storage, session } = this.context;
    tasks.later('save', SAVE_DELAY, async () => {
      const { profile, origin } = await session.run(({ learner, origin: from }) => ({
        profile: learner.save(),
        origin: from,
      }));
      const ended = this.#windowEnded;
      this.#windowEnded = false;
      await storage.save(profile, origin, ended);
    });
  }
}

/** Ids of the items that a profile's cart, last choices and dismissals are about, the newest first. */
function pastOf(profile: Profile | null): string[] {
  if (!profile) return [];
  const { items, dismissed, record } = profile.history;
  const past = [items, record.cart, dismissed].flatMap((ids) => ids.slice(-MAX_PAST_ITEMS).toReversed());
  return [...new Set(past)];
}
