/** Runs asynchronous work one piece at a time, in the order asked. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();
  #unfinished = 0;

  /** Whether no work is under way or waiting. */
  get idle(): boolean {
    return this.#unfinished === 0;
  }

  /** Resolves or rejects as `work` does; the next work runs even after a rejection. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#unfinished++;
    const result = this.#tail.then(work, work);
    const end = (): void => void this.#unfinished--;
    this.#tail = result.then(end, end);
    return result;
  }
}
