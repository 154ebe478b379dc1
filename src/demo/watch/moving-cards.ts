/** Duration of a card's move to its new place, ms. */
const DURATION = 450;

/** Moves the cards of a list from their places before an update to those after it. */
export class MovingCards {
  readonly #before = new Map<string, { left: number; top: number }>();

  /** Call it before the list is rendered again. */
  remember(cards: Iterable<HTMLElement>): void {
    this.#before.clear();
    for (const card of cards) {
      const { left, top } = card.getBoundingClientRect();
      this.#before.set(card.dataset.id ?? '', { left: left + scrollX, top: top + scrollY });
    }
  }

  /** Call it after the list was rendered. Nothing moves if the shopper prefers reduced motion. */
  move(cards: Iterable<HTMLElement>): void {
    if (this.#before.size === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (const card of cards) {
      const { left, top } = card.getBoundingClientRect();
      const before = this.#before.get(card.dataset.id ?? '');
      if (before) {
        const [x, y] = [before.left - left - scrollX, before.top - top - scrollY];
        if (x === 0 && y === 0) continue;
        card.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], timing);
      } else
        card.animate(
          [
            { opacity: 0, transform: 'scale(0.8)' },
            { opacity: 1, transform: 'none' },
          ],
          timing,
        );
    }
    this.#before.clear();
  }
}

const timing: KeyframeAnimationOptions = { duration: DURATION, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)' };
