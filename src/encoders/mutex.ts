/** Runs asynchronous work one piece at a time, in the order asked. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `work` does; a rejection does not hold up what comes after. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work, work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}
