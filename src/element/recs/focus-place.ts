import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Keeps the keyboard at its place in a list whose cards come and go: what is removed or moved loses the focus. */
export class FocusPlace implements ReactiveController {
  #focused: HTMLElement | undefined;
  /** Place, among the list's cards, of what had the focus. */
  #place = 0;

  constructor(private readonly host: ReactiveControllerHost & Element) {
    host.addController(this);
  }

  hostUpdate(): void {
    const focused = this.host.shadowRoot?.activeElement;
    if (!focused) return;
    this.#focused = focused as HTMLElement;
    this.#place = this.#cards.indexOf(focused.closest('li') as HTMLElement);
  }

  hostUpdated(): void {
    const focused = this.#focused;
    if (!focused) return;
    // Whoever has gone elsewhere is left there.
    if (document.activeElement === document.body) {
      const cards = this.#cards;
      const card = cards[Math.max(0, Math.min(this.#place, cards.length - 1))];
      const next =
        card?.querySelector<HTMLElement>('a, button') ?? this.host.shadowRoot?.querySelector<HTMLElement>('.retry');
      // A list on its way has nothing to be at yet.
      if (!focused.isConnected && !next) return;
      (focused.isConnected ? focused : next)?.focus({ preventScroll: true });
    }
    this.#focused = undefined;
  }

  get #cards(): HTMLElement[] {
    return [...(this.host.shadowRoot?.querySelectorAll<HTMLElement>('li[data-id], li[data-dismissed]') ?? [])];
  }
}
