import type { FeatureTable } from '../catalog';
import { SidestreamError } from '../error';
import type { EngineListener } from './engine-options';
import type { ExperimentAssignment } from './experiment-assignment';
import type { LearningScheduler } from './learning-scheduler';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileSession } from './profile-session';

/** Time from the first list until the features are loaded, ms: the page renders it, and asks for its pictures. */
const AFTER_LIST = 100;
/** Time after which they are loaded although no list was made, ms. */
const WITHOUT_LIST = 1000;
/** Time until a failed load is tried again, ms; each further one after twice the time. */
const RETRY = 2000;
const LONGEST_RETRY = 60_000;

export interface FeatureLoaderContext {
  catalog: LoadedCatalog;
  session: ProfileSession;
  scheduler: LearningScheduler;
  experiment: ExperimentAssignment;
  listener: Pick<EngineListener, 'error' | 'progress'>;
}

/**
 * Loads the features of the catalogue after the first list, which is the same for all shoppers of whom nothing is known, or
 * as soon as a list depends on them. Until then events are kept, and rules know them, but nothing is learned.
 */
export class FeatureLoader {
  readonly #context: FeatureLoaderContext;
  #fetching: Promise<FeatureTable> | null = null;
  #loading: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retry = RETRY;
  /** Why the last attempt failed, while another one is due. */
  #failure: SidestreamError | null = null;
  #closed = false;
  #onEnd: (() => void)[] = [];

  constructor(context: FeatureLoaderContext) {
    this.#context = context;
    if (!this.complete) this.#later(WITHOUT_LIST);
  }

  /** Whether the catalogue has them, and the learner knows. */
  get complete(): boolean {
    return this.#context.scheduler.complete;
  }

  /** Calls back, once, when they are there, at once if they are. */
  whenComplete(work: () => void): void {
    if (this.complete) work();
    else this.#onEnd.push(work);
  }

  /** A list was made. */
  listed(): void {
    if (!this.complete && !this.#loading && !this.#failure) this.#later(AFTER_LIST);
  }

  /**
   * Waits for the features where a list depends on them.
   * @param content whether it depends on what items are alike. Default: only on what the shopper chose
   */
  async waitFor(content = false): Promise<void> {
    if (!this.complete && (content || (await this.#chosen()))) await this.load();
  }

  /** Fetches them ahead of `load`. */
  prefetch(): void {
    this.#fetch().catch(() => undefined);
  }

  /**
   * Resolves when the catalogue has them, or when they could not be loaded: that is reported, and tried again later. It never
   * rejects.
   */
  load(): Promise<void> {
    if (this.complete || this.#failure || this.#closed) return Promise.resolve();
    clearTimeout(this.#timer);
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** @throws SidestreamError why they could not be loaded */
  async require(): Promise<void> {
    await this.load();
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    const { scheduler, listener } = this.#context;
    try {
      const features = await this.#fetch();
      if (this.#closed) return;
      // Where the store fails, the next list or event tries again.
      await scheduler.completeCatalog(features).catch((thrown) => listener.error(SidestreamError.from(thrown)));
    } catch (thrown) {
      this.#failure = SidestreamError.from(thrown);
      listener.error(this.#failure);
      this.#later(this.#retry);
      this.#retry = Math.min(2 * this.#retry, LONGEST_RETRY);
    }
    if (this.complete) for (const work of this.#onEnd.splice(0)) work();
  }

  #later(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#failure = null;
      void this.load();
    }, delay);
  }

  #fetch(): Promise<FeatureTable> {
    const { catalog, listener } = this.#context;
    const { loadFeatures } = catalog.bundle;
    this.#fetching ??= (async () => {
      if (!loadFeatures) return catalog.table;
      return loadFeatures((loaded, total) => listener.progress({ stage: 'bundle', loaded, total }));
    })();
    // The next attempt fetches them again.
    this.#fetching.catch(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  /** Whether the shopper chose or dismissed something that is not learned yet. */
  async #chosen(): Promise<boolean> {
    const { session, experiment } = this.#context;
    return experiment.learns() && (await session.run(({ learner }) => learner.unlearned));
  }
}
