import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Keeps the keyboard focus at its place in a list whose cards come and go: a removed or moved element loses it. */
export class FocusRestoration implements ReactiveController {
  #focused: HTMLElement | undefined;
  /** Index of the focused card among the list's cards. */
  #index = 0;

  constructor(private readonly host: ReactiveControllerHost & Element) {
    host.addController(this);
  }

  hostUpdate(): void {
    const focused = this.host.shadowRoot?.activeElement as HTMLElement | null | undefined;
    if (!focused) return;
    this.#focused = focused;
    this.#index = this.#cards.findIndex((card) => card.contains(focused));
  }

  hostUpdated(): void {
    const focused = this.#focused;
    if (!focused) return;
    // A shopper who moved the focus elsewhere keeps it there.
    if (document.activeElement === document.body) {
      const cards = this.#cards;
      const card = cards[Math.max(0, Math.min(this.#index, cards.length - 1))];
      const next =
        card?.querySelector<HTMLElement>('a, button') ?? this.host.shadowRoot?.querySelector<HTMLElement>('.retry');
      // A loading list has nothing to focus yet.
      if (!focused.isConnected && !next) return;
      (focused.isConnected ? focused : next)?.focus({ preventScroll: true });
    }
    this.#focused = undefined;
  }

  get #cards(): HTMLElement[] {
    return [
      ...(this.host.shadowRoot?.querySelectorAll<HTMLElement>('[part=item]:is([data-id], [data-dismissed])') ?? []),
    ];
  }
}

let region: HTMLElement | undefined;

/**
 * Adds the page's one live region, early: browsers only announce changes of a region they already know. A second copy of the
 * package reuses the region of the first.
 */
export function prepareAnnouncer(): void {
  if (region?.isConnected) return;
  region = document.querySelector<HTMLElement>('[data-sidestream=announcer]') ?? document.createElement('div');
  if (region.isConnected) return;
  region.setAttribute('role', 'status');
  region.dataset.sidestream = 'announcer';
  // Out of sight but not `display: none`, which would silence it. Set through the CSSOM, because a policy may bar style attributes.
  Object.assign(region.style, {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  });
  document.body.append(region);
}

export function announce(message: string): void {
  prepareAnnouncer();
  if (region) region.textContent = message;
}
