import * as v from 'valibot';
import { storedCount } from '../events';

/** Weight of the base model alone in the list while learning has proved nothing. */
const MOST = 0.4;
/** How fast that weight falls: by a factor e for each third of a unit of ln rank that learning gains. */
const SLOPE = 3;
/** Gain in ln rank that a new shopper is taken to have, and the number of choices that this counts for. */
const PRIOR_GAIN = 0.5;
const PRIOR_CHOICES = 10;
/** Bound of the gain of one choice: no catalogue has more than e^100 items. */
const MOST_GAIN = 100;

/** Stored form of the anchor: the summed gain in ln rank, and the choices that it is of. */
export const anchorSchema = v.pipe(
  v.strictObject({ gain: v.pipe(v.number(), v.finite()), choices: storedCount }),
  v.check(({ gain, choices }) => Math.abs(gain) <= MOST_GAIN * choices, 'the gain is larger than its choices allow'),
);
export type StoredAnchor = v.InferOutput<typeof anchorSchema>;

/**
 * Keeps the list near the shop's base model as far as learning has not proved itself: the score has x times (base score +
 * popularity) added, which is what the base model alone would rank by. x falls from 0.4 with the shopper's own prequential
 * record, x = 0.4 exp(-3 max(0, g)), where g is the mean by which the learned list ranked the choices better than the base
 * model alone did, in ln rank, before it learned from them. What is learned does not depend on it.
 */
export class Anchor {
  #gain = 0;
  #choices = 0;

  restore({ gain, choices }: StoredAnchor): void {
    this.#gain = gain;
    this.#choices = choices;
  }

  save(): StoredAnchor {
    return { gain: this.#gain, choices: this.#choices };
  }

  /** x, above 0 up to 0.4. */
  get weight(): number {
    const mean = (this.#gain + PRIOR_GAIN * PRIOR_CHOICES) / (this.#choices + PRIOR_CHOICES);
    return MOST * Math.exp(-SLOPE * Math.max(0, mean));
  }

  /**
   * Adds a choice to the record.
   * @param learned rank of the chosen item by what is learned, without the anchor; 1 is best
   * @param base its rank by the base model alone
   */
  note(learned: number, base: number): void {
    this.#gain += Math.log(base) - Math.log(learned);
    this.#choices++;
  }
}
