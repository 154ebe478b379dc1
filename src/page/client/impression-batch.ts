import type { TrackInput } from '../../device/protocol';
import { type SerializedError, SidestreamError } from '../../error';
import { onHidden } from './page-visibility';

/** Longest time that an impression waits for further ones, ms. */
const WAIT = 250;
/** Number of impressions at which a batch is sent at once. */
const MAX_BATCH = 50;

/** An impression with the promise of its caller. */
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
  readonly #send: (events: TrackInput[]) => Promise<(SerializedError | null)[]>;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #endWatch: () => void;

  /**
   * @param send resolves to null for each stored event and an error for each rejected one, in their order; rejects if nothing
   *   was stored
   */
  constructor(send: (events: TrackInput[]) => Promise<(SerializedError | null)[]>) {
    this.#send = send;
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
    this.#send(sent.map(({ event }) => event)).then(
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
