/** Runs asynchronous work one piece at a time, in the order asked. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Whether somebody waits for the work under way to end. */
  get contended(): boolean {
    return this.#waiting > 0;
  }

  /** Resolves or rejects as `work` does; a rejection does not hold up what comes after. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const begin = (): Promise<T> => {
      this.#waiting--;
      return work();
    };
    const result = this.#tail.then(begin, begin);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
