import type { TermName } from '../ranking';

/** Terms whose values are learned on the device. */
export const LEARNED_TERMS = ['preference', 'experts'] as const satisfies TermName[];
export type LearnedTerm = (typeof LEARNED_TERMS)[number];

/** Time constant of the running mean, in choices. */
const MEMORY = 10;
/** Mean gain, in nats per choice, below which the ladders' experts start from zero. */
const EXPERTS_FLOOR = -0.01;
/** Bound of the gain of one choice, so that one large gain does not hide later losses. */
export const MOST_GAIN = 100;

/** Mean gain in log-likelihood, nats, of each learned term on the last choices before it learned from them. */
export type Gains = Record<LearnedTerm, number>;

/** Whether each learned term helped on choices that it had not learned from yet: the guard against learning that harms. */
export class PrequentialRecord {
  #gains: Gains = { preference: 0, experts: 0 };

  get gains(): Gains {
    return { ...this.#gains };
  }

  restore(gains: Gains): void {
    this.#gains = { ...gains };
  }

  /**
   * Adds the gains of one choice.
   * @param floor mean gain of `preference`, nats per choice, below which it starts from zero
   * @returns the terms that made recent lists worse; their record starts again at 0
   */
  note(gains: Gains, floor: number): LearnedTerm[] {
    return LEARNED_TERMS.filter((name) => {
      const gain = Math.max(-MOST_GAIN, Math.min(MOST_GAIN, gains[name]));
      this.#gains[name] += (gain - this.#gains[name]) / MEMORY;
      const lost = this.#gains[name] < (name === 'preference' ? floor : EXPERTS_FLOOR);
      if (lost) this.#gains[name] = 0;
      return lost;
    });
  }
}
