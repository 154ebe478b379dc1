/**
 * Runs one asynchronous job at a time. Calls while it waits or runs are combined into one more run: a burst of changes costs at
 * most two runs, and the last one sees the latest state.
 */
export class DebouncedRunner {
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

  /**
   * Runs after the delay; further calls until then change nothing.
   * @param delay overrides the delay, ms: a waiting run is postponed until then
   */
  later(delay?: number): void {
    if (delay) this.cancel();
    this.#timer ??= setTimeout(() => this.now(), delay ?? this.delay);
  }

  /** Runs at once, or right after the current run. */
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

  /** Drops a waiting run; a current one continues. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
  }
}
