/** Page Down and Page Up move from card to card, Control with Home or End out of the feed, as screen readers expect of a feed. */
export function moveFocus(event: KeyboardEvent): void {
  const { key, ctrlKey, target, currentTarget } = event;
  if (!(currentTarget instanceof Element) || !(target instanceof Node)) return;
  if (ctrlKey && (key === 'Home' || key === 'End')) {
    const edge = key === 'Home' ? currentTarget.previousElementSibling : currentTarget.nextElementSibling;
    if (edge instanceof HTMLElement) edge.focus();
    event.preventDefault();
    return;
  }
  const step = key === 'PageDown' ? 1 : key === 'PageUp' ? -1 : 0;
  const cards = [...currentTarget.querySelectorAll<HTMLElement>('.item')];
  const at = cards.findIndex((card) => card.contains(target));
  const next = step === 0 || at < 0 ? undefined : cards[at + step];
  if (!next) return;
  event.preventDefault();
  next.querySelector<HTMLElement>('a, button')?.focus();
}
