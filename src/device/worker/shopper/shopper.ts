import type { Shard } from '../../../core/catalog';
import type { LoggedEvent } from '../../../core/events';
import { Learner, type Profile } from '../../learner';
import type { Catalog } from '../catalog/catalog';
import type { Device } from '../device/device';
import type { ListChanges, TaskQueue } from '../tasks';
import type { EventLog } from './event-log';
import type { ExperimentAssignment } from './experiment';
import type { ActiveLearner, ChangingLearner, Turn, Turns } from './turns';

/** Quiet time before the profile is saved, ms. */
const SAVE_DELAY = 400;
/** Maximum number of past choices, of dismissals and of cart items that are loaded from a large catalogue. */
const MAX_PAST_ITEMS = 40;
/** Number of items that are loaded at once to learn their events: no more than the shards that a page loads at once. */
export const LOADED_AT_ONCE = 10;

/** The objects that a shopper is made from. */
interface ShopperParts {
  device: Device;
  catalog: Catalog;
  /** Loads items of a catalogue; null if a page loads it as a whole. */
  shards: { load(ids: readonly string[]): Promise<void> } | null;
  turns: Turns;
  log: EventLog;
  experiment: ExperimentAssignment;
  tasks: TaskQueue;
  changes: ListChanges;
}

/** The shopper of this device: decides when the learner learns, in the order of the log, and when the profile is saved. */
export class Shopper {
  readonly turns: Turns;
  readonly log: EventLog;
  readonly experiment: ExperimentAssignment;
  /** Whether a window has ended since the last save, which then leaves a snapshot. */
  #windowEnded = false;
  /** Whether the learner in use knows all items that it needs. Until then it only notes events, which stay in the log. */
  complete: boolean;

  constructor(private readonly parts: ShopperParts) {
    this.turns = parts.turns;
    this.log = parts.log;
    this.experiment = parts.experiment;
    this.complete = parts.catalog.complete;
  }

  /** Whether events were only noted that this device is to learn. */
  async isUnlearned(): Promise<boolean> {
    return this.experiment.learns() && (await this.turns.run(({ learner }) => learner.unlearned));
  }

  /**
   * Gives the catalogue the rest of its items, and learns the events that were only noted so far. @throws SidestreamError `store/*`
   */
  async completeCatalog(shards: readonly Shard[]): Promise<void> {
    const { catalog, changes } = this.parts;
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
    const { turns, shards } = this.parts;
    const tried = new Set<string>();
    for (;;) {
      const all = await turns.run((turn) => this.#learn(turn, tried));
      if (all.length === 0) return;
      const missing = all.slice(0, LOADED_AT_ONCE);
      // Outside of any turn: a slow network must not delay the lists.
      await shards?.load(missing);
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
    this.parts.changes.announce();
  }

  /** Forgets everything learned and tracked, except the items that this device added. @param era of the call */
  async reset(era: number): Promise<void> {
    const { device, log } = this.parts;
    await this.reload(async () => {
      // Erased meanwhile: there is nothing left to reset.
      if (era === device.era) await device.change(era, (store) => store.clear({ keepItems: true }));
    });
    log.forget();
  }

  /** Starts over without learned state, counts, id, and the items that this device added. */
  async erase(): Promise<void> {
    const { turns, device, catalog, log, experiment } = this.parts;
    this.cancel();
    await turns.replace(
      async () => (await device.read()).origin,
      async (turn) => {
        this.cancel();
        catalog.clearLocal();
        turn.learner.setCatalog(catalog);
        log.forget();
        experiment.forget();
        await experiment.draw(device.store);
        // Learns the events since the erasure.
        await this.#learn(turn, new Set());
      },
    );
  }

  /** Saves to another store than before from now on. */
  async rebase(): Promise<void> {
    const { turns, device } = this.parts;
    await turns.run(async () => turns.rebase((await device.read()).origin));
  }

  /** Drops the delayed work of the learner in use, which is about to be replaced. */
  cancel(): void {
    for (const name of ['save', 'limit-log']) this.parts.tasks.cancel(name);
    this.#windowEnded = false;
  }

  hurry(): void {
    this.parts.tasks.hurry('save');
  }

  /** Whether the learner learns now, and does not only note events. */
  get learns(): boolean {
    return this.complete && this.experiment.learns();
  }

  async #restoreAfter(change: (used: ChangingLearner) => Promise<void>): Promise<void> {
    const { turns, device, catalog, shards, experiment } = this.parts;
    let past: string[] = [];
    let complete = false;
    this.cancel();
    await turns.replace(
      async (fresh, used) => {
        await change(used);
        complete = catalog.complete;
        const local = await device.using((store) => store.localItems());
        const { length } = catalog.index.items;
        if (local.length > 0) catalog.add(local);
        // Lists still use the present learner, which needs a value for every item.
        if (catalog.index.items.length > length) used.setCatalog(catalog);
        const { profile, origin } = await device.read();
        past = pastOf(profile);
        if (experiment.learns() && complete) {
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
    if (missing.length > 0) await shards?.load(missing);
    await this.catchUp();
  }

  /**
   * Learns the events of the log in order, up to the first event of an item that is not loaded.
   * @param tried ids that could not be loaded: their events are skipped
   * @returns ids to load before the rest can be learned
   */
  async #learn({ learner }: Turn<ActiveLearner>, tried: ReadonlySet<string>): Promise<string[]> {
    const { device, shards, catalog } = this.parts;
    const learning = this.learns;
    const events = await device.eventsAfter(learner.lastEvent);
    const unloaded = (event: LoggedEvent): boolean =>
      event.type !== 'impression' && !tried.has(event.itemId) && !catalog.find(event.itemId);
    const first = shards ? events.findIndex(unloaded) : -1;
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
    const { tasks, changes, turns, device, experiment } = this.parts;
    const choices = events.some(({ type }) => type !== 'impression');
    if (this.learns) {
      this.#scheduleSave();
      // Computes the terms for the next list now; they are cached until something changes.
      if (choices) tasks.queue(() => turns.run((turn) => void turn.learner.terms));
    } else if (!experiment.learns()) {
      tasks.later('limit-log', SAVE_DELAY, async () => {
        // A tab that leads and learns keeps the log within its budget when it saves.
        if (device.isMeasuringDue()) await device.tabs.leadFor(() => this.#cutLog());
      });
    }
    if (choices) changes.announce();
  }

  /**
   * Without learning, events do not cause a profile to be saved. Before the log outgrows its budget, the shopper state of its
   * oldest events is saved in the stored profile, which allows dropping these events.
   */
  async #cutLog(): Promise<void> {
    const { device, catalog } = this.parts;
    const { profile, origin } = await device.read();
    const events = await device.eventsAfter(profile?.lastEvent ?? 0);
    const gone = device.excess(events);
    if (gone === 0) return;
    const folded = new Learner(catalog);
    if (profile) folded.restore(profile);
    for (const event of events.slice(0, gone)) folded.note(event);
    await device.save(folded.save(), origin);
  }

  #scheduleSave(): void {
    const { tasks, device, turns } = this.parts;
    tasks.later('save', SAVE_DELAY, async () => {
      const { profile, origin } = await turns.run(({ learner, origin: from }) => ({
        profile: learner.save(),
        origin: from,
      }));
      const ended = this.#windowEnded;
      this.#windowEnded = false;
      await device.save(profile, origin, ended);
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
