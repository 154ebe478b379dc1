/** Whether the shopper asked for less motion. */
export const prefersReducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

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
