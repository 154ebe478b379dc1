import type { EncoderBackend, EncoderRun } from '../protocol';

/** How this worker runs, for the status and the shop's operating figures. */
export class Operation {
  /** The last run of each encoder, the latest one last. */
  runs: readonly EncoderRun[] = [];
  /** Time until the first list, ms, without the time in which nobody asked for one; null before it. */
  firstList: number | null = null;
  /** Codes of errors that no report has counted. */
  errors: string[] = [];
  /** Counted by reports already: the first list, the first run of an encoder, bytes. */
  taken = { list: false, encoder: false, bytes: 0 };
  /** Time that the start took, since the worker was created, ms. */
  #startTime = 0;

  /** Where an encoder ran last; null before one ran. */
  get encoder(): EncoderBackend | null {
    return this.runs.at(-1)?.backend ?? null;
  }

  started(): void {
    this.#startTime = performance.now();
  }

  ran(runs: readonly EncoderRun[]): void {
    for (const run of runs) this.runs = [...this.runs.filter(({ encoder }) => encoder !== run.encoder), run];
  }

  /** Notes how long the first list took. */
  listed(asked: number): void {
    this.firstList ??= this.#startTime + performance.now() - asked;
  }
}

/** Transfer size of the files that this worker has loaded, bytes, as far as the browser reports it; 0 from its cache. */
export function loadedBytes(): number {
  const files = performance.getEntriesByType('resource').filter((entry) => entry instanceof PerformanceResourceTiming);
  return files.reduce((sum, { transferSize }) => sum + transferSize, 0);
}
