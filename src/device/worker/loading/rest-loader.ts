import type { BundleShards, Shard } from '../../../core/catalog';
import { SidestreamError } from '../../../error';
import type { Progress } from '../../protocol';
import type { Shopper } from '../shopper/shopper';
import type { TaskQueue } from '../tasks';

/** Delay between the first list and loading the rest, ms: the page first renders the list and requests its pictures. */
const DELAY_AFTER_LIST_MS = 100;
/** Delay after which they are loaded even without a list, ms. */
const DELAY_WITHOUT_LIST_MS = 1000;
/** Delay before a failed load is retried, ms; it doubles with every retry. */
const RETRY_DELAY_MS = 2000;
const MAX_RETRY_DELAY_MS = 60_000;

/**
 * Loads the rest of a bundle that a page loads as a whole, after the first list, or as soon as a list depends on it. Until then, events are
 * kept and available to rules, but not learned. Also loads the kernel of the experts, for any bundle.
 */
export class RestLoader {
  #loading: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retry = RETRY_DELAY_MS;
  /** Why the last attempt failed, while another one is due. */
  failure: SidestreamError | null = null;
  #closed = false;
  #done = false;

  constructor(
    private readonly shards: BundleShards,
    private readonly shopper: Shopper,
    private readonly tasks: TaskQueue,
    private readonly reports: { error(thrown: unknown): void; progress(progress: Progress): void },
  ) {
    this.#later(DELAY_WITHOUT_LIST_MS);
  }

  listed(): void {
    if (!this.#done && !this.failure) this.#later(DELAY_AFTER_LIST_MS);
  }

  /** Waits for the rest if a list depends on it. @param needed default: if it depends on the shopper's choices */
  async waitFor(needed?: boolean): Promise<void> {
    if (this.shopper.complete) return;
    if ((await this.shopper.isUnlearned()) || needed) await this.load();
  }

  /**
   * Resolves when the rest is loaded, or when loading failed: that is reported, and retried later. Never rejects.
   */
  load(): Promise<void> {
    if (this.#done || this.failure || this.#closed) return Promise.resolve();
    clearTimeout(this.#timer);
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Loads the rest for a call that needs it. @throws SidestreamError `bundle/*` if it cannot be loaded */
  async loadAll(): Promise<void> {
    await this.load();
    if (this.failure) throw this.failure;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    const { shopper, reports } = this;
    try {
      if (!shopper.complete) {
        const shards: Shard[] = [];
        const progress = (loaded: number, total: number): void => reports.progress({ stage: 'bundle', loaded, total });
        for await (const shard of this.shards.all(progress)) shards.push(shard);
        if (this.#closed) return;
        // If the store fails, the next list or event tries again.
        await shopper.completeCatalog(shards).catch(reports.error);
      }
    } catch (thrown) {
      this.failure = SidestreamError.from(thrown);
      reports.error(this.failure);
      this.#later(this.#retry);
      this.#retry = Math.min(2 * this.#retry, MAX_RETRY_DELAY_MS);
    }
    if (!shopper.complete || this.#done) return;
    this.#done = true;
    // It must not delay the first list either.
    this.tasks.queue(() => shopper.turns.useKernel());
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
