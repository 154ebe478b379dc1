import type { BaseSignal, CatalogueIndex } from '../ranking';
import { TasteDistance } from './drift-distance';
import type { History } from './history';
import { type StoredTaste, TasteExperts } from './taste-expert';
import { tasteSpace } from './taste-space';

/** The taste of one shopper in terms of what catalogue and base model offer at the moment. */
export class HeardTaste {
  readonly #history: History;
  #experts: TasteExperts | null = null;
  /** What the experts knew when they were last put away. */
  #stored: StoredTaste = {};
  #distance: TasteDistance | null = null;

  constructor(history: History) {
    this.#history = history;
  }

  restore(stored: StoredTaste): void {
    this.#stored = stored;
    this.#experts = null;
  }

  save(): StoredTaste {
    return this.#experts?.save() ?? this.#stored;
  }

  /** Catalogue or base model changed, and with them what items are compared by. */
  spaceChanged(): void {
    this.#stored = this.save();
    this.#experts = null;
    this.#distance = null;
  }

  experts(index: CatalogueIndex, base: BaseSignal | null): TasteExperts {
    this.#experts ??= TasteExperts.over(tasteSpace(index, base), this.#stored, this.#history);
    return this.#experts;
  }

  /** How far a choice is from the taste before it; null where there is nothing to compare. */
  distanceOf(row: number, index: CatalogueIndex, base: BaseSignal | null): number | null {
    this.#distance ??= new TasteDistance(index, base && { width: base.width, values: base.items });
    return this.#distance.of(row, this.#history.rows, this.#history.strengths);
  }
}
