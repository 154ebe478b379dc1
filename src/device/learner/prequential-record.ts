/** Time constant of the running mean, in choices. */
const MEMORY = 10;
/** Bound of the gain of one choice: a single large gain must not hide later losses. */
export const MAX_GAIN = 100;

/** Whether the read-outs helped on choices that they had not learned from yet: the guard against learning that harms. */
export class PrequentialRecord {
  #gain = 0;

  /** Mean gain in log-likelihood on the last choices before they were learned, nats per choice. */
  get gain(): number {
    return this.#gain;
  }

  restore(gain: number): void {
    this.#gain = gain;
  }

  /**
   * Adds the gain of one choice, nats.
   * @param floor mean gain, nats per choice, below which the read-outs restart from zero
   * @returns whether the read-outs made recent lists worse; the record then restarts at 0
   */
  note(gain: number, floor: number): boolean {
    const bounded = Math.max(-MAX_GAIN, Math.min(MAX_GAIN, gain));
    this.#gain += (bounded - this.#gain) / MEMORY;
    const lost = this.#gain < floor;
    if (lost) this.#gain = 0;
    return lost;
  }
}
