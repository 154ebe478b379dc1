import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Recommender } from '../../protocol';

/** How far from the screen a lazy list begins to load. */
const MARGIN = '400px';

/** Time that a page has to set the recommender of a list without a bundle; after it the page probably forgot, ms. */
const SOURCE_TIMEOUT = 10_000;

/** Whether an element is, or was, close to the viewport. Without an IntersectionObserver it always is. */
export class ViewportDistance implements ReactiveController {
  near = !globalThis.IntersectionObserver;
  readonly #host: ReactiveControllerHost & Element & { lazy: boolean };
  readonly #reached: () => void;
  #observer: IntersectionObserver | undefined;

  /** @param reached called once, when the element comes near */
  constructor(host: ReactiveControllerHost & Element & { lazy: boolean }, reached: () => void) {
    this.#host = host;
    this.#reached = reached;
    host.addController(this);
  }

  hostUpdated(): void {
    if (!this.#host.lazy || this.near || this.#observer) return;
    this.#observer = new IntersectionObserver((entries) => this.#moved(entries), { rootMargin: MARGIN });
    this.#observer.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
  }

  #moved(entries: IntersectionObserverEntry[]): void {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.hostDisconnected();
    this.near = true;
    this.#reached();
  }
}

/** The properties that give a list its recommender. */
type SourceHost = ReactiveControllerHost & { bundle: string; recommender: Recommender | null };

/** Whether a list has had neither bundle nor recommender for 10 s. */
export class SourceTimeout implements ReactiveController {
  overdue = false;
  readonly #host: SourceHost;
  readonly #expired: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param expired called when the time is over */
  constructor(host: SourceHost, expired: () => void) {
    this.#host = host;
    this.#expired = expired;
    host.addController(this);
  }

  hostUpdate(): void {
    if (this.#host.recommender || this.#host.bundle) this.overdue = false;
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    if (this.#host.recommender || this.#host.bundle || this.overdue) return;
    this.#timer = setTimeout(() => {
      this.overdue = true;
      this.#expired();
      this.#host.requestUpdate();
    }, SOURCE_TIMEOUT);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}
