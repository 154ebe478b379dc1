import { DriftDetector, type StoredDrift } from './drift';

/** Choices after which a window ends without a drift. */
const WINDOW_CHOICES = 40;

/** Stored form of a clock. */
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

/** Decides when a window of the shopper's stream ends: when the preferences drift, or after 40 choices. */
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

  /** True when the window ends with the next training. */
  get due(): boolean {
    return this.#drifted || this.#choices >= WINDOW_CHOICES;
  }

  /**
   * Counts one choice.
   * @param distance from the preferences before it, see `PreferenceDistance`; null where there is nothing to compare
   * @returns true when it is a drift
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
