/** Share of a card that must be on screen, and for how long (ms), before the card counts as seen: the usual viewability rule. */
const IMPRESSION_SHARE = 0.5;
export const IMPRESSION_DWELL = 1000;

/** Reports each item of a response once, when its card has been in view long enough. */
export class Impressions {
  /** Undefined if elements are rendered without a browser. */
  readonly #observer: IntersectionObserver | undefined =
    globalThis.IntersectionObserver &&
    new IntersectionObserver((entries) => this.#changed(entries), { threshold: IMPRESSION_SHARE });
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #counted = new Set<string>();
  #ids = new Map<Element, string>();
  #response = '';

  /** @param seen receives the item's id, once per response. */
  constructor(private readonly seen: (id: string) => void) {}

  /** Watches the cards of a response, each with its item's id in `data-id`; the same cards again change nothing. */
  watch(response: string, cards: HTMLElement[]): void {
    const unchanged = (card: HTMLElement) => this.#ids.get(card) === card.dataset.id;
    if (response === this.#response && cards.length === this.#ids.size && cards.every(unchanged)) return;
    if (response !== this.#response) this.#counted.clear();
    this.#response = response;
    this.#clear();
    this.#ids = new Map(cards.map((card) => [card, card.dataset.id ?? '']));
    for (const card of cards) this.#observer?.observe(card);
  }

  /** Stops watching; a later `watch` of the same response continues where this one stopped. */
  stop(): void {
    this.#clear();
    this.#ids.clear();
  }

  #clear(): void {
    this.#observer?.disconnect();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #changed(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting, intersectionRatio } of entries) {
      const id = this.#ids.get(target);
      if (id === undefined || this.#counted.has(id)) continue;
      clearTimeout(this.#waiting.get(id));
      this.#waiting.delete(id);
      // Rounding leaves a card that is exactly half in view a hair below the threshold.
      if (isIntersecting && intersectionRatio >= IMPRESSION_SHARE - 0.01) {
        this.#waiting.set(
          id,
          setTimeout(() => this.#count(id), IMPRESSION_DWELL),
        );
      }
    }
  }

  #count(id: string): void {
    this.#waiting.delete(id);
    if (globalThis.document?.visibilityState === 'hidden') return;
    this.#counted.add(id);
    this.seen(id);
  }
}
