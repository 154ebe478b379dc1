/** Milliseconds that some work took: on the clock, and of all threads of this process. */
export interface Sample {
  wall: number;
  processor: number;
}

export async function processorTime(work: () => Promise<unknown>): Promise<Sample> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - started, processor: (user + system) / 1000 };
}

/** The least time of several rounds, which other work on the machine disturbed least. */
export const best = (samples: readonly Sample[]): Sample => ({
  wall: Math.min(...samples.map(({ wall }) => wall)),
  processor: Math.min(...samples.map(({ processor }) => processor)),
});

/**
 * Times of two kinds of the same work on each of several inputs: both in turns, input by input, the least of several rounds each.
 * @returns sums over the inputs
 */
export async function inTurns<Input>(
  inputs: readonly Input[],
  rounds: number,
  one: (input: Input) => Promise<unknown>,
  other: (input: Input) => Promise<unknown>,
): Promise<[Sample, Sample]> {
  const samples = inputs.map(() => [[] as Sample[], [] as Sample[]]);
  for (let round = 0; round < rounds; round++) {
    for (const [n, input] of inputs.entries()) {
      samples[n][0].push(await processorTime(() => one(input)));
      samples[n][1].push(await processorTime(() => other(input)));
    }
  }
  const sum = (side: number): Sample =>
    samples
      .map((sides) => best(sides[side]))
      .reduce((a, b) => ({ wall: a.wall + b.wall, processor: a.processor + b.processor }));
  return [sum(0), sum(1)];
}
