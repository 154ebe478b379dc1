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

/** Waits until the event loop has run what waits. Browsers delay timers of zero milliseconds after some calls, so it uses none. */
export function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}
