import { calm } from './scroller';

/** Where every card of a list was before an update, by its item's id. */
export type Snapshot = Map<string, DOMRect>;

const cardsIn = (root: ParentNode): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('li[data-id]')];

/** Remembers where every card of a list is. */
export function takeSnapshot(root: ShadowRoot): Snapshot {
  return new Map(cardsIn(root).map((card) => [card.dataset.id ?? '', card.getBoundingClientRect()]));
}

/**
 * Plays the way from a snapshot to the present: cards that moved glide to their new place, new ones fade in, the rest
 * does not stir. Without a list before, or with reduced motion, nothing moves.
 */
export function playFrom(places: Snapshot, root: ShadowRoot): void {
  if (places.size === 0 || calm()) return;
  const timing = { duration: 260, easing: 'cubic-bezier(.2, .7, .2, 1)' };
  for (const card of cardsIn(root)) {
    const before = places.get(card.dataset.id ?? '');
    if (!before) {
      card.animate({ opacity: [0, 1] }, timing);
      continue;
    }
    const now = card.getBoundingClientRect();
    const [dx, dy] = [before.left - now.left, before.top - now.top];
    if (Math.abs(dx) > 1 || Math.abs(dy) > 1)
      card.animate({ transform: [`translate(${dx}px, ${dy}px)`, 'none'] }, timing);
  }
}
