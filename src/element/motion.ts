/** Where a card was and what had the focus, before an update. */
export interface Snapshot {
  places: Map<string, DOMRect>;
  focused: HTMLElement | null;
}

const cardsIn = (root: ParentNode): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('li[data-id]')];

/** Remembers where every card of a list is. */
export function takeSnapshot(root: ShadowRoot): Snapshot {
  const places = new Map(cardsIn(root).map((card) => [card.dataset.id ?? '', card.getBoundingClientRect()]));
  return { places, focused: root.activeElement instanceof HTMLElement ? root.activeElement : null };
}

/**
 * Plays the way from a snapshot to the present: cards that moved glide to their new place, new ones fade in, the rest
 * does not stir. Moving a node in the document takes its focus away, so the focus is put back. Without a list before, or
 * with reduced motion, nothing moves.
 */
export function playFrom({ places, focused }: Snapshot, root: ShadowRoot): void {
  if (focused?.isConnected && root.activeElement === null) focused.focus({ preventScroll: true });
  if (places.size === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
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
