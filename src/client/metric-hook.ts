import type { Counts } from '../protocol';
import type { WorkerConnection } from './connection';

/** Time between two calls of a hook, ms. */
const INTERVAL = 30_000;

/** A shop's function that gets what was counted. */
export type MetricHook = (counts: Counts[]) => void;

/** Hands shops what was counted: in intervals, when the page is hidden, and at the end. Every hook gets all of it. */
export class MetricHooks {
  readonly #hooks = new Set<MetricHook>();
  readonly #take: () => Promise<Counts[]>;
  readonly #fail: (thrown: unknown) => void;
  #ended: AbortController | null = null;

  /**
   * @param take what was counted since the last call
   * @param fail gets what a hook or `take` throws
   */
  constructor(take: () => Promise<Counts[]>, fail: (thrown: unknown) => void) {
    this.#take = take;
    this.#fail = fail;
  }

  /** @returns a function that hands over what is left and ends this hook */
  add(hook: MetricHook): () => Promise<void> {
    this.#hooks.add(hook);
    this.#begin();
    return async () => {
      // Hooks that end at the same moment share what is left: nothing is lost to one that is gone.
      await this.#handOver();
      this.#hooks.delete(hook);
      if (this.#hooks.size === 0) this.#ended?.abort();
    };
  }

  #begin(): void {
    if (this.#ended && !this.#ended.signal.aborted) return;
    this.#ended = new AbortController();
    const { signal } = this.#ended;
    const timer = setInterval(() => this.#handOver(), INTERVAL);
    signal.addEventListener('abort', () => clearInterval(timer));
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') void this.#handOver();
    };
    document.addEventListener('visibilitychange', onHidden, { signal });
  }

  async #handOver(): Promise<void> {
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

const all = new WeakMap<WorkerConnection, MetricHooks>();

/**
 * Adds a hook to those of a connection.
 * @returns a function that hands over what is left and ends the hook
 */
export function addHook(connection: WorkerConnection, hook: MetricHook): () => Promise<void> {
  // A worker that is gone has counted nothing.
  const take = async () => (connection.up ? connection.call((remote) => remote.takeMetrics()) : []);
  const hooks = all.get(connection) ?? new MetricHooks(take, (thrown) => connection.fail(thrown));
  all.set(connection, hooks);
  return hooks.add(hook);
}
