import type { FormPin } from './model';

/**
 * Drags cards of the preview to another place. The list is inert, so that it follows no link and selects no text; the box around it is
 * what the browser drags, by mouse and by finger.
 */
export class CardDrag {
  #itemId = '';

  /** @param cards of the list, in its order */
  constructor(
    private readonly cards: () => HTMLElement[],
    private readonly dropped: (pin: FormPin) => void,
  ) {}

  handleEvent(event: DragEvent): void {
    const { clientX: x, clientY: y } = event;
    const cards = this.cards();
    const position = cards.findIndex((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return x >= left && x <= right && y >= top && y <= bottom;
    });
    const card = cards[position];
    const itemId = this.#itemId;
    if (event.type === 'dragstart') {
      this.#itemId = card?.dataset.id ?? '';
      if (!card) {
        event.preventDefault();
        return;
      }
      const { left, top } = card.getBoundingClientRect();
      event.dataTransfer?.setData('text/plain', this.#itemId);
      event.dataTransfer?.setDragImage(card, x - left, y - top);
    } else if (event.type === 'dragend') this.#itemId = '';
    // Other things may be dragged over the list as well.
    else if (itemId && card) event.preventDefault();
    for (const one of cards) {
      one.style.outline = one === card && event.type === 'dragover' && itemId ? '3px solid var(--accent)' : '';
      one.style.outlineOffset = '4px';
    }
    if (event.type === 'drop' && itemId && card) this.dropped({ itemId, position });
  }
}
