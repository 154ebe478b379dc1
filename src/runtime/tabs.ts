/**
 * What tabs tell each other: that the log has grown, that the leader saved a profile, that the profile was replaced by
 * another one (rolled back, imported, reset).
 */
export type TabMessage = 'events' | 'profile' | 'replaced';

const MESSAGES: readonly unknown[] = ['events', 'profile', 'replaced'] satisfies TabMessage[];

/** What a tab hears. */
export interface TabListener {
  /** The tab that led before is gone, and this one leads. */
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

  private constructor(name: string, { onMessage }: TabListener) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => {
      if (MESSAGES.includes(data)) onMessage(data as TabMessage);
    };
  }

  /** Joins the tabs of a namespace. Resolves when it is known whether this one leads already. */
  static async join(namespace: string, listener: TabListener): Promise<Tabs> {
    const name = `sidestream/${namespace}`;
    const tabs = new Tabs(name, listener);
    const locks = globalThis.navigator?.locks;
    if (!locks) {
      tabs.#leading = true;
      return tabs;
    }
    await new Promise<void>((known) => {
      const taken = locks.request(name, { ifAvailable: true }, (lock) => {
        const held = lock ? tabs.#lead() : undefined;
        known();
        return held;
      });
      const lead = (): Promise<void> => {
        const held = tabs.#lead();
        listener.onLead();
        return held;
      };
      // Refused by the browser, or left before it was this tab's turn: then another one leads.
      taken
        .then(() =>
          tabs.#leaving.signal.aborted ? undefined : locks.request(name, { signal: tabs.#leaving.signal }, lead),
        )
        .catch(() => undefined)
        .finally(known);
    });
    return tabs;
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
    this.#leaving.abort();
    this.#resign();
    this.#channel.close();
  }

  #lead(): Promise<void> {
    this.#leading = true;
    return new Promise((resolve) => {
      this.#resign = resolve;
    });
  }
}
