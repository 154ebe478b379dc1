import { Mutex } from '../../../core/common/tasks';
import { loadKernel } from '../../../core/kernel';
import { Learner, type LearnerCatalog, type Profile } from '../../learner';
import { firstOrigin, type ProfileOrigin, type Store } from '../../store';

/** The learner in a short turn, which makes lists or learns events. */
export type ActiveLearner = Omit<Learner, keyof ChangingLearner | 'restore' | 'restoreWithoutLearning'>;

/** The learner in a long turn, which extends the catalogue or adds the files trained on the shop's logs. */
export type ChangingLearner = Pick<Learner, 'featuresChanged' | 'setCatalog'>;

/** Exclusive use of the profile by one caller, among turns of the same kind. */
export interface Turn<L> {
  readonly learner: L;
  /** The stored profile that the learner continues; its saves are bound to it. */
  readonly origin: ProfileOrigin;
}

/**
 * The only owner of the learner and of the stored profile that it continues. The learner can be used only within a turn:
 *
 *     run       ├list┤├event┤├save┤  ├list┤   ·wait·  ├list┤    short: one after the other
 *     change      ├──a shard is added──┤      ·wait·            long: one after the other, beside the short ones
 *     replace                           ├make─┬swap─┤           another learner: long, and alone at its end
 *     renumber    as replace; moves the rows of the same profile
 *
 * No list waits for the store: what waits for it is a long turn. A long turn may take a short one; a short turn never waits for another turn,
 * which would wait for it. Do not use the arguments of a turn after it ends.
 */
export class Turns {
  readonly #short = new Mutex();
  readonly #long = new Mutex();
  #learner: Learner;
  #origin: ProfileOrigin;

  /** @param device has the store in use */
  constructor(
    private readonly catalog: LearnerCatalog,
    private readonly device: { readonly store: Store },
  ) {
    this.#origin = firstOrigin(device.store);
    this.#learner = new Learner(catalog);
  }

  /** A short turn, after all that were requested before. */
  run<T>(work: (turn: Turn<ActiveLearner>) => T | Promise<T>): Promise<T> {
    return this.#short.run(async () => work({ learner: this.#learner, origin: this.#origin }));
  }

  /** A long turn. Short turns run during it: values read before an await may have changed after it. */
  change<T>(work: (turn: Turn<ChangingLearner>) => Promise<T>): Promise<T> {
    return this.#long.run(() => work({ learner: this.#learner, origin: this.#origin }));
  }

  /**
   * Replaces the learner. Lists and events use the old one while the new one is made. If the store was replaced meanwhile,
   * such as from memory to the device, it is made once more.
   * @param make restores the new learner; also gets the learner in use, which must be notified when the catalogue
   *   grows; returns the stored profile that the new one continues
   * @param then a turn with the new learner, before any other turn
   */
  async replace(
    make: (fresh: Learner, used: ChangingLearner) => Promise<ProfileOrigin>,
    then: (turn: Turn<ActiveLearner & ChangingLearner>) => void | Promise<void> = () => undefined,
  ): Promise<void> {
    const tryToReplace = async (): Promise<boolean> => {
      const learner = this.fresh();
      const origin = await make(learner, this.#learner);
      return this.#short.run(async () => {
        if (origin.store !== this.device.store) return false;
        [this.#learner, this.#origin] = [learner, origin];
        await then({ learner, origin });
        return true;
      });
    };
    while (!(await this.#long.run(tryToReplace)));
  }

  /**
   * Restores the same profile after a change that moves the catalogue's items to other rows. @param change gets the previous
   * learner
   */
  async renumber(change: (learner: ActiveLearner) => void): Promise<void> {
    await this.#long.run(() =>
      this.#short.run(async () => {
        const before: Profile = this.#learner.save();
        change(this.#learner);
        const next = this.fresh();
        next.restore(before);
        this.#learner = next;
      }),
    );
  }

  /**
   * Runs work with a temporary learner that continues a profile; the learner is discarded. @param work must end in the same
   * turn
   */
  beside<T>(profile: Profile, work: (learner: ActiveLearner) => T): Promise<T> {
    return this.#long.run(async () => {
      const learner = this.fresh();
      learner.restore(profile);
      return work(learner);
    });
  }

  /** Lets the learner continue another stored profile, after its state was moved there. Call it within a turn. */
  rebase(origin: ProfileOrigin): void {
    this.#origin = origin;
  }

  /** Uses the kernel of the experts from now on, for this learner and all that follow. */
  async useKernel(): Promise<void> {
    // Before the turn: forgetting or replacing a profile must not wait for the network.
    await loadKernel();
    await this.change(async ({ learner }) => learner.featuresChanged());
  }

  async settled(): Promise<void> {
    await this.#long.run(() => this.#short.run(async () => undefined));
  }

  /** A new learner without learned state, for the holder of a long turn. */
  fresh(): Learner {
    return new Learner(this.catalog);
  }
}
