import type * as Comlink from 'comlink';
import type { RecommenderEvents } from '../../device/protocol';
import type { Engine } from '../../device/worker';
import { SidestreamError } from '../../error';

export type Remote = Comlink.Remote<Engine>;

export type Emit = <K extends keyof RecommenderEvents>(type: K, event: RecommenderEvents[K]) => void;

type Abandon = (error: SidestreamError) => void;

/**
 * Unanswered calls, all of which can be rejected at once. An answered call leaves nothing behind: racing each call against one
 * long-lived promise would keep every answer as long as that promise lives.
 */
export class PendingCalls {
  readonly #calls = new Map<Promise<unknown>, Abandon>();
  #ended: SidestreamError | null = null;

  /** @param work called at once; rejects with a SidestreamError, or a DataCloneError for an argument */
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

  fail(error: SidestreamError): void {
    for (const abandon of this.#calls.values()) abandon(error);
  }

  /** Rejects all pending and future calls. */
  end(error: SidestreamError): void {
    this.#ended = error;
    this.fail(error);
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls.keys());
  }
}

/** Wraps an error; an argument that cannot be cloned for the worker, such as a function, gets `runtime/invalid-input`. */
const unsendable = (thrown: unknown): SidestreamError =>
  SidestreamError.from(thrown, (thrown as Error)?.name === 'DataCloneError' ? 'runtime/invalid-input' : undefined);
