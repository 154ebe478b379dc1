export interface Meter {
  /** @param done what an earlier run or stage did of it. Default: 0 */
  start(label: string, total: number, done?: number): void;
  advance(count: number): void;
  stop(): void;
}

/** A meter whose stage may become longer. */
export interface GrowingMeter extends Meter {
  extend(more: number): void;
}

/** Milliseconds of work on which an estimate of the time left may rest, if they did this share of the rest. */
const SETTLED = { ms: 1000, share: 0.1 };
/** Milliseconds that are enough whatever they did. */
const ENOUGH = 5000;

/**
 * Estimates the time left of a stage. The first progress only starts the clock: until then, models are loaded, scripts and
 * shaders compiled, and what a cache has is counted.
 */
export class Pace {
  #from: { time: number; done: number } | null = null;

  /** Notes progress. @returns seconds until `total`; null until that rests on enough work */
  secondsLeft(done: number, total: number): number | null {
    const now = performance.now();
    this.#from ??= { time: now, done };
    const ms = now - this.#from.time;
    const here = done - this.#from.done;
    const rests = ms >= ENOUGH || (ms >= SETTLED.ms && here >= SETTLED.share * (total - this.#from.done));
    return rests && here > 0 ? (Math.max(0, total - done) * ms) / here / 1000 : null;
  }
}

/** Turns reports of all that is done so far into progress. Where less is done than before, progress waits. */
export function progressTo(advance: (count: number) => void): (done: number) => void {
  let shown = 0;
  return (done) => {
    if (done > shown) advance(done - shown);
    shown = Math.max(shown, done);
  };
}

/** Runs one stage of some work under a meter. @param total sum of all that `work` passes to `advance` */
export async function metered<T>(
  meter: Meter,
  label: string,
  total: number,
  work: (advance: (count: number) => void) => Promise<T> | T,
): Promise<T> {
  meter.start(label, total);
  try {
    return await work((count) => meter.advance(count));
  } finally {
    meter.stop();
  }
}
