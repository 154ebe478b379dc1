import { randomId } from '../../../core/common/bytes';
import type { Consent, ConsentAnswer } from '../../protocol';

const STRICTNESS = { granted: 0, pending: 1, denied: 2 } satisfies Record<Consent, number>;

function isLater({ stamp: [time, tab] }: ConsentAnswer, { stamp: [than, other] }: ConsentAnswer): boolean {
  return time > than || (time === than && tab > other);
}

/**
 * The shopper's last answer about consent, in this tab or another, and the consent in force. Answers carry a Lamport time,
 * so that all tabs agree on the last one, in whatever order the messages about them arrive. A refusal always counts,
 * whatever its time: the clock may have been set back since the grant, and a page that deletes without a worker does not
 * know the last time.
 */
export class ConsentState {
  /** Id of this tab; it breaks ties between answers of the same time. */
  readonly #tab = randomId(8);
  level: Consent;
  /** The shopper's last answer; it takes effect when it is carried out. */
  last: ConsentAnswer;

  /** @param level in force at the start; `pending` if unknown */
  constructor(level: Consent) {
    this.level = level;
    this.last = { consent: level, stamp: [0, ''] };
  }

  /** Records an answer given now in this tab; it is later than all known answers of other tabs. */
  answer(consent: Consent): void {
    // Even if the clock was set back since.
    this.last = { consent, stamp: [Math.max(Date.now(), this.last.stamp[0] + 1), this.#tab] };
  }

  /** Whether the shopper has answered since this tab started, here or elsewhere. */
  get answered(): boolean {
    return this.last.stamp[0] > 0;
  }

  /**
   * Records an answer given in another tab.
   * @returns false if another answer takes precedence; `overruled` for a refusal older than the grant that it replaces: it
   *   must be announced to the other tabs under a later time
   */
  accept(answer: ConsentAnswer): boolean | 'overruled' {
    if (isLater(answer, this.last)) {
      this.last = answer;
      return true;
    }
    const [given, known] = [STRICTNESS[answer.consent], STRICTNESS[this.last.consent]];
    // Forgotten again: also delete this tab's later data. A repeated message is not an answer.
    if (given === known) return answer.consent === 'pending' && isLater(this.last, answer);
    if (given < known) return false;
    this.answer(answer.consent);
    return 'overruled';
  }
}
