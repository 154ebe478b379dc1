/**
 * Runs one asynchronous job at a time. Calls that arrive while it waits or runs are folded into one more run, so a burst
 * of changes costs two runs at most and the last state always wins.
 */
export class Coalescer {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #again = false;

  /**
   * @param job must not reject: it reports its own errors.
   * @param delay milliseconds that `later` waits for more calls.
   */
  constructor(
    private readonly job: () => Promise<void>,
    private readonly delay: number,
  ) {}

  /** Runs after the delay; more calls until then change nothing. */
  later(): void {
    this.#timer ??= setTimeout(() => this.now(), this.delay);
  }

  /** Runs at once, or right after the run under way. */
  now(): void {
    this.cancel();
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    void this.job().finally(() => {
      this.#running = false;
      if (!this.#again) return;
      this.#again = false;
      this.now();
    });
  }

  /** Forgets a waiting run; one under way goes on. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }
}
