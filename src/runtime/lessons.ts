import { SidestreamError } from '../error';
import { type BaseModel, Learner, type LoggedEvent, type Profile } from '../learner';
import type { TermValues } from '../ranking';
import type { Chores } from './chores';
import type { EngineListener, EngineOptions } from './engine-options';
import type { Keeper } from './keeper';
import type { Shopfront } from './shopfront';

/** Quiet time after a choice before the experts train, ms: a click is followed by reading, not by another click. */
const TRAINING_DELAY = 150;
/** Quiet time before the profile is saved, ms. */
const SAVE_DELAY = 400;

/** Past choices, and dismissals, that are brought into the shop. */
const MOST_MET = 40;

/** Time after which the browser has told of a lost GPU, ms. */
const LOSS_DELAY = 100;

/** What the lessons need of the engine around them. */
export interface LessonsContext {
  options: EngineOptions;
  shop: Shopfront;
  keeper: Keeper;
  chores: Chores;
  listener: EngineListener;
  /** The profile changed. */
  changed(): void;
  /**
   * Brings these items of a large catalogue into the shop, those that matter most first; what cannot be had is reported.
   * To be run in turn.
   */
  meet(ids: readonly string[]): Promise<void>;
}

/**
 * When the learner learns what: events in the order of the log, the experts when it is quiet and this tab leads. Work on
 * the learner is done one piece after the other (`inTurn`), so that none sees it half restored.
 */
export class Lessons {
  readonly #context: LessonsContext;
  #learner: Learner;
  #base: BaseModel | null = null;
  /** Set after a training failed: the page goes on with the other terms. */
  #expertsFailed = false;
  #resting = false;
  /** Id of the last event that was taken in without being learned. */
  #noted = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: LessonsContext) {
    this.#context = context;
    this.#learner = this.#newLearner();
  }

  get learner(): Learner {
    return this.#learner;
  }

  /** Runs work after all earlier work on the learner, whether that went well or not. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Brings the base model up to the history; one that fails is dropped, and the rest of the ranking goes on. */
  async prepare(): Promise<void> {
    try {
      await this.#learner.prepare();
    } catch (thrown) {
      this.#learner.forgetBase();
      this.#base = null;
      this.#context.listener.error(SidestreamError.from(thrown));
    }
  }

  /** @param bytes of a base model, which is heard from now on */
  async useBase(bytes: ArrayBuffer): Promise<void> {
    this.#base = await this.#learner.loadBase(new Uint8Array(bytes));
  }

  /** Learns what the log has that is not learned yet: of this tab, and of others. */
  catchUp(): Promise<void> {
    const { options, keeper } = this.#context;
    return this.inTurn(async () => {
      const events = await keeper.eventsAfter(options.learning ? this.#learner.lastEvent : this.#noted);
      await this.#meet(events, null);
      if (!options.learning) return this.#note(events);
      for (const event of events) {
        await this.prepare();
        this.#learner.observe(event);
      }
      this.#learned(events);
    });
  }

  /** Goes on from what is stored. To be run in turn; until it is done, what was learned before is heard. */
  async restore(): Promise<void> {
    const { options, keeper, shop, chores } = this.#context;
    const local = await keeper.localItems();
    if (local.length > 0) shop.add(local);
    const profile = await keeper.profile();
    // A profile with a history of its own knows all events up to its last.
    this.#noted = profile?.history ? profile.lastEvent : 0;
    const events = await keeper.eventsAfter(this.#noted);
    await this.#meet(events, profile);
    await this.#replace(profile, events);
    if (this.#learner.awakeningDue) chores.queue(() => this.#withExperts(() => this.#learner.awaken()));
    else if (options.learning) this.#scheduleTraining();
  }

  /** Goes on as before after a change by which the catalogue's items got other rows. To be run in turn. */
  async renumber(change: () => void): Promise<void> {
    const profile = this.#learner.save();
    change();
    await this.#replace(profile, []);
  }

  /** Computes what the next list needs, to be kept until something changes. */
  readyList(): TermValues {
    return this.#learner.terms;
  }

  /** Begins again with nothing learned. To be run in turn. */
  async startAfresh(): Promise<void> {
    const next = this.#newLearner();
    if (this.#base) await next.useBase(this.#base);
    this.#learner.dispose();
    this.#learner = next;
    this.#noted = 0;
  }

  /** Goes on from what is stored now: another tab saved it, or it was replaced. */
  async reload(): Promise<void> {
    await this.inTurn(() => this.restore());
    this.#context.changed();
  }

  /** Whether the page is hidden or the battery low: then nothing is trained, and what is not saved yet is saved at once. */
  rest(resting: boolean): void {
    this.#resting = resting;
    if (resting) this.#context.chores.hurry('save');
    else this.#scheduleTraining();
  }

  dispose(): void {
    this.#learner.dispose();
    this.#base?.dispose();
  }

  async #replace(profile: Profile | null, events: LoggedEvent[]): Promise<void> {
    const next = this.#newLearner();
    if (this.#base) await next.useBase(this.#base);
    const { options, shop } = this.#context;
    if (options.learning) next.restore(profile, events);
    else if (profile?.history) next.history.restore({ ...profile.history, items: [], strengths: [] }, shop.index.rowOf);
    // Where the experts were heard already, they shall not fall silent for a while.
    if (next.awakeningDue && this.#learner.status.backend !== null) await next.awaken();
    this.#learner.dispose();
    this.#learner = next;
    this.#context.chores.beside(() => this.#completeTraining());
    if (!options.learning) this.#note(events);
  }

  /** Without learning: what rules ask about is known all the same, such as what was dismissed or bought. */
  #note(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      const row = this.#context.shop.index.rowOf.get(event.itemId);
      if (row !== undefined) this.#learner.history.note(event, row);
      this.#noted = event.id;
    }
    if (events.some(({ type }) => type !== 'impression')) this.#context.changed();
  }

  /** Brings what was chosen or dismissed into the shop, the newest first. */
  async #meet(events: readonly LoggedEvent[], profile: Profile | null): Promise<void> {
    const known = profile?.history;
    const chosen = events.filter(({ type }) => type !== 'impression').map(({ itemId }) => itemId);
    const past = [...(known?.items ?? []), ...chosen].slice(-MOST_MET).toReversed();
    await this.#context.meet([...new Set([...past, ...(known?.dismissed ?? []).slice(-MOST_MET)])]);
  }

  #newLearner(): Learner {
    const { shop, options } = this.#context;
    return new Learner(shop, { seed: options.seed });
  }

  #learned(events: readonly LoggedEvent[]): void {
    if (events.length === 0) return;
    this.#scheduleSave();
    if (events.every(({ type }) => type === 'impression')) return;
    this.#scheduleTraining();
    this.#context.chores.queue(async () => void this.readyList());
    this.#context.changed();
  }

  #scheduleTraining(): void {
    const { keeper, chores } = this.#context;
    if (this.#expertsFailed || this.#resting || !keeper.leading || !this.#learner.trainingDue) return;
    chores.later('train', TRAINING_DELAY, () => this.#withExperts(() => this.#train()));
  }

  async #train(): Promise<void> {
    // The page may have been hidden, or the profile replaced, while this waited.
    if (this.#resting || !this.#learner.trainingDue) return;
    const { keeper, listener } = this.#context;
    const { windows } = this.#learner.status;
    listener.progress({ stage: 'learn', loaded: 0, total: 1 });
    try {
      await this.#learner.train();
    } finally {
      listener.progress({ stage: 'learn', loaded: 1, total: 1 });
    }
    if (this.#learner.status.windows > windows) await keeper.save(this.#learner.save(), true);
    else this.#scheduleSave();
  }

  #scheduleSave(): void {
    const { chores, keeper } = this.#context;
    chores.later('save', SAVE_DELAY, () => keeper.save(this.#learner.save()));
  }

  /** A failure of the experts is reported and silences them; the rest of the ranking goes on. */
  async #withExperts(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      // The browser tells of a lost GPU a moment after the work on it has failed.
      await new Promise((resolve) => setTimeout(resolve, LOSS_DELAY));
      if (!(await this.inTurn(() => this.#learner.recover()))) {
        this.#expertsFailed = true;
        throw thrown;
      }
    }
    this.#context.changed();
    this.#context.chores.beside(() => this.#completeTraining());
  }

  /** Embeds in the background what experts that were trained or awakened have left for later. */
  async #completeTraining(): Promise<void> {
    try {
      if (await this.#learner.completeTraining()) this.#context.changed();
    } catch (thrown) {
      this.#context.chores.queue(() => this.#withExperts(() => Promise.reject(thrown)));
    }
  }
}
