import { SidestreamError } from '../error';
import type { LoggedEvent } from '../events';
import { Learner, type Profile, preloadCompute } from '../learner';
import { eventSize } from '../store';
import type { ClusterLoader } from './cluster-loader';
import type { EngineListener } from './engine-options';
import type { LoadedCatalog } from './loaded-catalog';
import type { ActiveLearner, ProfileSession, TrainingLearner, Turn } from './profile-session';
import type { ProfileStorage } from './profile-storage';
import type { TaskQueue } from './task-queue';

/** Quiet time after a choice before the experts train, ms: a click is followed by reading, not by another click. */
const TRAINING_DELAY = 150;
/** Quiet time before the profile is saved, ms. */
const SAVE_DELAY = 400;
/** Past choices, and dismissals, whose items are loaded of a large catalogue. */
const MOST_PAST_ITEMS = 40;
/** Time after which the browser has reported a lost GPU, ms. */
const LOSS_DELAY = 100;

/** What the scheduler works with. */
export interface SchedulerContext {
  catalog: LoadedCatalog;
  session: ProfileSession;
  storage: ProfileStorage;
  tasks: TaskQueue;
  listener: EngineListener;
  seed: number;
  /** Whether anything is learned: an experiment may have this device held out. */
  learning(): boolean;
  /** Null where the whole catalogue is loaded. */
  clusterLoader: ClusterLoader | null;
  /** Lists are others now. */
  changed(): void;
}

/** When the learner learns what: events in the order of the log, the experts when it is quiet and this tab leads. */
export class LearningScheduler {
  readonly #context: SchedulerContext;
  /** Set after a training failed: the page goes on with the other terms. */
  #expertsFailed = false;
  #resting = false;

  constructor(context: SchedulerContext) {
    this.#context = context;
  }

  /**
   * Learns what the log has that is not learned yet: of this tab, and of others. A list that is asked for after the call
   * knows of it, unless items of a large catalogue must be loaded first.
   */
  async catchUp(): Promise<void> {
    const { session, clusterLoader } = this.#context;
    const tried = new Set<string>();
    for (;;) {
      const missing = await session.run((turn) => this.#takeIn(turn, tried));
      if (missing.length === 0) return;
      // Outside of any turn: a slow network must not hold up the lists.
      await clusterLoader?.load(missing);
      for (const id of missing) tried.add(id);
    }
  }

  /** Goes on from what is stored now: at the start, when another tab saved or replaced it, and after a change of store. */
  async restore(): Promise<void> {
    await this.#goOnFromStored(async () => undefined);
  }

  /**
   * Changes what is stored in a way that nothing learned goes on from, and goes on from that.
   * @param change of the store; when it fails, everything stays as it was
   */
  async replaceStored(change: () => Promise<void>): Promise<void> {
    await this.#goOnFromStored(change);
    this.#context.changed();
  }

  /**
   * Begins again with nothing learned and no item of this device's own.
   * @param erase what else goes, in the same turn
   */
  async erase(erase: () => Promise<void>): Promise<void> {
    const { session, storage, catalog } = this.#context;
    this.cancel();
    await session.replace(
      async () => (await storage.read()).origin,
      async (turn) => {
        this.cancel();
        catalog.clearLocal();
        await turn.learner.setCatalog(catalog);
        await erase();
        // What the shopper did since.
        await this.#takeIn(turn, new Set());
      },
    );
  }

  /**
   * From memory to the device, with what was learned; where the device holds a profile already, that one goes on.
   * @throws SidestreamError `store/*`: then everything stays in memory
   */
  async moveToDevice(): Promise<void> {
    const { session, storage } = this.#context;
    const known = await session.run(async ({ learner }) => {
      const learned = this.#context.learning() && learner.status.lastUpdate !== null;
      const profile = learned ? learner.save() : null;
      const moved = await storage.grant(profile, learner.lastEvent);
      if (moved === null) return false;
      learner.renumber(moved.lastEvent);
      session.rebase(moved.origin);
      return true;
    });
    if (!known) await this.restore();
  }

  /** What is learned from now on is saved to another store than before. */
  async rebase(): Promise<void> {
    const { session, storage } = this.#context;
    await session.run(async () => session.rebase((await storage.read()).origin));
  }

  /** Goes on from what is stored now, and lets lists follow. */
  async reload(): Promise<void> {
    await this.restore();
    this.#context.changed();
  }

  /** Drops what is due of the learner in use: it is about to be replaced. */
  cancel(): void {
    for (const name of ['save', 'train', 'limit-log']) this.#context.tasks.cancel(name);
  }

  /** Whether the page is hidden or the battery low: then nothing is trained, and what is not saved yet is saved at once. */
  async rest(resting: boolean): Promise<void> {
    this.#resting = resting;
    if (resting) this.#context.tasks.hurry('save');
    else await this.#context.session.run(({ learner }) => this.#scheduleTraining(learner.trainingDue));
  }

  /**
   * Makes sure that lists can be made with a profile.
   * @throws SidestreamError `store/corrupt` when scores would not be finite
   */
  check(profile: Profile): void {
    const { catalog, seed } = this.#context;
    const probe = new Learner(catalog, { seed });
    try {
      probe.restore(profile, []);
      probe.checkFinite();
    } finally {
      probe.dispose();
    }
  }

  async #goOnFromStored(change: () => Promise<void>): Promise<void> {
    const { session, storage, catalog, clusterLoader, tasks } = this.#context;
    let past: string[] = [];
    this.cancel();
    await session.replace(
      async (fresh, used) => {
        await change();
        const local = await storage.localItems();
        const { length } = catalog.index.items;
        if (local.length > 0) catalog.add(local);
        // Lists go on with the learner in use, whose values must not be fewer than the items.
        if (catalog.index.items.length > length) await this.#guarded(() => used.setCatalog(catalog));
        const { profile, origin } = await storage.read((stored) => this.check(stored));
        past = pastOf(profile);
        if (this.#context.learning()) fresh.restore(profile, profile?.history ? [] : await storage.eventsAfter(0));
        else fresh.restoreWithoutLearning(profile);
        // Where the experts were in use already, lists do not do without them for a while.
        const inUse = await session.run(({ learner }) => learner.status.backend !== null);
        if (fresh.loadDue && inUse) await this.#guarded(() => fresh.ensureLoaded());
        return origin;
      },
      async (turn) => {
        // What was due of the old learner.
        this.cancel();
        await this.#takeIn(turn, new Set());
      },
    );
    const missing = past.filter((id) => !catalog.find(id));
    if (missing.length > 0) await clusterLoader?.load(missing);
    await this.catchUp();
    await session.train(async ({ learner }) => {
      if (learner.loadDue) tasks.queue(() => this.#withExperts((training) => training.ensureLoaded()));
      else this.#scheduleTraining(learner.trainingDue);
      if (learner.completionDue) tasks.beside(() => this.#completeTraining());
    });
  }

  /**
   * Takes in the events of the log in their order, up to the first of an item that is not loaded.
   * @param tried ids that could not be loaded: nothing is learned of them
   * @returns ids to be loaded before the rest can be taken in
   */
  async #takeIn({ learner }: Turn<ActiveLearner>, tried: ReadonlySet<string>): Promise<string[]> {
    const { session, storage, clusterLoader, catalog } = this.#context;
    const learning = this.#context.learning();
    const events = await storage.eventsAfter(learner.lastEvent);
    const unloaded = (event: LoggedEvent): boolean =>
      event.type !== 'impression' && !tried.has(event.itemId) && !catalog.find(event.itemId);
    const first = clusterLoader ? events.findIndex(unloaded) : -1;
    const known = first < 0 ? events : events.slice(0, first);
    for (const event of known) {
      if (!learning) learner.note(event);
      else {
        await session.prepare(learner);
        learner.observe(event);
      }
    }
    this.#taken(known, learner);
    if (first < 0) return [];
    const missing = new Set(
      events
        .slice(first)
        .filter(unloaded)
        .map(({ itemId }) => itemId),
    );
    return [...missing].slice(-MOST_PAST_ITEMS).toReversed();
  }

  #taken(events: readonly LoggedEvent[], learner: ActiveLearner): void {
    if (events.length === 0) return;
    const { tasks, changed, session } = this.#context;
    const choices = events.some(({ type }) => type !== 'impression');
    if (this.#context.learning()) {
      this.#scheduleSave();
      if (choices) {
        this.#scheduleTraining(learner.trainingDue);
        // What the next list needs is computed now, and kept until something changes.
        tasks.queue(() => session.run((turn) => void turn.learner.terms));
      }
    } else tasks.later('limit-log', SAVE_DELAY, () => this.#limitLog());
    if (choices) changed();
  }

  #scheduleTraining(due: boolean): void {
    const { storage, tasks } = this.#context;
    if (this.#expertsFailed || this.#resting || !storage.leading || !due) return;
    tasks.later('train', TRAINING_DELAY, () => this.#withExperts((learner, turn) => this.#train(learner, turn)));
  }

  async #train(learner: TrainingLearner, { origin }: Turn<TrainingLearner>): Promise<void> {
    // The page may have been hidden, or the profile replaced, while this waited.
    if (this.#resting || !learner.trainingDue) return;
    const { storage, listener } = this.#context;
    const { windows } = learner.status;
    listener.progress({ stage: 'learn', loaded: 0, total: 1 });
    try {
      await learner.train();
    } finally {
      listener.progress({ stage: 'learn', loaded: 1, total: 1 });
    }
    if (learner.status.windows > windows) await storage.save(learner.save(), origin, true);
    else this.#scheduleSave();
  }

  #scheduleSave(): void {
    const { tasks, storage, session } = this.#context;
    tasks.later('save', SAVE_DELAY, async () => {
      const { profile, origin } = await session.run(({ learner, origin: from }) => ({
        profile: learner.save(),
        origin: from,
      }));
      await storage.save(profile, origin);
    });
  }

  /**
   * Without learning nobody saves what the log says. Before the log outgrows its budget, what rules ask about of its
   * oldest events goes into the stored profile, so that these can be dropped.
   */
  async #limitLog(): Promise<void> {
    const { storage } = this.#context;
    // A tab that leads and learns keeps the log within its budget itself.
    if (storage.measuringDue) await storage.leadFor(() => this.#cutLog());
  }

  async #cutLog(): Promise<void> {
    const { storage, catalog, seed } = this.#context;
    const { profile, origin } = await storage.read();
    const events = await storage.eventsAfter(profile?.lastEvent ?? 0);
    const gone = storage.excess(events.map(eventSize));
    if (gone === 0) return;
    const folded = new Learner(catalog, { seed });
    folded.restore(profile, []);
    for (const event of events.slice(0, gone)) folded.note(event);
    const saved = folded.save();
    folded.dispose();
    await storage.save(saved, origin);
  }

  /** A failure of the experts is reported and silences them; the rest of the ranking goes on. */
  async #withExperts(work: (learner: TrainingLearner, turn: Turn<TrainingLearner>) => Promise<void>): Promise<void> {
    const { session, tasks, changed } = this.#context;
    try {
      // Before the turn: to forget or to replace what was learned must not wait for the network.
      await preloadCompute();
    } catch (thrown) {
      this.#expertsFailed = true;
      throw thrown;
    }
    await session.train(async (turn) => {
      try {
        await work(turn.learner, turn);
      } catch (thrown) {
        // The browser reports a lost GPU a moment after the work on it has failed.
        await new Promise((resolve) => setTimeout(resolve, LOSS_DELAY));
        if (!(await turn.learner.recover())) {
          this.#expertsFailed = true;
          throw thrown;
        }
      }
    });
    changed();
    tasks.beside(() => this.#completeTraining());
  }

  /** A failure of the experts where something else is under way: it is reported, and they are silent. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#expertsFailed = true;
      this.#context.listener.error(SidestreamError.from(thrown));
    }
  }

  /** Embeds in the background what experts that were trained or awakened have left for later. */
  async #completeTraining(): Promise<void> {
    const { session, changed, tasks } = this.#context;
    let completed = false;
    const incomplete = await session.train(async ({ learner }, contended) => {
      try {
        completed = await learner.completeTraining(() => !contended());
      } catch (thrown) {
        tasks.queue(() => this.#withExperts(() => Promise.reject(thrown)));
        return false;
      }
      return learner.completionDue;
    });
    if (completed) changed();
    // Others had to have their turn first.
    if (incomplete) tasks.beside(() => this.#completeTraining());
  }
}

/** Ids of the items that a profile's last choices and dismissals are about, the newest first. */
function pastOf(profile: Profile | null): string[] {
  const { items = [], dismissed = [] } = profile?.history ?? {};
  return [...new Set([...items.slice(-MOST_PAST_ITEMS).toReversed(), ...dismissed.slice(-MOST_PAST_ITEMS)])];
}
