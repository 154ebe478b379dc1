/** Scroll positions of the pages in the history, so that the back button restores them. */
export class ScrollMemory {
  readonly #positions = new Map<string, number>();
  #key = '';

  /**
   * @param history holds the key of each entry in its state
   * @param position reads the page's scroll position
   */
  constructor(
    private readonly history: History,
    private readonly position: () => number,
  ) {
    history.scrollRestoration = 'manual';
    this.arrive();
  }

  /** Call it before the page changes. */
  leave(): void {
    this.#positions.set(this.#key, this.position());
  }

  /** Call it once the address has changed. @returns the position to scroll to; 0 for a new page */
  arrive(): number {
    const state: unknown = this.history.state;
    const known = typeof state === 'object' && state !== null && 'entry' in state ? String(state.entry) : '';
    this.#key = known || `${Date.now()}-${this.#positions.size}`;
    if (!known) this.history.replaceState({ entry: this.#key }, '');
    return this.#positions.get(this.#key) ?? 0;
  }
}
