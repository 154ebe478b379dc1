import type { Consent } from '../protocol';
import { type ConsentAnswer, isLater } from '../protocol';
import { anonymousId } from './anonymous-id';

/**
 * What the shopper said of consent, in this tab or another, and what of it is carried out. Answers carry a Lamport time, so
 * that all tabs agree on the last one, in whatever order the messages about them arrive.
 */
export class ConsentState {
  /** Of this tab, which decides between two answers of the same time. */
  readonly #tab = anonymousId(2);
  #level: Consent;
  #last: ConsentAnswer;

  /** @param level known at the start; `pending` where nothing is known */
  constructor(level: Consent) {
    this.#level = level;
    this.#last = { consent: level, stamp: [0, ''] };
  }

  /** The consent in force. */
  get level(): Consent {
    return this.#level;
  }

  /** The shopper's last answer; it comes into force when it is carried out. */
  get last(): ConsentAnswer {
    return this.#last;
  }

  /** The shopper answers now, in this tab: answers of other tabs up to now are out of date. */
  answer(consent: Consent): void {
    // Later than all known answers, also where the clock was set back since.
    this.#last = { consent, stamp: [Math.max(Date.now(), this.#last.stamp[0] + 1), this.#tab] };
  }

  /**
   * Takes in an answer given in another tab.
   * @returns false when a later one is known already
   */
  accept(answer: ConsentAnswer): boolean {
    if (isLater(this.#last, answer)) return false;
    this.#last = answer;
    return true;
  }

  /** Puts a level in force. */
  enforce(level: Consent): void {
    this.#level = level;
  }
}
