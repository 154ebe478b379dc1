import type { GivenOptions, TrackInput } from '../../device/protocol';
import { type SerializedError, SidestreamError } from '../../error';
import { deleteTabCopies } from './erasure';
import type { TabCopyHost } from './tab-copy';
import type { Emit } from './worker-calls';

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

type Level = GivenOptions['consent'];

/** A connection's work for its page after the first list. */
export interface PageWatch {
  trackImpression(event: TrackInput): Promise<void>;
  close(): void;
}

/** Sends impressions in batches, saves when the page is hidden or left, and keeps a copy in the tab if the consent is `session`. */
export function watchPage(host: TabCopyHost): PageWatch {
  const impressions = new ImpressionBatch((events) => host.call((remote) => remote.trackAll(events)));
  const endSaving = onHidden(() => {
    // Without a worker, there is nothing to save.
    if (host.up) host.call((remote) => remote.save()).catch((thrown) => host.fail(thrown));
  });
  const endCopy = followTabCopy(host);
  return {
    trackImpression: (event) => impressions.add(event),
    close() {
      impressions.close();
      endSaving();
      endCopy();
    },
  };
}

/**
 * Keeps a copy in this tab while the consent is `session`. When consent is granted, carries over the copy that an earlier page of
 * the tab kept, and loads the code for that. When consent is withdrawn, deletes everything that pages of the namespace kept.
 * @returns a function that stops this
 */
function followTabCopy(host: TabCopyHost): () => void {
  let level: Level;
  const change = async (next: Level): Promise<void> => {
    if (next === level) return;
    const before = level;
    level = next;
    if (next === 'session') {
      if (host.tabCopy) return;
      const { tabCopyOf } = await import('./tab-copy');
      // The shopper has answered meanwhile.
      if (level === 'session') await tabCopyOf(host).takeUp();
      return;
    }
    const kept = host.tabCopy !== null;
    // If this page kept the copy, the worker already has all of it.
    host.tabCopy?.end();
    // A page that starts without an answer leaves the copy to pages that know the answer.
    if (next === 'denied' || (next === 'pending' && before !== undefined)) deleteTabCopies(host.namespace);
    if (next !== 'granted' || kept || !mayHaveTabCopy()) return;
    const { tabCopyOf } = await import('./tab-copy');
    const copy = tabCopyOf(host);
    try {
      await copy.handIn();
    } finally {
      copy.end();
    }
  };
  const onLevel = (next: Level): void => void change(next).catch((thrown) => host.fail(thrown));
  const listener: Emit = (_, event) => {
    if (!('consent' in event)) return;
    onLevel(event.consent);
    host.tabCopy?.changed(event.events);
  };
  host.listeners.add(listener);
  onLevel(host.given.consent);
  if (level === undefined && mayHaveTabCopy()) {
    // A profile on the device may have changed the consent to `granted`.
    host
      .call((remote) => remote.status())
      .then(
        ({ consent }) => onLevel(consent),
        (thrown) => host.fail(thrown),
      );
  }
  return () => {
    host.listeners.delete(listener);
    host.tabCopy?.close();
  };
}

/** Whether a page of this tab may have kept a copy; the code that is loaded then finds out. */
function mayHaveTabCopy(): boolean {
  try {
    return Object.keys(sessionStorage).some((key) => key.startsWith('sidestream/'));
  } catch {
    // The browser denies access: no page can have kept anything.
    return false;
  }
}
