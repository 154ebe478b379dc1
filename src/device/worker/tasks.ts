import { Mutex } from '../../core/common/tasks';

/** Announces that lists are different from now on. The part that changes them does not know its subscribers. */
export class ListChanges {
  readonly #subscribers: (() => void)[] = [];

  subscribe(onChange: () => void): void {
    this.#subscribers.push(onChange);
  }

  announce(): void {
    for (const onChange of this.#subscribers) onChange();
  }
}

/**
 * Background work of a worker, one task after another in the order in which they became due. Tasks handle their own
 * failures; an error that one still throws goes to `onFailure`, and the next task runs.
 */
export class TaskQueue {
  /** Work that waits until it has been quiet for a while. */
  readonly #delayed = new Map<string, { timer: ReturnType<typeof setTimeout>; work: () => Promise<void> }>();
  readonly #queue = new Mutex();
  /** Queued and concurrent tasks that have not ended. */
  readonly #unfinished = new Set<Promise<void>>();

  constructor(private readonly onFailure: (thrown: unknown) => void) {}

  queue(work: () => Promise<void>): void {
    this.beside(() => this.#queue.run(work));
  }

  /** Runs work outside the queue: only `settled` waits for it. */
  beside(work: () => Promise<void>): void {
    const task = work()
      .catch(this.onFailure)
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
