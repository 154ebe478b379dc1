/** Bytes that the event log may take on the device. */
const DEFAULT_BUDGET = 5_000_000;
/** Events after which the log is measured again. */
const MEASURED_EVERY = 500;

/** When the event log is to be measured, and what of it is too much. */
export class LogBudget {
  /** Bytes. */
  readonly bytes: number;
  /** Id of the last event when the log was measured. */
  #measured = 0;

  /** @param bytes default 5,000,000 */
  constructor(bytes = DEFAULT_BUDGET) {
    this.bytes = bytes;
  }

  /** Whether enough events came since the log was measured. @param lastEvent id of the last one */
  isDue(lastEvent: number): boolean {
    return lastEvent - this.#measured >= MEASURED_EVERY;
  }

  /** The log was measured. @param lastEvent id of its last event */
  measured(lastEvent: number): void {
    this.#measured = lastEvent;
  }

  /**
   * How many of the oldest events are too many.
   * @param sizes bytes of the events of the log, oldest first
   */
  excess(sizes: readonly number[]): number {
    let size = sizes.reduce((sum, bytes) => sum + bytes, 0);
    let gone = 0;
    while (size > this.bytes && gone < sizes.length) size -= sizes[gone++];
    return gone;
  }
}
