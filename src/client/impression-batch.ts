import { type SerializedError, SidestreamError } from '../error';
import type { TrackInput } from '../protocol';

/** Longest time that an impression waits for others, ms. */
const WAIT = 250;
/** As many are sent at once. */
const MOST = 50;

/** An impression, and who waits for it. */
interface Waiting {
  event: TrackInput;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Gathers impressions, which come in bunches, so that a list of twelve is one write and not twelve. What waits is sent at
 * once when the page is hidden or left. Each is kept or refused for itself.
 */
export class ImpressionBatch {
  readonly #send: (events: TrackInput[]) => Promise<(SerializedError | null)[]>;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ended = new AbortController();

  /** @param send answers for each event, in their order: null where it was kept; rejects where none could be */
  constructor(send: (events: TrackInput[]) => Promise<(SerializedError | null)[]>) {
    this.#send = send;
    const { signal } = this.#ended;
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') this.flush();
    };
    document.addEventListener('visibilitychange', onHidden, { signal });
    window.addEventListener('pagehide', () => this.flush(), { signal });
  }

  /** Resolves when the impression is as safe as any event. */
  add(given: TrackInput): Promise<void> {
    return new Promise((resolve, reject) => {
      let event: TrackInput;
      try {
        // As it is now; and what cannot be sent would keep all others of the batch from being sent.
        event = structuredClone(given);
      } catch (thrown) {
        return reject(SidestreamError.from(thrown, 'runtime/invalid-input'));
      }
      this.#waiting.push({ event, resolve, reject });
      if (this.#waiting.length >= MOST) this.flush();
      else this.#timer ??= setTimeout(() => this.flush(), WAIT);
    });
  }

  /** Sends what waits. */
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
    this.#ended.abort();
  }
}
