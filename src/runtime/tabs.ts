/**
 * What tabs tell each other: that the log has grown, that the leader saved a profile, that the profile was replaced by
 * another one (rolled back, imported, reset).
 */
export type TabMessage = 'events' | 'profile' | 'replaced';

const MESSAGES: readonly unknown[] = ['events', 'profile', 'replaced'] satisfies TabMessage[];

/** What a tab hears. */
export interface TabListener {
  /** This tab leads from now on: it alone trains and saves. */
  onLead(): void;
  onMessage(message: TabMessage): void;
}

/**
 * The tabs of one shop on this device. One of them leads (Web Locks): the browser hands the lock on as soon as the leader
 * is gone, whatever it died of. Where there are no locks, everybody leads.
 */
export class Tabs {
  readonly #channel: BroadcastChannel;
  readonly #leaving = new AbortController();
  #leading = false;
  /** Gives the lock back. */
  #resign: () => void = () => undefined;

  constructor(namespace: string, { onLead, onMessage }: TabListener) {
    const name = `sidestream/${namespace}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => {
      if (MESSAGES.includes(data)) onMessage(data as TabMessage);
    };
    const locks = globalThis.navigator?.locks;
    const lead = (): Promise<void> => {
      this.#leading = true;
      onLead();
      return new Promise((resolve) => {
        this.#resign = resolve;
      });
    };
    if (!locks) {
      this.#leading = true;
      return;
    }
    locks.request(name, { signal: this.#leaving.signal }, lead).catch((thrown: unknown) => {
      // Left before it was this tab's turn.
      if (!this.#leaving.signal.aborted) throw thrown;
    });
  }

  /** Whether this tab trains and saves. */
  get leading(): boolean {
    return this.#leading;
  }

  /** Tells all other tabs. */
  tell(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  close(): void {
    this.#leading = false;
    this.#resign();
    this.#leaving.abort();
    this.#channel.close();
  }
}
