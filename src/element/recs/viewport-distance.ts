import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How far from the screen a lazy list begins to load. */
const MARGIN = '400px';

/** Whether an element is, or was, about to be scrolled into view. Without an IntersectionObserver it always is. */
export class Nearness implements ReactiveController {
  near = !globalThis.IntersectionObserver;
  #observer: IntersectionObserver | undefined;

  /** @param arrived called once, when the element comes near */
  constructor(
    private readonly host: ReactiveControllerHost & Element & { lazy: boolean },
    private readonly arrived: () => void,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const { host } = this;
    if (!host.lazy || this.near || this.#observer) return;
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: MARGIN });
    this.#observer.observe(host);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
  }

  #seen(entries: IntersectionObserverEntry[]): void {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.hostDisconnected();
    this.near = true;
    this.arrived();
  }
}
