import { SidestreamError } from '../../error';
import type { EngineContext } from './engine-context';
import type { LearningScheduler } from './learning-scheduler';

/** Delay between the first list and loading the features, ms: the page first renders the list and requests its pictures. */
const DELAY_AFTER_LIST_MS = 100;
/** Delay after which they are loaded even without a list, ms. */
const DELAY_WITHOUT_LIST_MS = 1000;
/** Delay before a failed load is retried, ms; it doubles with every retry. */
const RETRY_DELAY_MS = 2000;
const MAX_RETRY_DELAY_MS = 60_000;

interface FeatureContext extends EngineContext {
  scheduler: LearningScheduler;
}

/**
 * Loads the features of the catalogue after the first list, which is the same for all new shoppers, or as soon as a list
 * depends on them. Until then, events are kept and available to rules, but not learned.
 */
export class FeatureLoader {
  readonly #context: FeatureContext;
  #loading: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retry = RETRY_DELAY_MS;
  /** Why the last attempt failed, while another one is due. */
  failure: SidestreamError | null = null;
  #closed = false;

  constructor(context: FeatureContext) {
    this.#context = context;
    if (!this.complete) this.#later(DELAY_WITHOUT_LIST_MS);
  }

  /** Whether the catalogue has them, and the learner knows. */
  get complete(): boolean {
    return this.#context.scheduler.complete;
  }

  listed(): void {
    if (!this.complete && !this.failure) this.#later(DELAY_AFTER_LIST_MS);
  }

  /**
   * Waits for the features if a list depends on them. @param content whether the list depends on content similarity.
   * Default: only on the shopper's choices
   */
  async waitFor(content?: boolean): Promise<void> {
    if (this.complete) return;
    const { session, experiment } = this.#context;
    const unlearned = experiment.learns() && (await session.run(({ learner }) => learner.unlearned));
    if (content || unlearned) await this.load();
  }

  /**
   * Resolves when the catalogue has them, or when loading failed: that is reported, and retried later. Never rejects.
   */
  load(): Promise<void> {
    if (this.complete || this.failure || this.#closed) return Promise.resolve();
    clearTimeout(this.#timer);
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    const { catalog, scheduler, listener, tasks } = this.#context;
    try {
      const features = await catalog.bundle.loadFeatures?.((loaded, total) =>
        listener.progress({ stage: 'bundle', loaded, total }),
      );
      if (!features || this.#closed) return;
      // If the store fails, the next list or event tries again.
      await scheduler.completeCatalog(features).catch((thrown) => listener.error(SidestreamError.from(thrown)));
    } catch (thrown) {
      this.failure = SidestreamError.from(thrown);
      listener.error(this.failure);
      this.#later(this.#retry);
      this.#retry = Math.min(2 * this.#retry, MAX_RETRY_DELAY_MS);
    }
    // The files trained on the shop's logs, and their code, must not delay the first list either.
    if (this.complete) tasks.beside(async () => (await import('./load-learned')).loadLearned(this.#context));
  }

  #later(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.failure = null;
      void this.load();
    }, delay);
  }
}
