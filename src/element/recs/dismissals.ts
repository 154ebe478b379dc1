import type { Recommendation } from '../../protocol';

/** A dismissed product and the place of its card. */
export interface DismissedCard {
  recommendation: Recommendation;
  /** 0-based place among everything in the list. */
  place: number;
}

/** One place of a list: a card, or the placeholder of a dismissed one. */
export type Place = { card: Recommendation; dismissed?: undefined } | { card?: undefined; dismissed: DismissedCard };

/**
 * Products dismissed in one list. The place of a dismissed card stays, with an undo button: nothing moves under the
 * pointer, and the button does not disappear after a time.
 */
export class Dismissals {
  readonly #ids = new Set<string>();
  #places: DismissedCard[] = [];

  /** Every dismissed id. */
  get ids(): string[] {
    return [...this.#ids];
  }

  /** Number of places that dismissed cards take. */
  get taken(): number {
    return this.#places.length;
  }

  /** @param max places that dismissed cards may keep; the oldest are given up */
  add(recommendation: Recommendation, place: number, max: number): void {
    this.#ids.add(recommendation.item.id);
    this.#places.push({ recommendation, place });
    this.#places.splice(0, this.#places.length - Math.max(1, max));
  }

  /** Takes a dismissal back; undefined when there is none. */
  undo(id: string): Recommendation | undefined {
    const found = this.#places.find(({ recommendation }) => recommendation.item.id === id);
    if (!found) return undefined;
    this.#ids.delete(id);
    this.#places = this.#places.filter((place) => place !== found);
    return found.recommendation;
  }

  /** Gives the places up, because the list has another placement or item; the ids stay dismissed. */
  clearPlaces(): void {
    this.#places = [];
  }

  /** Drops every dismissal. */
  clear(): void {
    this.#ids.clear();
    this.clearPlaces();
  }

  /** Cards in order, with the dismissed ones at their places. */
  among(items: Recommendation[]): Place[] {
    const places: Place[] = items.map((card) => ({ card }));
    const inOrder = [...this.#places].sort((one, other) => one.place - other.place);
    for (const dismissed of inOrder) places.splice(dismissed.place, 0, { dismissed });
    return places;
  }
}
