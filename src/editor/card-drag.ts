import type { FormPin } from './model';

/** Movement from which a press is a drag, pixels. */
const DRAGGED = 6;
/** Time for which a finger has to rest before it drags, ms: until then, it scrolls. */
const HOLD = 400;

/**
 * Drags cards of the preview to another place. The list is inert, so that a drag neither follows links nor selects texts: everything
 * arrives at the page.
 */
export class CardDrag {
  #drag: { itemId: string; x: number; y: number; moved: boolean; to: number } | undefined;
  /** Runs while a finger rests. */
  #hold: ReturnType<typeof setTimeout> | undefined;

  /** @param cards of the list, in its order */
  constructor(
    private readonly page: HTMLElement,
    private readonly cards: () => HTMLElement[],
    private readonly dropped: (pin: FormPin) => void,
  ) {
    page.addEventListener('pointerdown', this.#press);
    // A finger that drags does not scroll, and one that rests opens no menu.
    for (const type of ['touchmove', 'contextmenu'])
      page.addEventListener(type, (event) => this.#drag?.moved && event.preventDefault(), { passive: false });
    addEventListener('pointermove', this.#moved);
    addEventListener('pointerup', this.#drop);
    addEventListener('pointercancel', this.#cancel);
    addEventListener('keydown', ({ key }: KeyboardEvent) => key === 'Escape' && this.#cancel());
  }

  /** The place in the list under the pointer; -1 for none. */
  #placeAt({ clientX, clientY }: PointerEvent): number {
    return this.cards().findIndex((card) => {
      const { left, right, top, bottom } = card.getBoundingClientRect();
      return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    });
  }

  readonly #press = (event: PointerEvent): void => {
    if (event.button !== 0 || !event.isPrimary) return;
    // The header and the dialog may lie over the list.
    if (!(event.target instanceof Element) || event.target.closest('button, a, input, select, dialog, header')) return;
    const itemId = this.cards()[this.#placeAt(event)]?.dataset.id;
    if (itemId === undefined) return;
    event.preventDefault();
    const drag = { itemId, x: event.clientX, y: event.clientY, moved: false, to: -1 };
    this.#drag = drag;
    if (event.pointerType !== 'touch') return;
    this.#hold = setTimeout(() => {
      this.#hold = undefined;
      drag.moved = true;
      this.#mark(itemId, -1);
    }, HOLD);
  };

  readonly #moved = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (!drag) return;
    const isFar = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > DRAGGED;
    if (isFar && this.#hold) {
      this.#cancel();
      return;
    }
    drag.moved ||= isFar;
    if (!drag.moved) return;
    drag.to = this.#placeAt(event);
    this.#mark(drag.itemId, drag.to);
  };

  readonly #drop = (): void => {
    const drag = this.#drag;
    this.#cancel();
    if (drag?.moved && drag.to >= 0) this.dropped({ itemId: drag.itemId, position: drag.to });
  };

  readonly #cancel = (): void => {
    clearTimeout(this.#hold);
    this.#hold = undefined;
    if (this.#drag) this.#mark('', -1);
    this.#drag = undefined;
  };

  #mark(itemId: string, to: number): void {
    for (const [n, card] of this.cards().entries()) {
      card.style.opacity = card.dataset.id === itemId ? '0.4' : '';
      card.style.outline = n === to ? '3px solid var(--accent)' : '';
      card.style.outlineOffset = '4px';
    }
    this.page.classList.toggle('dragging', itemId !== '');
  }
}
