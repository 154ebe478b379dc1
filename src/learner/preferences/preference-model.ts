import type { EventType, History } from '../../events';
import type { BaseSignal, CatalogueIndex } from '../../ranking';
import { TasteDistance } from '../windows/drift-distance';
import { type StoredTaste, TasteExperts } from './preference-expert';
import { tasteSpace } from './preference-features';

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

  /**
   * Learns a dismissal, or takes back what it taught. Choices between the two were learned in the light of it, and stay so.
   * @param experts null where none are learned
   * @returns false for all other events, which it leaves alone
   */
  judge(type: EventType, row: number, experts: () => TasteExperts | null): boolean {
    if (type !== 'dismiss' && type !== 'undismiss') return false;
    const { dismissed, rows, record } = this.#history;
    const known = new Set(rows).size;
    const before = record.dislikes.get(row);
    if (type === 'dismiss') {
      if (!dismissed.has(row) && experts()?.dislike(row)) record.dislikes.set(row, known);
    } else if (before !== undefined) {
      // Every choice of an item not chosen before has faded the taste.
      experts()?.forgive(row, Math.max(0, known - before));
      record.dislikes.delete(row);
    }
    return true;
  }

  /** Forgets everything; what was disliked has nothing left to take back. */
  clear(): void {
    this.#experts?.clear();
    this.#history.record.dislikes.clear();
  }

  /** How far a choice is from the taste before it; null where there is nothing to compare. */
  distanceOf(row: number, index: CatalogueIndex, base: BaseSignal | null): number | null {
    this.#distance ??= new TasteDistance(index, base && { width: base.width, values: base.items });
    return this.#distance.of(row, this.#history.rows, this.#history.strengths);
  }
}
