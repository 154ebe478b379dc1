import { SidestreamError } from '../error';

type Abandon = (error: SidestreamError) => void;

/**
 * Calls that wait for their answer, so that all of them can be ended at once. Nothing is kept of a call that has its
 * answer: racing each against one promise that stays open would keep every answer for as long as that promise lives.
 */
export class PendingCalls {
  readonly #calls = new Map<Promise<unknown>, Abandon>();
  #ended: SidestreamError | null = null;

  /** @param work begins at once. What it rejects with is a SidestreamError, or says that an argument is no plain data */
  add<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    let abandon: Abandon = () => undefined;
    const call = new Promise<T>((resolve, reject) => {
      abandon = reject;
      work().then(resolve, (thrown) => reject(unsendable(thrown)));
    });
    this.#calls.set(call, abandon);
    const done = () => this.#calls.delete(call);
    call.then(done, done);
    return call;
  }

  /** Rejects all calls that wait now. */
  fail(error: SidestreamError): void {
    for (const abandon of this.#calls.values()) abandon(error);
  }

  /** Rejects all calls that wait now, and those that come. */
  end(error: SidestreamError): void {
    this.#ended = error;
    this.fail(error);
  }

  /** Resolves when all calls that wait now have settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls.keys());
  }
}

/** What is thrown for an argument that cannot be copied to the worker, such as a function, has a code for it. */
export const unsendable = (thrown: unknown): SidestreamError =>
  SidestreamError.from(thrown, (thrown as Error)?.name === 'DataCloneError' ? 'runtime/invalid-input' : undefined);
