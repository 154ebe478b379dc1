import * as v from 'valibot';
import { LEARNED_TERMS, type LearnedTerm } from './personal-weights';

/** Memory of the record, in choices. */
const MEMORY = 10;
/** Mean loss (nats per choice) at which a learned term is to be silenced. */
const FLOOR: Record<LearnedTerm, number> = { taste: -0.25, experts: -0.01 };
/** Bound of the gain of one choice, so that one large gain does not hide later losses. */
const LIMIT = 100;

/** A mean gain, as a profile holds it. */
export const gainSchema = v.pipe(v.number(), v.minValue(-LIMIT), v.maxValue(LIMIT));

/** Mean gain in log-likelihood, in nats, that each learned term brought to the last choices before they were learned. */
export type Gains = Record<LearnedTerm, number>;

/** The guard's record of what was learned: whether it helped on choices that it did not know yet. */
export class PrequentialRecord {
  #gains: Gains = { taste: 0, experts: 0 };

  get gains(): Gains {
    return { ...this.#gains };
  }

  restore(gains: Gains): void {
    this.#gains = { ...gains };
  }

  /**
   * Takes in what each learned term brought to a choice.
   * @returns those that made the lists worse lately; their record begins again
   */
  note(gains: Gains): LearnedTerm[] {
    return LEARNED_TERMS.filter((name) => {
      const gain = Math.max(-LIMIT, Math.min(LIMIT, gains[name]));
      this.#gains[name] += (gain - this.#gains[name]) / MEMORY;
      const lost = this.#gains[name] < FLOOR[name];
      if (lost) this.#gains[name] = 0;
      return lost;
    });
  }
}
