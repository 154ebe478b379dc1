import type { LearnerSettings } from '../catalog';
import type { StoredAnchor } from './stored-anchor';

/** Weight of the base model alone in the list while learning has proved nothing. */
const MOST = 0.4;
/** How fast that weight falls: by a factor e for each third of a unit of ln rank that learning gains. */
const SLOPE = 3;
/** Gain in ln rank that a new shopper is taken to have, and the number of choices that this counts for. */
const PRIOR_GAIN = 0.5;
const PRIOR_CHOICES = 10;
/**
 * Keeps the list near the shop's base model as far as learning has not proved itself: the score has x times (base score +
 * popularity) added, which is what the base model alone would rank by. x falls from 0.4 with the shopper's own prequential
 * record, x = 0.4 exp(-3 max(0, g)), where g is the mean by which the learned list ranked the choices better than the base
 * model alone did, in ln rank, before it learned from them. What is learned does not depend on it. A shop may choose 0.4
 * and 3.
 */
export class Anchor {
  #gain = 0;
  #choices = 0;
  /** What the shop has chosen. */
  settings: Pick<LearnerSettings, 'anchor' | 'anchorSlope'> = {};

  restore({ gain, choices }: StoredAnchor): void {
    this.#gain = gain;
    this.#choices = choices;
  }

  save(): StoredAnchor {
    return { gain: this.#gain, choices: this.#choices };
  }

  /** x, from 0 up to its value while learning has proved nothing. */
  get weight(): number {
    return this.weightBy(this.settings);
  }

  /** x with other settings: the record does not depend on them. */
  weightBy({ anchor = MOST, anchorSlope = SLOPE }: Anchor['settings']): number {
    const mean = (this.#gain + PRIOR_GAIN * PRIOR_CHOICES) / (this.#choices + PRIOR_CHOICES);
    return anchor * Math.exp(-anchorSlope * Math.max(0, mean));
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
