import { vi } from 'vitest';

/** Longest of our delays, ms. What is longer limits a wait, and a busy machine needs all of it. */
const MAX_DELAY_MS = 700;

/**
 * From now on, timers of code under test fire after a tenth of their delay; limits of waiting stay as they are. The test undoes it with
 * `vi.unstubAllGlobals()`.
 * @param max longest delay that is shortened, ms
 */
export function shortenDelays(max = MAX_DELAY_MS): void {
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const start = globalThis[name];
    vi.stubGlobal(name, (work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
      start(work, ms > max ? ms : ms / 10, ...given),
    );
  }
}

const { setTimeout: startTimer } = globalThis;
/** Waits for a time that `shortenDelays` does not shorten. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => startTimer(resolve, ms));
