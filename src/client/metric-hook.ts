import type { Counts } from '../protocol';
import type { WorkerConnection } from './connection';

/** Time between two calls of a hook, ms. */
const INTERVAL = 30_000;

/** A shop's function that receives counts. */
export type MetricHook = (counts: Counts[]) => void;

/** Passes counts to the shop's hooks: every 30 s, when the page is hidden, and at the end. Each hook gets all counts. */
export class MetricHooks {
  readonly #hooks = new Set<MetricHook>();
  readonly #take: () => Promise<Counts[]>;
  readonly #fail: (thrown: unknown) => void;
  #ended: AbortController | null = null;

  /**
   * @param take returns the counts since its last call
   * @param fail called with errors of a hook or of `take`
   */
  constructor(take: () => Promise<Counts[]>, fail: (thrown: unknown) => void) {
    this.#take = take;
    this.#fail = fail;
  }

  /** @returns a function that passes on the remaining counts and ends this hook */
  add(hook: MetricHook): () => Promise<void> {
    this.#hooks.add(hook);
    this.#begin();
    return async () => {
      // Before the deletion: hooks that end at the same moment all get the remaining counts.
      await this.#passOn();
      this.#hooks.delete(hook);
      if (this.#hooks.size === 0) this.#ended?.abort();
    };
  }

  #begin(): void {
    if (this.#ended && !this.#ended.signal.aborted) return;
    this.#ended = new AbortController();
    const { signal } = this.#ended;
    const timer = setInterval(() => this.#passOn(), INTERVAL);
    signal.addEventListener('abort', () => clearInterval(timer));
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') void this.#passOn();
    };
    document.addEventListener('visibilitychange', onHidden, { signal });
  }

  async #passOn(): Promise<void> {
    try {
      const counts = await this.#take();
      if (counts.length === 0) return;
      for (const hook of this.#hooks) this.#call(hook, counts);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #call(hook: MetricHook, counts: Counts[]): void {
    try {
      hook(counts);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }
}

const hooksOf = new WeakMap<WorkerConnection, MetricHooks>();

/**
 * Adds a hook to those of a connection.
 * @returns a function that passes on the remaining counts and ends the hook
 */
export function addHook(connection: WorkerConnection, hook: MetricHook): () => Promise<void> {
  // Without a worker nothing was counted.
  const take = async () => (connection.up ? connection.call((remote) => remote.takeMetrics()) : []);
  const hooks = hooksOf.get(connection) ?? new MetricHooks(take, (thrown) => connection.fail(thrown));
  hooksOf.set(connection, hooks);
  return hooks.add(hook);
}
