import type { TrackInput } from '../../device/protocol';
import { type SerializedError, SidestreamError } from '../../error';

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
 * A connection's work for its page after the first list. Sends impressions in batches: a list of twelve costs one write instead of
 * twelve. Each is stored or rejected independently. When the page is hidden or left, waiting impressions are sent at once, and the
 * worker saves.
 */
export class PageWatch {
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #endWatch: () => void;

  /**
   * @param send resolves to null for each stored event and an error for each rejected one, in their order; rejects if nothing
   *   was stored
   * @param save called when the page is hidden or left
   */
  constructor(
    private readonly send: (events: TrackInput[]) => Promise<(SerializedError | null)[]>,
    save: () => void,
  ) {
    this.#endWatch = onHidden(() => {
      this.flush();
      save();
    });
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
