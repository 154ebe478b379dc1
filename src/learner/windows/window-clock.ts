import type { StoredDrift } from './drift';
import { DriftDetector } from './drift';

/** Choices after which a window ends when no drift ends it before. */
const WINDOW_CHOICES = 40;

/** A clock as it is stored. */
export interface StoredClock {
  /** Windows closed. */
  windows: number;
  /** Choices since the last window closed. */
  windowChoices: number;
  /** Drifts found. */
  drifts: number;
  /** State of the drift detector; absent before there was one. */
  drift?: StoredDrift;
}

/** Tells when a window of the shopper's stream ends: when the taste drifts, or after 40 choices. */
export class WindowClock {
  #detector = new DriftDetector();
  #closed = 0;
  #choices = 0;
  #drifts = 0;
  #drifted = false;

  restore({ windows, windowChoices, drifts, drift }: StoredClock): void {
    this.#closed = windows;
    this.#choices = windowChoices;
    this.#drifts = drifts;
    if (drift) this.#detector = DriftDetector.restore(drift);
  }

  save(): StoredClock {
    return { windows: this.#closed, windowChoices: this.#choices, drifts: this.#drifts, drift: this.#detector.save() };
  }

  /** Windows closed. */
  get closed(): number {
    return this.#closed;
  }

  /** Drifts found. */
  get drifts(): number {
    return this.#drifts;
  }

  /** True when the window is to end. */
  get due(): boolean {
    return this.#drifted || this.#choices >= WINDOW_CHOICES;
  }

  /**
   * Counts one choice.
   * @param distance from the taste before it, see `TasteDistance`; null where there is nothing to compare
   * @returns true when a drift is found with it
   */
  count(distance: number | null): boolean {
    this.#choices++;
    if (distance === null || !this.#detector.observe(distance)) return false;
    this.#drifts++;
    this.#drifted = true;
    return true;
  }

  close(): void {
    this.#closed++;
    this.#choices = 0;
    this.#drifted = false;
  }
}
