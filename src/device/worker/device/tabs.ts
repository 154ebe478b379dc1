import * as v from 'valibot';
import { channelName, consentAnswerSchema } from '../../protocol';

/**
 * Messages between tabs: the log has grown, the leader saved a profile, the profile was replaced (by a rollback, an import
 * or a reset), the shopper answered about consent, a tab asks for the last answer, or a tab that uses the device names its bundle.
 */
const messageSchema = v.union([
  v.picklist(['events', 'profile', 'replaced', 'answer?']),
  consentAnswerSchema,
  v.strictObject({ bundle: v.pipe(v.string(), v.maxLength(10_000)), isReply: v.boolean() }),
]);
export type TabMessage = v.InferOutput<typeof messageSchema>;

/** Maximum wait for a lock of another tab, ms; then the work is done without it. */
const LOCK_LIMIT = 5000;

export interface TabListener {
  /** The tab that led before is gone, and this one leads. */
  onLead(): void;
  onMessage(message: TabMessage): void;
}

/**
 * The tabs of one shop on this device. All of them exchange messages, under any consent, because messages store nothing.
 * Tabs that share the profile on the device have one leader (Web Locks): the browser passes the lock on as soon as the
 * leader is gone for any reason. If locks are missing or denied, every tab leads.
 */
export class Tabs {
  readonly #name: string;
  /** Null if the browser has no BroadcastChannel, as in some embedded pages: this tab then sends and receives nothing. */
  readonly #channel: BroadcastChannel | null;
  #closed = false;
  /** Aborts the wait for the lock; null while this tab does not share the profile. */
  #leaving: AbortController | null = null;
  #leading = false;
  #resign: () => void = () => undefined;

  constructor(
    namespace: string,
    private readonly listener: TabListener,
  ) {
    this.#name = channelName(namespace);
    this.#channel = openChannel(this.#name);
    if (!this.#channel) return;
    this.#channel.onmessage = ({ data }) => {
      // The channel is open to every script of the origin.
      const message = v.safeParse(messageSchema, data);
      if (message.success) listener.onMessage(message.output);
    };
  }

  /** Whether this tab trains and saves; true while it does not share the profile. */
  get leading(): boolean {
    return this.#leading || this.#leaving === null;
  }

  /**
   * Shares the profile on the device from now on. Resolves when it is known whether this tab leads.
   * @param leads whether it may lead: a tab that does not learn would prevent learning tabs from saving
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
        this.listener.onLead();
        return held;
      };
      taken
        .then(() => (leaving.signal.aborted ? undefined : locks.request(this.#name, { signal: leaving.signal }, lead)))
        .catch(() => {
          // Denied by the browser, as in a sandboxed frame: every tab leads, as without locks.
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

  leave(): void {
    this.#leaving?.abort();
    this.#leaving = null;
    this.#leading = false;
    this.#resign();
  }

  /** Sends a message to all other tabs; does nothing after `close`, when earlier work may still end. */
  post(message: TabMessage): void {
    if (!this.#closed) this.#channel?.postMessage(message);
  }

  /**
   * Runs work under a lock, which limits it to one tab at a time. Without locks, or after waiting for 5 s, runs it without
   * one. @param what name of the lock
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
      // Denied by the browser, as in a sandboxed frame, or timed out; a failure of the work itself is thrown below.
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
