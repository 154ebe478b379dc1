/** Times of one kind of work, ms. */
export interface Timed {
  /** By the clock: with what other processes took meanwhile. */
  wall: number[];
  /** Of the processor: with what V8 compiles and frees on other threads meanwhile. */
  processor: number[];
  /** The lesser of both, each of which includes all of the work itself. */
  work: number[];
  /** Does the work and takes its time. */
  of(work: () => Promise<unknown>): Promise<void>;
  toString(): string;
}

export function timed(): Timed {
  const wall: number[] = [];
  const processor: number[] = [];
  const least: number[] = [];
  return {
    wall,
    processor,
    work: least,
    async of(work) {
      const [started, used] = [performance.now(), process.cpuUsage()];
      await work();
      const elapsed = performance.now() - started;
      const { user, system } = process.cpuUsage(used);
      const spent = (user + system) / 1000;
      wall.push(elapsed);
      processor.push(spent);
      least.push(Math.min(elapsed, spent));
    },
    toString: () => `${spread(wall)} (processor time ${spread(processor)})`,
  };
}

/** Values at the median and at 95 %. */
export function spread(values: number[]): { middle: number; high: number; toString(): string } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [middle, high] = [at(0.5), at(0.95)];
  return { middle, high, toString: () => `p50 ${middle.toFixed(1)} ms, p95 ${high.toFixed(1)} ms` };
}

/** The middle one of some values. @param values at least one */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
