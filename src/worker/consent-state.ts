import * as v from 'valibot';
import { answerSchema, type Consent } from '../protocol';
import { anonymousId } from './anonymous-id';

/**
 * The shopper's answer about consent in one tab; `pending` also where everything was forgotten. Never `session`, which is no
 * answer and holds in one tab.
 */
export const consentAnswerSchema = v.strictObject({
  consent: answerSchema,
  /** Orders the answers of all tabs: a Lamport time, and the tab's id where two are equal. */
  stamp: v.strictTuple([v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.string()]),
});
export type ConsentAnswer = v.InferOutput<typeof consentAnswerSchema>;

/** Whether an answer was given after another one. */
function isLater({ stamp: [time, tab] }: ConsentAnswer, { stamp: [than, other] }: ConsentAnswer): boolean {
  return time > than || (time === than && tab > other);
}

/**
 * The shopper's last answer about consent, in this tab or another, and the consent in force. Answers carry a Lamport time,
 * so that all tabs agree on the last one, in whatever order the messages about them arrive.
 */
export class ConsentState {
  /** Id of this tab; it decides between two answers of the same time. */
  readonly #tab = anonymousId(2);
  #level: Consent;
  #last: ConsentAnswer;

  /** @param level in force at the start; `pending` where nothing is known */
  constructor(level: Consent) {
    this.#level = level;
    this.#last = { consent: level === 'session' ? 'pending' : level, stamp: [0, ''] };
  }

  /** The consent in force. */
  get level(): Consent {
    return this.#level;
  }

  /** The shopper's last answer; it comes into force when it is carried out. */
  get last(): ConsentAnswer {
    return this.#last;
  }

  /** Records an answer given now in this tab; it is later than all known answers of other tabs. */
  answer(consent: ConsentAnswer['consent']): void {
    // Also where the clock was set back since.
    this.#last = { consent, stamp: [Math.max(Date.now(), this.#last.stamp[0] + 1), this.#tab] };
  }

  /**
   * Records an answer given in another tab.
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
