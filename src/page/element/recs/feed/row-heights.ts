/** The cards in the page: from `first` up to, but not including, `last`. */
export interface CardWindow {
  first: number;
  last: number;
}

/** Heights of the rows of a grid of cards, of which only some are in the page. */
export class RowHeights {
  columns = 1;
  /** Mean height of a row, px; 0 until one is measured. */
  mean = 0;
  readonly #heights: number[] = [];

  set(row: number, height: number): void {
    this.#heights[row] = height;
    const known = this.#heights.filter((value) => value > 0);
    // A page's styles may put all cards into one line, whose cards have the same top.
    this.mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  }

  /** Starts over with another number of columns. @returns whether it is another one */
  arrange(columns: number): boolean {
    if (columns === this.columns) return false;
    this.columns = columns;
    this.#heights.length = 0;
    return true;
  }

  /**
   * The cards around one, from the row before it.
   * @param height how far they reach, px
   * @param count of all cards
   */
  around(at: number, height: number, count: number): CardWindow {
    const first = Math.max(0, Math.floor(at / this.columns) - 1) * this.columns;
    const rows = this.mean > 0 ? Math.ceil(height / this.mean) : 4;
    return { first, last: Math.min(count, first + (rows + 2) * this.columns) };
  }

  /** Total height of the rows of some cards, px. @param first and `last`: as in `CardWindow` */
  between(first: number, last: number): number {
    let sum = 0;
    for (let row = Math.floor(first / this.columns); row < Math.ceil(last / this.columns); row++) sum += this.#of(row);
    return sum;
  }

  /**
   * The cards whose rows are in a range of the grid.
   * @param from and `to`: distances from the top of the grid, px
   * @param count of all cards
   */
  within(from: number, to: number, count: number): CardWindow {
    const rows = Math.ceil(count / this.columns);
    let row = 0;
    let bottom = this.#of(0);
    while (row < rows - 1 && bottom < from) bottom += this.#of(++row);
    const first = row * this.columns;
    while (row < rows - 1 && bottom < to) bottom += this.#of(++row);
    return { first, last: Math.min(count, (row + 1) * this.columns) };
  }

  #of(row: number): number {
    return this.#heights[row] ?? this.mean;
  }
}

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

/** The feed's scroll container: an element of the page, or the window. */
export function scrollerOf({ parentElement }: Element): Element | Window {
  let scroller = parentElement;
  while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflowY)) scroller = scroller.parentElement;
  return scroller ?? window;
}
