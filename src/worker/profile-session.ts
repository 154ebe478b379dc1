import type { BaseModel } from '../base-model';
import { Mutex } from '../common/mutex';
import { SidestreamError } from '../error';
import { Learner, type Profile, preloadCompute } from '../learner';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileOrigin } from './profile-origin';
import type { ProfileStorage } from './profile-storage';

/** What may be done with the learner in a short turn: lists are made of it, and events are taken in. */
export type ActiveLearner = Pick<
  Learner,
  | 'history'
  | 'lastEvent'
  | 'state'
  | 'status'
  | 'terms'
  | 'trainingDue'
  | 'weights'
  | 'observe'
  | 'note'
  | 'prepare'
  | 'forgetBase'
  | 'renumber'
  | 'save'
>;

/** What may be done with the learner in a long turn: its experts are trained or embedded, its catalogue grows. */
export type TrainingLearner = Pick<
  Learner,
  | 'ensureLoaded'
  | 'loadDue'
  | 'completeTraining'
  | 'completionDue'
  | 'history'
  | 'lastEvent'
  | 'loadBase'
  | 'recover'
  | 'save'
  | 'setCatalog'
  | 'status'
  | 'train'
  | 'trainingDue'
  | 'weights'
>;

/** A turn at the profile. */
export interface Turn<L> {
  readonly learner: L;
  /** The stored profile that the learner goes on from; what it saves is bound to it. */
  readonly origin: ProfileOrigin;
}

/**
 * The one owner of the learner, with the stored profile that it goes on from. The learner can be reached in a turn only:
 *
 * - `run`: short turns, one after the other. Lists, events and saves.
 * - `train`: long turns, one after the other, beside the short ones: a list does not wait for a training.
 * - `replace` and `renumber`: no other turn of either kind is under way while the learner is exchanged or its rows move.
 *
 * A long turn may ask for a short one; a short turn never waits for another turn, which would wait for it. Nothing that a
 * turn gets is used after it.
 */
export class ProfileSession {
  readonly #catalog: LoadedCatalog;
  readonly #seed: number;
  readonly #storage: Pick<ProfileStorage, 'isCurrent' | 'emptyOrigin'>;
  readonly #short = new Mutex();
  readonly #long = new Mutex();
  #learner: Learner;
  #origin: ProfileOrigin;
  #base: BaseModel | null = null;

  readonly #report: (error: SidestreamError) => void;

  /** @param report gets what went wrong and did not stop a turn */
  constructor(
    catalog: LoadedCatalog,
    seed: number,
    storage: Pick<ProfileStorage, 'isCurrent' | 'emptyOrigin'>,
    report: (error: SidestreamError) => void,
  ) {
    this.#catalog = catalog;
    this.#seed = seed;
    this.#report = report;
    this.#storage = storage;
    this.#origin = storage.emptyOrigin();
    this.#learner = new Learner(catalog, { seed });
  }

  /** A short turn, after all that were asked for before. */
  run<T>(work: (turn: Turn<ActiveLearner>) => T | Promise<T>): Promise<T> {
    return this.#short.run(async () => work({ learner: this.#learner, origin: this.#origin }));
  }

  /**
   * A long turn. Short turns go on beside it: what is read before an await may be others after it.
   * @param work gets the learner, and whether somebody waits for this turn to end
   */
  train<T>(work: (turn: Turn<TrainingLearner>, contended: () => boolean) => Promise<T>): Promise<T> {
    return this.#long.run(() => work({ learner: this.#learner, origin: this.#origin }, () => this.#long.contended));
  }

  /**
   * Puts another learner in the place of this one. Lists and events go on with the old one while the new one is made. Where
   * the store was exchanged meanwhile, such as from memory to the device, it is made once more.
   * @param make gets a learner that knows nothing yet but the base model, and makes the successor of it; and the learner in
   *   use, which has to know when the catalogue grows
   * @param then a turn with the new one, before any other
   */
  async replace(
    make: (fresh: Learner, used: TrainingLearner) => Promise<ProfileOrigin>,
    then: (turn: Turn<ActiveLearner & TrainingLearner>) => void | Promise<void> = () => undefined,
  ): Promise<void> {
    while (!(await this.#long.run(() => this.#tryToReplace(make, then))));
  }

  async #tryToReplace(
    make: (fresh: Learner, used: TrainingLearner) => Promise<ProfileOrigin>,
    then: (turn: Turn<ActiveLearner & TrainingLearner>) => void | Promise<void>,
  ): Promise<boolean> {
    const learner = await this.#fresh();
    let used = false;
    try {
      const origin = await make(learner, this.#learner);
      await this.#short.run(async () => {
        if (!this.#storage.isCurrent(origin)) return;
        used = true;
        this.#exchange(learner, origin);
        await then({ learner, origin });
      });
    } finally {
      if (!used) learner.dispose();
    }
    return used;
  }

  /**
   * Goes on as before after a change by which the catalogue's items got other rows.
   * @param change gets the learner before it
   */
  async renumber(change: (learner: ActiveLearner) => void): Promise<void> {
    await this.#long.run(() =>
      this.#short.run(async () => {
        const before: Profile = this.#learner.save();
        change(this.#learner);
        const next = await this.#fresh();
        next.restore(before, []);
        try {
          if (next.loadDue && this.#learner.status.backend !== null) await next.ensureLoaded();
        } catch (thrown) {
          // The rows have moved: there is no way back to the learner before. Without its experts the rest goes on.
          this.#report(SidestreamError.from(thrown));
        }
        this.#exchange(next, this.#origin);
      }),
    );
  }

  /** The same learner goes on from another stored profile: what it knows was moved elsewhere. To be called in a turn. */
  rebase(origin: ProfileOrigin): void {
    this.#origin = origin;
  }

  /** Uses a base model from now on, for this learner and all that follow. */
  async useBase(bytes: Uint8Array): Promise<void> {
    // Before the turn: to forget or to replace what was learned must not wait for the network.
    await preloadCompute();
    await this.train(async ({ learner }) => {
      this.#base = await learner.loadBase(bytes);
    });
  }

  /**
   * Brings what the base model says up to the history, in a short turn. One that fails is dropped and reported: the rest
   * of the ranking goes on.
   */
  async prepare(learner: ActiveLearner): Promise<void> {
    try {
      await learner.prepare();
    } catch (thrown) {
      learner.forgetBase();
      this.#base = null;
      this.#report(SidestreamError.from(thrown));
    }
  }

  /** Resolves when all turns asked for so far have ended. */
  async settled(): Promise<void> {
    await this.#long.run(() => this.#short.run(async () => undefined));
  }

  /** Frees what the learner holds on the compute backend. */
  async dispose(): Promise<void> {
    await this.#long.run(() =>
      this.#short.run(async () => {
        this.#learner.dispose();
        this.#base?.dispose();
      }),
    );
  }

  async #fresh(): Promise<Learner> {
    const fresh = new Learner(this.#catalog, { seed: this.#seed });
    if (!this.#base) return fresh;
    try {
      await fresh.useBase(this.#base);
    } catch (thrown) {
      // That what was learned is forgotten or replaced must not depend on a model of the shop's.
      this.#base = null;
      fresh.forgetBase();
      this.#report(SidestreamError.from(thrown));
    }
    return fresh;
  }

  #exchange(next: Learner, origin: ProfileOrigin): void {
    this.#learner.dispose();
    this.#learner = next;
    this.#origin = origin;
  }
}
