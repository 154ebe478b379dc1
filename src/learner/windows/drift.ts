/** Bound of a distance, in standard deviations; larger ones are clipped. */
export const FURTHEST = 1e4;

/** Stored form of a drift detector, part of the profile. */
export interface StoredDrift {
  /** Number of distances, including those that the prior counts for. */
  count: number;
  /** Their mean. */
  mean: number;
  /** Sum of squared differences from the mean. */
  squares: number;
  /** The statistic of Page and Hinkley, 0 up to the threshold. */
  rise: number;
}

export interface DriftOptions {
  /** Lambda: rise of the summed z-scores at which a drift is declared. Default 9.5: about one false alarm per 100 events. */
  threshold?: number;
  /** Delta: what a z-score must exceed to count, in standard deviations. Default 0. */
  tolerance?: number;
}

/**
 * Mean and standard deviation of the distances before the first one, and how many distances that prior counts for: enough
 * that the mean does not follow a shift at once.
 */
const PRIOR = { mean: -0.6, deviation: 0.65, count: 80 };

/**
 * Detects that a shopper turns to other items: the test of Page and Hinkley for a rise of a mean (E. S. Page, Continuous
 * inspection schemes, Biometrika 41, 1954; D. V. Hinkley, Inference about the change-point from cumulative sum tests,
 * Biometrika 58, 1971) on the distance of each choice from the preferences before it. Mean and deviation of the distances
 * are learned from this shopper, starting from the prior.
 */
export class DriftDetector {
  readonly #threshold: number;
  readonly #tolerance: number;
  #state: StoredDrift = {
    count: PRIOR.count,
    mean: PRIOR.mean,
    squares: PRIOR.count * PRIOR.deviation ** 2,
    rise: 0,
  };

  constructor({ threshold = 9.5, tolerance = 0 }: DriftOptions = {}) {
    this.#threshold = threshold;
    this.#tolerance = tolerance;
  }

  /** Continues from a saved state. */
  static restore(stored: StoredDrift, options?: DriftOptions): DriftDetector {
    const detector = new DriftDetector(options);
    detector.#state = { ...stored };
    return detector;
  }

  save(): StoredDrift {
    return { ...this.#state };
  }

  /**
   * Adds one choice.
   * @param distance of `PreferenceDistance`; ignored when it is not finite
   * @returns true when a drift is declared with this choice; the rise then starts from 0 again, mean and deviation stay
   */
  observe(distance: number): boolean {
    if (!Number.isFinite(distance)) return false;
    const far = Math.max(-FURTHEST, Math.min(FURTHEST, distance));
    const { count, mean, squares, rise } = this.#state;
    const deviation = Math.sqrt(squares / count) || PRIOR.deviation;
    const risen = Math.max(0, rise + (far - mean) / deviation - this.#tolerance);
    const drift = risen > this.#threshold;
    const difference = far - mean;
    const moved = mean + difference / (count + 1);
    this.#state = {
      count: count + 1,
      mean: moved,
      squares: squares + difference * (far - moved),
      rise: drift ? 0 : risen,
    };
    return drift;
  }
}
