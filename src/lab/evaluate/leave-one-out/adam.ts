const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** Adam (Kingma and Ba 2015) on plain arrays. Parts of a large array without a gradient need not be touched. */
export class Adam {
  readonly #moments = new Map<string, { mean: Float32Array; square: Float32Array }>();
  #steps = 0;

  constructor(private readonly learningRate: number) {}

  /** Starts the next step. */
  next(): void {
    this.#steps++;
  }

  /** Updates a part of some values, from index `first`. @param name name of the values */
  step(name: string, values: Float32Array, gradient: Float32Array, first = 0): void {
    const moments = this.#moments.get(name) ?? {
      mean: new Float32Array(values.length),
      square: new Float32Array(values.length),
    };
    this.#moments.set(name, moments);
    const { mean, square } = moments;
    const rate = (this.learningRate * Math.sqrt(1 - BETA2 ** this.#steps)) / (1 - BETA1 ** this.#steps);
    for (let n = 0, at = first; n < gradient.length; n++, at++) {
      const slope = gradient[n];
      mean[at] += (1 - BETA1) * (slope - mean[at]);
      square[at] += (1 - BETA2) * (slope * slope - square[at]);
      values[at] -= (rate * mean[at]) / (Math.sqrt(square[at]) + EPSILON);
    }
  }
}
