/** Times of one kind of work, wall clock and processor. */
export interface Timed {
  wall: number[];
  processor: number[];
  /** Does the work and takes its time. */
  of(work: () => Promise<unknown>): Promise<void>;
  toString(): string;
}

export function timed(): Timed {
  const wall: number[] = [];
  const processor: number[] = [];
  return {
    wall,
    processor,
    async of(work) {
      const [started, used] = [performance.now(), process.cpuUsage()];
      await work();
      wall.push(performance.now() - started);
      const { user, system } = process.cpuUsage(used);
      processor.push((user + system) / 1000);
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
