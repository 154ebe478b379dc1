import { Mutex } from '../../core/common/tasks';
import { SidestreamError } from '../../error';
import type { Consent, Refusal } from '../protocol';
import type { EngineContext } from './engine-context';
import type { EventRecorder } from './event-recorder';
import type { LearningScheduler } from './learning-scheduler';
import type { RecommendationService } from './recommendation-service';

/** Attempts to move to the device while other tabs delete the database. */
const GRANT_ATTEMPTS = 3;

/**
 * Carries out the shopper's answers about consent, given in this tab or in another. An answer counts from the moment it is
 * given; one is carried out completely before the next one begins.
 */
export class ConsentService {
  readonly #mutex = new Mutex();

  constructor(
    private readonly context: EngineContext & {
      scheduler: LearningScheduler;
      events: EventRecorder;
      recommendations: RecommendationService;
    },
  ) {}

  async open(): Promise<void> {
    await this.#mutex.run(() => this.context.storage.open());
  }

  /** The shopper answered in this tab. @throws SidestreamError `store/*` */
  async answer(level: Consent): Promise<void> {
    if (level === 'granted') await this.#grantHere();
    else await this.#withdraw(level, !this.context.storage.holds(level));
  }

  /**
   * Deletes all Sidestream data on this device; later events stay in memory until the shopper consents again.
   * @throws SidestreamError `store/blocked`
   */
  async forget(): Promise<void> {
    await this.#withdraw('pending', true);
  }

  /** Another tab granted consent; the shopper may have answered otherwise since. */
  async grantedElsewhere(): Promise<void> {
    const { storage } = this.context;
    await this.#mutex.run(async () => {
      if (storage.consent !== 'granted' && storage.answers.last.consent === 'granted') await this.#grant();
    });
  }

  /** Another tab withdrew consent, or deleted the database; the storage has left the device already. */
  async erasedElsewhere(): Promise<void> {
    await this.#mutex.run(() => this.#erase());
  }

  carriedOut(): Promise<void> {
    return this.#mutex.run(async () => undefined);
  }

  async #grantHere(): Promise<void> {
    const { storage } = this.context;
    if (storage.holds('granted')) return;
    storage.agree();
    await this.#mutex.run(async () => {
      if (!storage.holds('granted')) await this.#grant();
    });
  }

  async #grant(): Promise<void> {
    const { storage, scheduler, events, experiment, changes } = this.context;
    const { last } = storage.answers;
    await scheduler.catchUp();
    for (let attempt = 1; ; attempt++) {
      try {
        await scheduler.moveToDevice();
        break;
      } catch (thrown) {
        // Another tab may still be deleting the database because of an earlier answer.
        const { code } = SidestreamError.from(thrown);
        const answered = storage.answers.last !== last;
        if (code !== 'store/forgotten' || answered || attempt === GRANT_ATTEMPTS) throw thrown;
      }
    }
    events.restart();
    await experiment.draw(storage.counting);
    changes.announce();
  }

  /**
   * Stores nothing from now on, whatever is in progress, and deletes the data on the device.
   * @param forget whether to delete the data in memory too
   * @throws SidestreamError `store/blocked`: everything is forgotten here then, and the next call tries to delete again
   */
  async #withdraw(consent: Refusal, forget: boolean): Promise<void> {
    const { storage } = this.context;
    if (forget) storage.leave(consent);
    await this.#mutex.run(async () => {
      // In parallel: learning in progress must not delay the deletion.
      const results = await Promise.allSettled([storage.deleteDevice(), forget && this.#erase()]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    });
  }

  /** Forgets this tab's data about the shopper after the storage has left the device. */
  async #erase(): Promise<void> {
    const { storage, scheduler, events, experiment, recommendations, changes } = this.context;
    await scheduler.erase(async () => {
      events.forget();
      experiment.forget();
      await experiment.draw(storage.counting);
    });
    // Consent was granted again meanwhile: continue with the profile on the device.
    if (storage.consent === 'granted') await scheduler.restore();
    await recommendations.begin();
    changes.announce();
  }
}
