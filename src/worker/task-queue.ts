/** Something to do when it has been quiet for a while. */
interface Delayed {
  timer: ReturnType<typeof setTimeout>;
  work: () => Promise<void>;
}

/**
 * Background work of a worker, one piece after another in the order it became due. Work handles its own failures; one
 * that throws all the same is passed to `onFailure`, and the next goes on.
 */
export class Chores {
  readonly #onFailure: (thrown: unknown) => void;
  readonly #delayed = new Map<string, Delayed>();
  readonly #beside = new Set<Promise<void>>();
  #last: Promise<void> = Promise.resolve();

  constructor(onFailure: (thrown: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Queues work. */
  queue(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch(this.#onFailure);
  }

  /** Does work beside the queue: nothing waits for it but `settled`. */
  beside(work: () => Promise<void>): void {
    const doing = work()
      .catch(this.#onFailure)
      .finally(() => this.#beside.delete(doing));
    this.#beside.add(doing);
  }

  /** Queues work after `delay` ms without another call of the same name. */
  later(name: string, delay: number, work: () => Promise<void>): void {
    clearTimeout(this.#delayed.get(name)?.timer);
    this.#delayed.set(name, { work, timer: setTimeout(() => this.#due(name), delay) });
  }

  /** Drops work of this name that waits for quiet. */
  cancel(name: string): void {
    clearTimeout(this.#delayed.get(name)?.timer);
    this.#delayed.delete(name);
  }

  /** Queues work of this name that waits for quiet at once. */
  hurry(name: string): void {
    this.#due(name);
  }

  /** Queues what waits for quiet at once, and resolves when nothing is left to do. */
  async settled(): Promise<void> {
    let seen: Promise<void>;
    do {
      for (const name of [...this.#delayed.keys()]) this.#due(name);
      seen = this.#last;
      await seen;
      await Promise.all(this.#beside);
    } while (seen !== this.#last || this.#delayed.size > 0 || this.#beside.size > 0);
  }

  #due(name: string): void {
    const delayed = this.#delayed.get(name);
    if (!delayed) return;
    clearTimeout(delayed.timer);
    this.#delayed.delete(name);
    this.queue(delayed.work);
  }
}
