import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { prefersReducedMotion } from './scroller';

/** Where every card of a list was before an update, by its item's id. */
export type CardPositions = Map<string, DOMRect>;

const cardsIn = (root: ParentNode): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('li[data-id]')];

export function cardPositions(root: ParentNode): CardPositions {
  return new Map(cardsIn(root).map((card) => [card.dataset.id ?? '', card.getBoundingClientRect()]));
}

/**
 * Animates the cards from their positions before an update: moved cards glide to their new place, and new cards fade in. With
 * reduced motion, or without earlier cards, nothing moves.
 */
export function animateMoves(before: CardPositions, root: ParentNode): void {
  if (before.size === 0 || prefersReducedMotion()) return;
  const timing = { duration: 260, easing: 'cubic-bezier(.2, .7, .2, 1)' };
  for (const card of cardsIn(root)) {
    const was = before.get(card.dataset.id ?? '');
    if (!was) {
      card.animate({ opacity: [0, 1] }, timing);
      continue;
    }
    const now = card.getBoundingClientRect();
    const [dx, dy] = [was.left - now.left, was.top - now.top];
    if (Math.abs(dx) > 1 || Math.abs(dy) > 1)
      card.animate({ transform: [`translate(${dx}px, ${dy}px)`, 'none'] }, timing);
  }
}

/** Keeps the keyboard focus at its place in a list whose cards come and go: a removed or moved element loses it. */
export class FocusRestoration implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  #focused: HTMLElement | undefined;
  /** Index of the focused card among the list's cards. */
  #index = 0;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdate(): void {
    const focused = this.#host.shadowRoot?.activeElement as HTMLElement | null | undefined;
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
        card?.querySelector<HTMLElement>('a, button') ?? this.#host.shadowRoot?.querySelector<HTMLElement>('.retry');
      // A loading list has nothing to focus yet.
      if (!focused.isConnected && !next) return;
      (focused.isConnected ? focused : next)?.focus({ preventScroll: true });
    }
    this.#focused = undefined;
  }

  get #cards(): HTMLElement[] {
    return [
      ...(this.#host.shadowRoot?.querySelectorAll<HTMLElement>('[part=item]:is([data-id], [data-dismissed])') ?? []),
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
