/** Maximum size of the event log on the device, bytes. */
const DEFAULT_BUDGET = 5_000_000;
/** Number of events after which the log is measured again. */
const EVENTS_BETWEEN_MEASUREMENTS = 500;

/** Size limit of the event log: says when to measure the log and how many events exceed the limit. */
export class LogBudget {
  /** The limit, bytes. */
  readonly bytes: number;
  /** Id of the last event when the log was measured. */
  #measured = 0;

  /** @param bytes default 5,000,000 */
  constructor(bytes = DEFAULT_BUDGET) {
    this.bytes = bytes;
  }

  /** Whether enough events came since the log was measured. @param lastEvent id of the last one */
  isDue(lastEvent: number): boolean {
    return lastEvent - this.#measured >= EVENTS_BETWEEN_MEASUREMENTS;
  }

  /** Records that the log was measured. @param lastEvent id of its last event */
  measured(lastEvent: number): void {
    this.#measured = lastEvent;
  }

  /** Number of the oldest events that exceed the budget. @param sizes of the events of the log, oldest first, bytes */
  excess(sizes: readonly number[]): number {
    let size = sizes.reduce((sum, bytes) => sum + bytes, 0);
    let gone = 0;
    while (size > this.bytes && gone < sizes.length) size -= sizes[gone++];
    return gone;
  }
}
