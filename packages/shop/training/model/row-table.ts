import type { Weight } from './weights';

/** Adam, as PyTorch starts it. */
const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-8];

/** Share below which what is left of a momentum is neglected. */
const NEGLIGIBLE = 1e-6;

/** Effect on a row of some steps without a gradient, as a function of its weight w, average a and moments m and v. */
interface Rest {
  /** w becomes `kept` w - `moved` m / sqrt(v). */
  kept: number;
  moved: number;
  /** a becomes `average` a + `averageKept` w - `averageMoved` m / sqrt(v). */
  average: number;
  averageKept: number;
  averageMoved: number;
  first: number;
  second: number;
}

/**
 * A weight of which a step uses few rows, such as the embeddings of items: the cost of a step is that of its rows, not of the table.
 * A row follows AdamW, momentum, decay and average included, exactly as if every step moved the whole table: what the steps that did
 * not use it would have done is made up for when it is used or read. Epsilon counts only in steps with a gradient.
 *
 * The average counts each step in proportion to its number (Shamir and Zhang 2013, "Stochastic gradient descent for non-smooth
 * optimization", polynomial-decay averaging with an exponent of 1): it forgets the start, and is as good as a falling learning rate,
 * but needs no plan of how many steps there will be.
 */
export class RowTable {
  readonly #shape: number[];
  readonly #width: number;
  readonly #weightDecay: number;
  readonly #values: Float32Array;
  readonly #averages: Float32Array;
  #first: Float32Array;
  #second: Float32Array;
  /** [rows] Steps up to which each row is made up. */
  readonly #done: Int32Array;
  /** Number of the step after which the following lists begin. */
  #start = 0;
  /**
   * Of each step: its size, bias corrections included; the sum of the logarithms of what the decay leaves up to then; the sum of what a
   * weight that only decays adds to the average up to then, not yet divided by the sum of the weights of the steps.
   */
  #sizes: number[] = [];
  #decays: number[] = [0];
  #added: number[] = [0];
  /** By the number of steps since a row's last gradient: what is left of its momentum over the root of its second moment. */
  readonly #momentum: Float64Array;
  /** By the step up to which a row is made up; of the present step. */
  readonly #rests = new Map<number, Rest>();

  /** @param weightDecay as in `TrainerOptions` @param rows number of rows. Default: the first dimension */
  constructor({ shape, values }: Weight, weightDecay: number, rows = shape[0]) {
    this.#shape = [...shape];
    this.#width = values.length / Math.max(1, rows);
    this.#weightDecay = weightDecay;
    this.#values = Float32Array.from(values);
    this.#averages = Float32Array.from(values);
    this.#first = new Float32Array(values.length);
    this.#second = new Float32Array(values.length);
    this.#done = new Int32Array(rows);
    const fading = BETA_1 / Math.sqrt(BETA_2);
    const steps = Math.ceil(Math.log(NEGLIGIBLE) / Math.log(fading));
    this.#momentum = Float64Array.from({ length: steps }, (_, n) => fading ** (n + 1));
  }

  get #steps(): number {
    return this.#start + this.#sizes.length;
  }

  /** @returns the weights of some rows as they are now, [rows.length * width] */
  pick(rows: Int32Array): Float32Array {
    const picked = new Float32Array(rows.length * this.#width);
    for (const [n, row] of rows.entries()) {
      this.#makeUp(row);
      picked.set(this.#values.subarray(row * this.#width, (row + 1) * this.#width), n * this.#width);
    }
    return picked;
  }

  /**
   * One step. @param rows those with a gradient, each once
   * @param gradients [rows.length * width]
   * @param scale factor of the gradients
   */
  step(rows: Int32Array, gradients: ArrayLike<number>, scale: number, rate: number): void {
    for (const row of rows) this.#makeUp(row);
    const step = this.#steps + 1;
    const root = Math.sqrt(1 - BETA_2 ** step);
    const [size, left] = [rate / (1 - BETA_1 ** step), 1 - rate * this.#weightDecay];
    const kept = averageKept(step - 1, step);
    this.#sizes.push(size * root);
    this.#decays.push(this.#decays[this.#decays.length - 1] + Math.log(left));
    this.#added.push(this.#added[this.#added.length - 1] + 2 * step * Math.exp(this.#decays[this.#decays.length - 1]));
    this.#rests.clear();
    const width = this.#width;
    const [values, first, second, averages] = [this.#values, this.#first, this.#second, this.#averages];
    for (let n = 0; n < rows.length; n++) {
      const row = rows[n];
      for (let d = 0, at = row * width, from = n * width; d < width; d++, at++) {
        const gradient = gradients[from + d] * scale;
        const m = BETA_1 * first[at] + (1 - BETA_1) * gradient;
        const v = BETA_2 * second[at] + (1 - BETA_2) * gradient * gradient;
        first[at] = m;
        second[at] = v;
        const value = (values[at] - (size * m) / (Math.sqrt(v) / root + EPSILON)) * left;
        values[at] = value;
        averages[at] = kept * averages[at] + (1 - kept) * value;
      }
      this.#done[row] = step;
    }
  }

  /** The values as they are until the next step, not a copy, as all of the following: a table may have a million rows. */
  read(): Weight {
    this.#makeUpAll();
    return this.#weight(this.#values);
  }

  readAverages(): Weight {
    this.#makeUpAll();
    return this.#weight(this.#averages);
  }

  moments(): { first: Weight; second: Weight } {
    this.#makeUpAll();
    return { first: this.#weight(this.#first), second: this.#weight(this.#second) };
  }

  resume(steps: number, first: Weight, second: Weight, averages: Weight): void {
    this.#start = steps;
    [this.#sizes, this.#decays, this.#added] = [[], [0], [0]];
    this.#rests.clear();
    this.#done.fill(steps);
    this.#first = Float32Array.from(first.values);
    this.#second = Float32Array.from(second.values);
    this.#averages.set(averages.values);
  }

  #weight = (values: Float32Array): Weight => ({ shape: this.#shape, values });

  #makeUpAll(): void {
    for (let row = 0; row < this.#done.length; row++) this.#makeUp(row);
  }

  #makeUp(row: number): void {
    const done = this.#done[row];
    if (done === this.#steps) return;
    const rest = this.#restAfter(done);
    const [values, averages, first, second] = [this.#values, this.#averages, this.#first, this.#second];
    for (let at = row * this.#width; at < (row + 1) * this.#width; at++) {
      const value = values[at];
      const move = second[at] > 0 ? first[at] / Math.sqrt(second[at]) : 0;
      values[at] = rest.kept * value - rest.moved * move;
      averages[at] = rest.average * averages[at] + rest.averageKept * value - rest.averageMoved * move;
      first[at] *= rest.first;
      second[at] *= rest.second;
    }
    this.#done[row] = this.#steps;
  }

  #restAfter(done: number): Rest {
    const known = this.#rests.get(done);
    if (known) return known;
    const [from, to] = [done - this.#start, this.#sizes.length];
    const keptUntil = (step: number): number => Math.exp(this.#decays[step] - this.#decays[from]);
    const rest: Rest = {
      kept: keptUntil(to),
      moved: 0,
      average: averageKept(done, this.#steps),
      averageKept: 0,
      averageMoved: 0,
      first: 1,
      second: 1,
    };
    const end = Math.min(to, from + this.#momentum.length);
    for (let step = from; step < end; step++) {
      const decay = Math.exp(this.#decays[step + 1] - this.#decays[step]);
      rest.moved = (rest.moved + this.#sizes[step] * this.#momentum[step - from]) * decay;
      const share = averageKept(this.#start + step, this.#start + step + 1);
      rest.averageMoved = share * rest.averageMoved + (1 - share) * rest.moved;
    }
    // The share of the steps from one to another in the average, if a weight only decays from what it was after a third.
    const addedIn = (first: number, last: number, since: number): number =>
      ((this.#added[last] - this.#added[first]) * Math.exp(-this.#decays[since])) / (this.#steps * (this.#steps + 1));
    rest.averageKept = addedIn(from, to, from);
    // After these steps, nothing is left of the momentum, and what it moved decays with the weight.
    rest.averageMoved =
      averageKept(this.#start + end, this.#steps) * rest.averageMoved + rest.moved * addedIn(end, to, end);
    rest.moved *= keptUntil(to) / keptUntil(end);
    rest.first = BETA_1 ** (to - from);
    rest.second = BETA_2 ** (to - from);
    this.#rests.set(done, rest);
    return rest;
  }
}

/** Share of the average after some steps that is left in the average after more of them. */
export const averageKept = (before: number, now: number): number => (before * (before + 1)) / (now * (now + 1));
