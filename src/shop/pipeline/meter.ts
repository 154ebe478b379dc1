export interface Meter {
  /** @param part the scope of the time left if it is not the whole work, such as `this epoch` */
  start(label: string, total: number, part?: string): void;
  advance(count: number): void;
  stop(): void;
}

/** A meter whose stage may become longer. */
export interface GrowingMeter extends Meter {
  extend(more: number): void;
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
