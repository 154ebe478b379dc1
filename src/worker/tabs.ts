import * as v from 'valibot';
import { consentAnswerSchema } from './consent-state';

/**
 * What tabs send each other: that the log has grown, that the leader saved a profile, that the profile was replaced by
 * another one (rolled back, imported, reset), and what the shopper said of consent.
 */
const messageSchema = v.union([v.picklist(['events', 'profile', 'replaced']), consentAnswerSchema]);
export type TabMessage = v.InferOutput<typeof messageSchema>;

/** Time to wait for another tab that holds a lock, ms: work that is late is better than work that never happens. */
const LOCK_LIMIT = 5000;

/** What happens in other tabs. */
export interface TabListener {
  /** The tab that led before is gone, and this one leads. */
  onLead(): void;
  onMessage(message: TabMessage): void;
}

/**
 * The tabs of one shop on this device. All of them send messages to each other, whatever the shopper has agreed to: a
 * message leaves nothing behind. Those that share the profile on the device have one leader (Web Locks): the browser hands the lock on as
 * soon as the leader is gone, whatever it died of. Where there are no locks, or they are refused, every tab leads.
 */
export class Tabs {
  readonly #name: string;
  readonly #listener: TabListener;
  /** Null where the browser has none, as in some embedded pages: then this tab is alone. */
  readonly #channel: BroadcastChannel | null;
  #closed = false;
  /** Ends the wait for the lock; null while this tab does not share the profile. */
  #leaving: AbortController | null = null;
  #leading = false;
  /** Gives the lock back. */
  #resign: () => void = () => undefined;

  constructor(namespace: string, listener: TabListener) {
    this.#name = `sidestream/${namespace}`;
    this.#listener = listener;
    this.#channel = openChannel(this.#name);
    if (!this.#channel) return;
    this.#channel.onmessage = ({ data }) => {
      // The channel is open to every script of the origin.
      const message = v.safeParse(messageSchema, data);
      if (message.success) listener.onMessage(message.output);
    };
  }

  /** Whether this tab trains and saves: always while it keeps its things to itself. */
  get leading(): boolean {
    return this.#leading || this.#leaving === null;
  }

  /**
   * Shares the profile on the device from now on. Resolves when it is known whether this tab leads already.
   * @param leads whether it may lead: one that does not learn would keep those that do from saving what they learned
   */
  async join(leads: boolean): Promise<void> {
    if (this.#leaving) return;
    const leaving = new AbortController();
    this.#leaving = leaving;
    const locks = globalThis.navigator?.locks;
    if (!locks) {
      this.#leading = true;
      return;
    }
    if (!leads) return;
    await new Promise<void>((known) => {
      const taken = locks.request(this.#name, { ifAvailable: true }, (lock) => {
        const held = lock && !leaving.signal.aborted ? this.#lead() : undefined;
        known();
        return held;
      });
      const lead = (): Promise<void> | undefined => {
        if (leaving.signal.aborted) return undefined;
        const held = this.#lead();
        this.#listener.onLead();
        return held;
      };
      taken
        .then(() => (leaving.signal.aborted ? undefined : locks.request(this.#name, { signal: leaving.signal }, lead)))
        .catch(() => {
          // Refused by the browser, as in a sandboxed frame: every tab leads, as where there are no locks.
          if (!leaving.signal.aborted) this.#leading = true;
        })
        .finally(known);
    });
  }

  /** Runs work of the leader in this tab, unless another one leads. */
  async leadFor(work: () => Promise<void>): Promise<void> {
    const locks = globalThis.navigator?.locks;
    if (this.leading || !locks) return work();
    await locks.request(this.#name, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      this.#leading = true;
      try {
        await work();
      } finally {
        this.#leading = false;
      }
    });
  }

  /** Keeps its things to itself again. */
  leave(): void {
    this.#leaving?.abort();
    this.#leaving = null;
    this.#leading = false;
    this.#resign();
  }

  /** Sends a message to all other tabs; nothing after `close`, where work that was under way may end. */
  post(message: TabMessage): void {
    if (!this.#closed) this.#channel?.postMessage(message);
  }

  /**
   * Runs work that only one of the tabs may do at a time; where there are no locks, or another tab holds this one for
   * longer than 5 s, at once.
   * @param what names the work
   */
  async alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    let running: Promise<T> | null = null;
    const begin = (): Promise<T> => {
      running = work();
      return running;
    };
    try {
      const signal = AbortSignal.timeout(LOCK_LIMIT);
      await globalThis.navigator?.locks?.request(`${this.#name}/${what}`, { signal }, begin);
    } catch {
      // Refused by the browser, as in a sandboxed frame, or waited for too long, or the work failed, which is thrown below.
    }
    return running ?? begin();
  }

  close(): void {
    this.#closed = true;
    this.leave();
    this.#channel?.close();
  }

  #lead(): Promise<void> {
    this.#leading = true;
    return new Promise((resolve) => {
      this.#resign = resolve;
    });
  }
}

function openChannel(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
