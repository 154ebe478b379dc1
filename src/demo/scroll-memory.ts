/** Remembers how far each page was scrolled, so that the back button leads to where the shopper was. */
export class ScrollMemory {
  readonly #places = new Map<string, number>();
  #key = '';

  /**
   * @param history where the key of a history entry is kept
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
    this.#places.set(this.#key, this.position());
  }

  /** Call it once the address has changed: where to scroll to. A page come to afresh starts at its top. */
  arrive(): number {
    const state: unknown = this.history.state;
    const known = typeof state === 'object' && state !== null && 'entry' in state ? String(state.entry) : '';
    this.#key = known || `${Date.now()}-${this.#places.size}`;
    if (!known) this.history.replaceState({ entry: this.#key }, '');
    return this.#places.get(this.#key) ?? 0;
  }
}
