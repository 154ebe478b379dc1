import type { Taste } from '../ranking';
import { EVENT_STRENGTH, type LoggedEvent } from './event';

/**
 * The shopper's choices as a sequence. Events on the same item in a row (click, view, cart) are one choice with the
 * strongest of their strengths: they are one decision seen several times.
 */
export class History implements Taste {
  readonly rows: number[] = [];
  readonly strengths: number[] = [];
  readonly dismissed = new Set<number>();

  /**
   * Takes in an event.
   * @param row the item's row in the catalogue
   * @returns true when this is a new choice (not a repeat of the last item, not an impression or a dismissal)
   */
  add(event: Pick<LoggedEvent, 'type'>, row: number): boolean {
    if (event.type === 'dismiss') {
      this.dismissed.add(row);
      return false;
    }
    const strength = EVENT_STRENGTH[event.type];
    if (strength === 0) return false;
    this.dismissed.delete(row);
    const last = this.rows.length - 1;
    if (this.rows[last] === row) {
      this.strengths[last] = Math.max(this.strengths[last], strength);
      return false;
    }
    this.rows.push(row);
    this.strengths.push(strength);
    return true;
  }
}
