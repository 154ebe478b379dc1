import type { EventType, History } from '../../events';
import type { BaseSignal, CatalogIndex } from '../../ranking';
import { PreferenceDistance } from '../windows/drift-distance';
import { featureBlocks } from './feature-blocks';
import { PreferenceExperts, type StoredPreferences } from './user-experts';

/** The preferences of one shopper over the features of the present catalogue and base model. */
export class PreferenceModel {
  readonly #history: History;
  #experts: PreferenceExperts | null = null;
  /** The experts' coefficients when the features last changed. */
  #stored: StoredPreferences = {};
  #distance: PreferenceDistance | null = null;

  constructor(history: History) {
    this.#history = history;
  }

  restore(stored: StoredPreferences): void {
    this.#stored = stored;
    this.#experts = null;
  }

  save(): StoredPreferences {
    return this.#experts?.save() ?? this.#stored;
  }

  /** Call it when catalogue or base model change. */
  featuresChanged(): void {
    this.#stored = this.save();
    this.#experts = null;
    this.#distance = null;
  }

  experts(index: CatalogIndex, base: BaseSignal | null): PreferenceExperts {
    this.#experts ??= PreferenceExperts.over(featureBlocks(index, base), this.#stored, this.#history);
    return this.#experts;
  }

  /**
   * Learns from a dismissal, or reverts one. Choices in between keep the steps that they took under it.
   * @param experts returns null where none are learned
   * @returns false for all other events, which change nothing
   */
  learnDismissal(type: EventType, row: number, experts: () => PreferenceExperts | null): boolean {
    if (type !== 'dismiss' && type !== 'undismiss') return false;
    const { dismissed, rows, record } = this.#history;
    const known = new Set(rows).size;
    const before = record.dislikes.get(row);
    if (type === 'dismiss') {
      if (!dismissed.has(row) && experts()?.dismiss(row)) record.dislikes.set(row, known);
    } else if (before !== undefined) {
      // Every choice of an item not chosen before has decayed the coefficients.
      experts()?.undoDismiss(row, Math.max(0, known - before));
      record.dislikes.delete(row);
    }
    return true;
  }

  /** Forgets all preferences; no dismissal is left to be reverted. */
  clear(): void {
    this.#experts?.clear();
    this.#history.record.dislikes.clear();
  }

  /** Distance of a choice from the preferences before it; null where there is nothing to compare. */
  distanceOf(row: number, index: CatalogIndex, base: BaseSignal | null): number | null {
    this.#distance ??= new PreferenceDistance(index, base && { width: base.width, values: base.items });
    return this.#distance.of(row, this.#history.rows, this.#history.strengths);
  }
}
