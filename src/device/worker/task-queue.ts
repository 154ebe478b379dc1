import { Mutex } from '../../core/common/tasks';

/** Work that waits until it has been quiet for a while. */
interface Delayed {
  timer: ReturnType<typeof setTimeout>;
  work: () => Promise<void>;
}

/**
 * Background work of a worker, one task after another in the order in which they became due. Tasks handle their own
 * failures; an error that one still throws goes to `onFailure`, and the next task runs.
 */
export class TaskQueue {
  readonly #onFailure: (thrown: unknown) => void;
  readonly #delayed = new Map<string, Delayed>();
  readonly #queue = new Mutex();
  /** Queued and concurrent tasks that have not ended. */
  readonly #unfinished = new Set<Promise<void>>();

  constructor(onFailure: (thrown: unknown) => void) {
    this.#onFailure = onFailure;
  }

  queue(work: () => Promise<void>): void {
    this.beside(() => this.#queue.run(work));
  }

  /** Runs work outside the queue: only `settled` waits for it. */
  beside(work: () => Promise<void>): void {
    const task = work()
      .catch(this.#onFailure)
      .finally(() => this.#unfinished.delete(task));
    this.#unfinished.add(task);
  }

  /** Queues work once `delay` ms have passed without another call of the same name. */
  later(name: string, delay: number, work: () => Promise<void>): void {
    clearTimeout(this.#delayed.get(name)?.timer);
    this.#delayed.set(name, { work, timer: setTimeout(() => this.hurry(name), delay) });
  }

  cancel(name: string): void {
    clearTimeout(this.#delayed.get(name)?.timer);
    this.#delayed.delete(name);
  }

  /** Queues delayed work of this name immediately. */
  hurry(name: string): void {
    const delayed = this.#delayed.get(name);
    if (!delayed) return;
    this.cancel(name);
    this.queue(delayed.work);
  }

  /** Queues all delayed work immediately, and resolves when no work is left. */
  async settled(): Promise<void> {
    do {
      for (const name of [...this.#delayed.keys()]) this.hurry(name);
      await Promise.all(this.#unfinished);
    } while (this.#delayed.size > 0 || this.#unfinished.size > 0);
  }
}
