import type { TrackDetails } from './api';
import type { TrackInput } from './requests';

/** Longest time that an impression waits for others, ms. */
const WAIT = 250;
/** As many are sent at once. */
const MOST = 50;

/**
 * Gathers impressions, which come in bunches, so that a list of twelve is one write and not twelve. What waits is sent at
 * once when the page is hidden or left.
 */
export class ImpressionBatch {
  readonly #send: (events: TrackInput[]) => Promise<void>;
  #waiting: TrackInput[] = [];
  #sent: PromiseWithResolvers | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ended = new AbortController();

  constructor(send: (events: TrackInput[]) => Promise<void>) {
    this.#send = send;
    const { signal } = this.#ended;
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') this.flush();
    };
    document.addEventListener('visibilitychange', onHidden, { signal });
    window.addEventListener('pagehide', () => this.flush(), { signal });
  }

  /** Resolves when the impression is as safe as any event. */
  add(itemId: string, details: TrackDetails): Promise<void> {
    this.#waiting.push({ type: 'impression', itemId, details });
    this.#sent ??= withResolvers();
    const { promise } = this.#sent;
    if (this.#waiting.length >= MOST) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), WAIT);
    return promise;
  }

  /** Sends what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [events, sent] = [this.#waiting, this.#sent];
    this.#waiting = [];
    this.#sent = null;
    if (sent) this.#send(events).then(sent.resolve, sent.reject);
  }

  close(): void {
    this.flush();
    this.#ended.abort();
  }
}

/** A promise with its ends, as Promise.withResolvers, which not all browsers have. */
interface PromiseWithResolvers {
  promise: Promise<void>;
  resolve: () => void;
  reject: (thrown: unknown) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  let reject: (thrown: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
