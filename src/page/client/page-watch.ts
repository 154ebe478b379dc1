import type { TrackInput } from '../../device/protocol';
import { type SerializedError, SidestreamError } from '../../error';
import type { Remote } from './worker-calls';

/**
 * Calls a function whenever the page is hidden or left, after which it may never run again.
 * @returns a function that stops this
 */
export function onHidden(work: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const onChange = (): void => {
    if (document.visibilityState === 'hidden') work();
  };
  document.addEventListener('visibilitychange', onChange, { signal });
  window.addEventListener('pagehide', work, { signal });
  return () => ended.abort();
}

/** Longest time that an impression waits for further ones, ms. */
const WAIT = 250;
/** Number of impressions at which a batch is sent at once. */
const MAX_BATCH = 50;

interface Waiting {
  event: TrackInput;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Sends impressions in batches: a list of twelve costs one write instead of twelve. Waiting impressions are sent at once when the
 * page is hidden or left. Each is stored or rejected independently.
 */
export class ImpressionBatch {
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #endWatch: () => void;

  /**
   * @param send resolves to null for each stored event and an error for each rejected one, in their order; rejects if nothing
   *   was stored
   */
  constructor(private readonly send: (events: TrackInput[]) => Promise<(SerializedError | null)[]>) {
    this.#endWatch = onHidden(() => this.flush());
  }

  /** Resolves when the impression is stored, as `track()` does. */
  add(given: TrackInput): Promise<void> {
    return new Promise((resolve, reject) => {
      let event: TrackInput;
      try {
        // Copied in its present state; an impression that cannot be cloned must not block its batch.
        event = structuredClone(given);
      } catch (thrown) {
        return reject(SidestreamError.from(thrown, 'runtime/invalid-input'));
      }
      this.#waiting.push({ event, resolve, reject });
      if (this.#waiting.length >= MAX_BATCH) this.flush();
      else this.#timer ??= setTimeout(() => this.flush(), WAIT);
    });
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sent = this.#waiting;
    if (sent.length === 0) return;
    this.#waiting = [];
    this.send(sent.map(({ event }) => event)).then(
      (errors) => {
        for (const [n, { resolve, reject }] of sent.entries()) {
          const error = errors[n];
          if (error) reject(SidestreamError.deserialize(error));
          else resolve();
        }
      },
      (thrown) => {
        for (const { reject } of sent) reject(thrown);
      },
    );
  }

  close(): void {
    this.flush();
    this.#endWatch();
  }
}

/** A connection's work for its page after the first list. */
export type PageWatch = ReturnType<typeof watchPage>;

/** The connection whose page is watched. */
interface WatchHost {
  /** Whether a worker takes calls. */
  readonly up: boolean;
  call<T>(work: (remote: Remote) => Promise<T>): Promise<T>;
  fail(thrown: unknown): void;
}

/** Sends impressions in batches, and saves when the page is hidden or left. */
export function watchPage(host: WatchHost) {
  const impressions = new ImpressionBatch((events) => host.call((remote) => remote.trackAll(events)));
  const endSaving = onHidden(() => {
    // Without a worker, there is nothing to save.
    if (host.up) host.call((remote) => remote.save()).catch((thrown) => host.fail(thrown));
  });
  return {
    trackImpression: (event: TrackInput) => impressions.add(event),
    close() {
      impressions.close();
      endSaving();
    },
  };
}
