/** Duration of some work, ms. */
export interface Sample {
  /** Wall clock, including the time of other processes. */
  wall: number;
  /** Processor time of all threads of this process, including V8's compilation and garbage collection. */
  processor: number;
}

export async function processorTime(work: () => unknown): Promise<Sample> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await work();
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(used);
  return { wall, processor: (user + system) / 1000 };
}

/** The minimum of several rounds, which other work on the machine disturbed least. */
export const best = (samples: readonly Sample[]): Sample => ({
  wall: Math.min(...samples.map(({ wall }) => wall)),
  processor: Math.min(...samples.map(({ processor }) => processor)),
});

/** Times of one kind of work, ms. */
export interface Timed {
  wall: number[];
  processor: number[];
  /** The smaller of both, each of which includes all of the work itself. */
  work: number[];
  /** Does the work and measures its time. */
  of(work: () => unknown): Promise<void>;
  toString(): string;
}

export function timed(): Timed {
  const times = { wall: [] as number[], processor: [] as number[], work: [] as number[] };
  return {
    ...times,
    async of(work) {
      const { wall, processor } = await processorTime(work);
      times.wall.push(wall);
      times.processor.push(processor);
      times.work.push(Math.min(wall, processor));
    },
    toString: () => `${spread(times.wall)} (processor time ${spread(times.processor)})`,
  };
}

/** Values at the median and at 95 %. */
export function spread(values: readonly number[]): { middle: number; high: number; toString(): string } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [middle, high] = [at(0.5), at(0.95)];
  return { middle, high, toString: () => `p50 ${middle.toFixed(1)} ms, p95 ${high.toFixed(1)} ms` };
}

/** The middle one of some values. @param values at least one */
export const median = (values: readonly number[]): number => spread(values).middle;

/** JavaScript heap in use, bytes; garbage is collected first if Node was started with `--expose-gc`. */
export function memoryInUse(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
