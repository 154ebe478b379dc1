import { SidestreamError } from '../error';
import type { LoggedEvent } from '../events';
import { Learner, type Profile, preloadCompute } from '../learner';
import { eventSize } from '../store';
import type { ClusterLoader } from './cluster-loader';
import type { EngineListener } from './engine-options';
import type { ExperimentAssignment } from './experiment-assignment';
import type { ListChanges } from './list-changes';
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

export interface SchedulerContext {
  catalog: LoadedCatalog;
  session: ProfileSession;
  storage: ProfileStorage;
  tasks: TaskQueue;
  listener: EngineListener;
  seed: number;
  experiment: ExperimentAssignment;
  /** Null where the whole catalogue is loaded. */
  clusterLoader: ClusterLoader | null;
  changes: ListChanges;
}

/** Decides when the learner learns: events in the order of the log, the experts in quiet moments where this tab leads. */
export class LearningScheduler {
  readonly #context: SchedulerContext;
  /** Set after a training failed: the page goes on with the other terms. */
  #expertsFailed = false;
  #resting = false;
  /** Whether a window has ended since the last save, which then leaves a snapshot. */
  #windowEnded = false;

  constructor(context: SchedulerContext) {
    this.#context = context;
  }

  /**
   * Learns the events of the log that are not learned yet, from this tab and from others. A list requested after the call
   * reflects them, unless items of a large catalogue must be loaded first.
   */
  async catchUp(): Promise<void> {
    const { session, clusterLoader } = this.#context;
    const tried = new Set<string>();
    for (;;) {
      const missing = await session.run((turn) => this.#learn(turn, tried));
      if (missing.length === 0) return;
      // Outside of any turn: a slow network must not delay the lists.
      await clusterLoader?.load(missing);
      for (const id of missing) tried.add(id);
    }
  }

  /** Loads the stored profile: at the start, when another tab saved or replaced it, and after a change of store. */
  async restore(): Promise<void> {
    await this.#restoreAfter(async () => undefined);
  }

  /**
   * Changes the store so that what was learned here no longer applies, then loads what is stored.
   * @param change of the store; when it fails, everything stays as it was
   */
  async replaceStored(change: () => Promise<void>): Promise<void> {
    await this.#restoreAfter(change);
    this.#context.changes.announce();
  }

  /**
   * Starts over with nothing learned and without the items that this device added.
   * @param erase erases the rest in the same turn
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
        // Events since then.
        await this.#learn(turn, new Set());
      },
    );
  }

  /**
   * Moves log and profile from memory to the device; a profile that the device holds already takes precedence.
   * @throws SidestreamError `store/*`: then everything stays in memory
   */
  async moveToDevice(): Promise<void> {
    const { session, storage, experiment } = this.#context;
    const known = await session.run(async ({ learner }) => {
      const learned = experiment.learns() && learner.status.lastUpdate !== null;
      const profile = learned ? learner.save() : null;
      const moved = await storage.grant(profile, learner.lastEvent);
      if (moved === null) return false;
      learner.renumber(moved.lastEvent);
      session.rebase(moved.origin);
      return true;
    });
    if (!known) await this.restore();
  }

  /** Saves to another store than before from now on. */
  async rebase(): Promise<void> {
    const { session, storage } = this.#context;
    await session.run(async () => session.rebase((await storage.read()).origin));
  }

  /** Loads the stored profile, and announces that lists changed. */
  async reload(): Promise<void> {
    await this.restore();
    this.#context.changes.announce();
  }

  /** Drops the delayed work of the learner in use, which is about to be replaced. */
  cancel(): void {
    for (const name of ['save', 'train', 'limit-log']) this.#context.tasks.cancel(name);
    this.#windowEnded = false;
  }

  /** While the page is hidden or the battery low, nothing is trained; what is not saved yet is saved at once. */
  async rest(resting: boolean): Promise<void> {
    this.#resting = resting;
    if (resting) this.#context.tasks.hurry('save');
    else await this.#context.session.run(({ learner }) => this.#scheduleTraining(learner.trainingDue));
  }

  /**
   * Checks that a profile gives usable scores.
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

  async #restoreAfter(change: () => Promise<void>): Promise<void> {
    const { session, storage, catalog, clusterLoader, tasks, experiment } = this.#context;
    let past: string[] = [];
    this.cancel();
    await session.replace(
      async (fresh, used) => {
        await change();
        const local = await storage.localItems();
        const { length } = catalog.index.items;
        if (local.length > 0) catalog.add(local);
        // Lists still use the present learner, which needs a value for every item.
        if (catalog.index.items.length > length) await this.#guarded(() => used.setCatalog(catalog));
        const { profile, origin } = await storage.read((stored) => this.check(stored));
        past = pastOf(profile);
        if (experiment.learns()) fresh.restore(profile, profile?.history ? [] : await storage.eventsAfter(0));
        else fresh.restoreWithoutLearning(profile);
        // Loaded before the exchange where experts were in use, so that no list lacks them.
        const inUse = await session.run(({ learner }) => learner.status.backend !== null);
        if (fresh.loadDue && inUse) await this.#guarded(() => fresh.ensureLoaded());
        return origin;
      },
      async (turn) => {
        // Work that became due for the old learner meanwhile.
        this.cancel();
        await this.#learn(turn, new Set());
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
   * Learns the events of the log in their order, up to the first of an item that is not loaded.
   * @param tried ids that could not be loaded: their events are skipped
   * @returns ids to load before the rest can be learned
   */
  async #learn({ learner }: Turn<ActiveLearner>, tried: ReadonlySet<string>): Promise<string[]> {
    const { session, storage, clusterLoader, catalog, experiment } = this.#context;
    const learning = experiment.learns();
    const events = await storage.eventsAfter(learner.lastEvent);
    const unloaded = (event: LoggedEvent): boolean =>
      event.type !== 'impression' && !tried.has(event.itemId) && !catalog.find(event.itemId);
    const first = clusterLoader ? events.findIndex(unloaded) : -1;
    const known = first < 0 ? events : events.slice(0, first);
    const { windows } = learner;
    for (const event of known) {
      if (!learning) learner.note(event);
      else {
        await session.prepare(learner);
        learner.observe(event);
      }
    }
    if (learner.windows > windows) this.#windowEnded = true;
    this.#scheduleAfter(known, learner);
    if (first < 0) return [];
    const missing = new Set(
      events
        .slice(first)
        .filter(unloaded)
        .map(({ itemId }) => itemId),
    );
    return [...missing].slice(-MOST_PAST_ITEMS).toReversed();
  }

  /** Schedules the work that new events require. */
  #scheduleAfter(events: readonly LoggedEvent[], learner: ActiveLearner): void {
    if (events.length === 0) return;
    const { tasks, changes, session, experiment } = this.#context;
    const choices = events.some(({ type }) => type !== 'impression');
    if (experiment.learns()) {
      this.#scheduleSave();
      if (choices) {
        this.#scheduleTraining(learner.trainingDue);
        // Computes the terms for the next list now; they are cached until something changes.
        tasks.queue(() => session.run((turn) => void turn.learner.terms));
      }
    } else tasks.later('limit-log', SAVE_DELAY, () => this.#limitLog());
    if (choices) changes.announce();
  }

  #scheduleTraining(due: boolean): void {
    const { storage, tasks } = this.#context;
    if (this.#expertsFailed || this.#resting || !storage.leading || !due) return;
    tasks.later('train', TRAINING_DELAY, () => this.#withExperts((learner) => this.#train(learner)));
  }

  async #train(learner: TrainingLearner): Promise<void> {
    // The page may have been hidden, or the profile replaced, while this task waited.
    if (this.#resting || !learner.trainingDue) return;
    const { listener } = this.#context;
    const { windows } = learner;
    listener.progress({ stage: 'learn', loaded: 0, total: 1 });
    try {
      await learner.train();
    } finally {
      listener.progress({ stage: 'learn', loaded: 1, total: 1 });
    }
    if (learner.windows > windows) this.#windowEnded = true;
    this.#scheduleSave();
  }

  #scheduleSave(): void {
    const { tasks, storage, session } = this.#context;
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

  /**
   * Without learning no profile is saved as events come. Before the log outgrows its budget, the shopper state of its
   * oldest events is saved in the stored profile, so that the events can be dropped.
   */
  async #limitLog(): Promise<void> {
    const { storage } = this.#context;
    // A tab that leads and learns keeps the log within its budget when it saves.
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

  /** A failure of the experts is reported and switches them off; the other terms go on. */
  async #withExperts(work: (learner: TrainingLearner) => Promise<void>): Promise<void> {
    const { session, tasks, changes } = this.#context;
    try {
      // Before the turn: forgetting or replacing a profile must not wait for the network.
      await preloadCompute();
    } catch (thrown) {
      this.#expertsFailed = true;
      throw thrown;
    }
    await session.train(async (turn) => {
      try {
        await work(turn.learner);
      } catch (thrown) {
        // The browser reports a lost GPU a moment after the work on it has failed.
        await new Promise((resolve) => setTimeout(resolve, LOSS_DELAY));
        if (!(await turn.learner.recover())) {
          this.#expertsFailed = true;
          throw thrown;
        }
      }
    });
    changes.announce();
    tasks.beside(() => this.#completeTraining());
  }

  /** Reports a failure of the experts and switches them off, where the work around it must go on. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#expertsFailed = true;
      this.#context.listener.error(SidestreamError.from(thrown));
    }
  }

  /** Embeds in the background the items that training or loading of the experts left for later. */
  async #completeTraining(): Promise<void> {
    const { session, changes, tasks } = this.#context;
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
    if (completed) changes.announce();
    // It stopped because another long turn was waiting.
    if (incomplete) tasks.beside(() => this.#completeTraining());
  }
}

/** Ids of the items that a profile's last choices and dismissals are about, the newest first. */
function pastOf(profile: Profile | null): string[] {
  const { items = [], dismissed = [] } = profile?.history ?? {};
  return [...new Set([...items.slice(-MOST_PAST_ITEMS).toReversed(), ...dismissed.slice(-MOST_PAST_ITEMS)])];
}
