import type { Recommendation } from '../../protocol';

/** A product the shopper is not interested in, where its card was. */
export interface Dismissed {
  recommendation: Recommendation;
  /** 0-based place among everything in the list. */
  place: number;
}

/** One place of a list: a card, or what is left of a dismissed one. */
export type Place = { card: Recommendation; gone?: undefined } | { card?: undefined; gone: Dismissed };

/**
 * What one list's shopper dismissed. The place of a dismissed card stays, with a button that takes the dismissal back:
 * nothing moves under the pointer, and there is no hurry.
 */
export class Dismissals {
  readonly #ids = new Set<string>();
  #places: Dismissed[] = [];

  /** Every dismissed id. */
  get ids(): string[] {
    return [...this.#ids];
  }

  /** How many places are taken by dismissed cards. */
  get taken(): number {
    return this.#places.length;
  }

  /** @param room most places that dismissed cards may keep; the oldest give way */
  add(recommendation: Recommendation, place: number, room: number): void {
    this.#ids.add(recommendation.item.id);
    this.#places.push({ recommendation, place });
    this.#places.splice(0, this.#places.length - Math.max(1, room));
  }

  /** Takes a dismissal back. Undefined when there is none to take back. */
  undo(id: string): Recommendation | undefined {
    const found = this.#places.find(({ recommendation }) => recommendation.item.id === id);
    if (!found) return undefined;
    this.#ids.delete(id);
    this.#places = this.#places.filter((gone) => gone !== found);
    return found.recommendation;
  }

  /** Gives the places back, because the list is about something else now; the dismissals stand. */
  leave(): void {
    this.#places = [];
  }

  /** Forgets every dismissal. */
  clear(): void {
    this.#ids.clear();
    this.leave();
  }

  /** Cards in order, with what was dismissed among them where it was. */
  among(items: Recommendation[]): Place[] {
    const places: Place[] = items.map((card) => ({ card }));
    const inOrder = [...this.#places].sort((one, other) => one.place - other.place);
    for (const gone of inOrder) places.splice(gone.place, 0, { gone });
    return places;
  }
}
