import { type ChoiceHistory, isSameOrder } from '../../../core/events';
import { softmax } from '../../../core/kernel';
import type { SideState, TermName, TermWeights } from '../../ranking';
import { MAX_CHOSEN, MAX_COEFFICIENT, MAX_DISMISSED } from '../limits';
import { adaGradStep, PersonalWeights, type Situation, type Start } from '../personal-weights';
import type { FeatureMatrix, MatrixBlock } from './feature-matrix';
import type { ChosenItem, StoredBlock, StoredUserExpert } from './stored-experts';

/** Strength of a dismissal, relative to a click. */
const DISMISSAL = 0.5;
/** Digits of a read-out in a snapshot: as many as the vectors of a side model have. */
const SNAPSHOT_DIGITS = 7;
/** A choice from the items not chosen before. */
export interface Choice {
  id: string;
  row: number;
  /** Rows of the items that it was not chosen from. */
  gone: readonly number[];
  strength: number;
  /** Milliseconds since the epoch. */
  time: number;
  /** Whether it is of the same order as the choice before it: the read-outs fade once for all of its lines. Default false. */
  together?: boolean;
  /** Whether it is the first of a visit. Default false. */
  opens?: boolean;
}

/** Side states after the choices that an expert learned, and after all of the shopper's: the same object if it learned all. */
export interface ExpertSide {
  own: SideState;
  all: SideState;
}

/** Choices as rows, from which the read-outs of new blocks learn. */
export type PastChoices = Pick<ChoiceHistory, 'rows' | 'strengths' | 'orders'>;

export interface Expectation {
  /** -log p(chosen), nats. */
  loss: number;
  preference: number;
  /** Probability of each item, [count]; 0 for items that were not available for the choice. */
  shares: Float32Array;
}

/**
 * An expert on the user's side: personal weights of the score's terms, and one linear read-out u, with its own weight, for
 * each block of item features x. Its score is
 *
 * sum over terms of w e^theta f + sum over blocks of w e^theta sum over the block's states of x . (gain u)
 *
 * The block of an adapter of the side model (`SideAdapters`) has one read-out for each value of the shopper's context psi, which multiplies
 * it: together they are the learned part of W, and the sum is phi . W psi.
 *
 * The term of the side model is the same for all experts, of all choices of the shopper. An expert that learned some of them adds the
 * difference between the side model's score after these and after all: its states are those of its own choices.
 *
 * A choice that it learns takes one gradient step on the log of its own softmax: of theta by AdaGrad, of the read-outs by
 * u <- (1 - fading) u + strength step(x_chosen - E x), where the step is the matrix's: the rate of each block, times psi for
 * those of an adapter. They start at 0.
 */
export class UserExpert {
  #weights = new PersonalWeights();
  choices = 0;
  /** The items of the last 64 choices learned, oldest first. */
  chosen: readonly ChosenItem[] = [];
  /** Choices learned before each dismissal that can be undone, by the item's id. */
  readonly #dismissed = new Map<string, number>();
  #matrix: FeatureMatrix | null = null;
  /** Side states after this expert's choices, and after all of the shopper's; null without a side model. */
  #side: ExpertSide | null = null;
  /** The blocks of the last matrix, by key. Each has a read-out for every state. */
  #blocks = new Map<string, StoredBlock>();
  /**
   * Contribution of the weighted read-outs to every item's score, [count]. Null after a change, until it is set to the products
   * of the features with `query`, and without features. Shared: not to be changed.
   */
  scores: Float32Array | null = null;

  static restore(stored: StoredUserExpert): UserExpert {
    const expert = new UserExpert();
    expert.#weights = new PersonalWeights(stored.weights);
    expert.choices = stored.choices;
    expert.chosen = [...stored.chosen];
    for (const { item, choices } of stored.dismissed) expert.#dismissed.set(item, choices);
    expert.#blocks = new Map(Object.entries(structuredClone(stored.blocks)));
    return expert;
  }

  save(): StoredUserExpert {
    return {
      weights: this.#weights.save(),
      blocks: structuredClone(Object.fromEntries(this.#blocks)),
      choices: this.choices,
      chosen: [...this.chosen],
      dismissed: [...this.#dismissed].map(([item, choices]) => ({ item, choices })),
    };
  }

  /** A copy, which may never be used; its read-outs are rounded further. */
  snapshot(): UserExpert {
    const copy = UserExpert.restore(this.save());
    copy.#weights.start = this.#weights.start;
    copy.#matrix = this.#matrix;
    copy.#side = this.#side;
    copy.scores = this.scores;
    for (const block of this.#matrix?.blocks ?? []) {
      if (block.digits === null) continue;
      for (const { readout } of copy.#statesOf(block)) round(readout, Math.min(block.digits, SNAPSHOT_DIGITS));
      copy.scores = null;
    }
    return copy;
  }

  startFrom(start: Start): void {
    this.#weights.start = start;
    this.scores = null;
  }

  /** Weights of the terms. @param situation of the list. Default: within a visit */
  weightsAt(situation?: Situation): TermWeights {
    return this.#weights.at(situation);
  }

  /** The same for an estimate of the next choice: the lift of cold-start items is exploration. */
  estimating(opens = false): TermWeights {
    return { ...this.weightsAt(opens ? 'opening' : 'within'), coldStart: 0 };
  }

  /**
   * Uses these features from now on. The read-out of a new block, or of one with other states, learns from past choices as if
   * all items had been equally likely.
   */
  bind(matrix: FeatureMatrix, { rows, strengths, orders }: PastChoices): void {
    const known = this.#blocks;
    this.#matrix = matrix;
    this.#blocks = new Map();
    this.scores = null;
    for (const block of matrix.blocks) {
      const { theta = 0, squares = 0, readout } = known.get(block.key) ?? {};
      const length = (block.to - block.from) * block.states.length;
      const fits = readout?.length === length;
      this.#blocks.set(block.key, { theta, squares, readout: fits ? readout : new Float32Array(length) });
      if (fits || block.adapter) continue;
      for (const [n, row] of rows.entries())
        this.#add(block, block.rate * strengths[n], matrix.row(row), isSameOrder(orders, n) ? 0 : 1);
    }
  }

  unbind(): void {
    this.#matrix = null;
    this.scores = null;
  }

  /** Takes what the choices say to the side model now; `scores` are then to be computed again. */
  set side(side: ExpertSide | null) {
    this.#side = side;
    this.scores = null;
  }

  /** Coefficients of the weighted read-outs of all states, [width of the matrix]. */
  get query(): Float32Array {
    const query = new Float32Array(this.#matrix?.width ?? 0);
    for (const block of this.#matrix?.blocks ?? []) {
      const weight = this.#weightOf(block);
      const { from, to } = block;
      for (const { factor, gain, readout } of this.#statesOf(block)) {
        for (let d = from; d < to; d++) query[d] += weight * factor * gain[d - from] * readout[d - from];
      }
    }
    const ownSide = this.#ownSide();
    const from = this.#matrix?.sideFrom ?? 0;
    const { sideModel } = this.weightsAt();
    for (const [d, value] of ownSide.entries()) query[from + d] += sideModel * value;
    return query;
  }

  /**
   * @param base sum of the terms by `estimating`, -Infinity for items that were not available for the choice, [count]
   * @param row of the chosen item
   * @param preference weight of the read-outs, relative to that within a visit. Default 1
   */
  expect(base: Float32Array, row: number, preference = 1): Expectation {
    const shares = new Float32Array(base.length);
    const own = preference === 1 ? this.scores : (this.scores?.map((score) => preference * score) ?? null);
    const score = Math.fround(base[row] + (own?.[row] ?? 0));
    return { loss: softmax(base, own, shares) - score, preference, shares };
  }

  /**
   * Learns from one choice.
   * @param expectation before the choice
   * @param mean features that it expected, [width of the matrix]; null without features
   * @param slopes of the terms, see `TermMatrix.slopes`
   * @returns number of dropped updates: 1 if the step is not finite, which changes nothing; else 0
   */
  learn(
    choice: Omit<Choice, 'gone'>,
    { loss, preference }: Omit<Expectation, 'shares'>,
    mean: Float32Array | null,
    slopes: Record<TermName, number>,
  ): number {
    const { row, strength, opens = false } = choice;
    const matrix = this.#matrix;
    const gradient = matrix && mean ? matrix.row(row).map((value, d) => value - mean[d]) : new Float32Array();
    const step = matrix && mean ? matrix.step(gradient) : gradient;
    // A step is finite only if the gradient is.
    const sound = [...Object.values(slopes), loss, strength].every(Number.isFinite) && step.every(Number.isFinite);
    if (!sound) return 1;
    const from = matrix?.sideFrom ?? 0;
    const ownSlope = this.#ownSide().reduce((sum, value, d) => sum + value * gradient[from + d], 0);
    this.#weights.step({ ...slopes, sideModel: slopes.sideModel + ownSlope }, strength, opens);
    for (const block of matrix?.blocks ?? []) {
      const { from, to } = block;
      let slope = 0;
      for (const { factor, gain, readout } of this.#statesOf(block)) {
        for (let d = from; d < to; d++) slope += factor * readout[d - from] * gain[d - from] * gradient[d];
      }
      const own = this.#learned(block);
      Object.assign(own, adaGradStep(own, strength * preference * this.#weightOf(block) * slope));
      this.#add(block, strength, step, choice.together ? 0 : 1);
    }
    this.#count(choice);
    return 0;
  }

  /** Learns from a choice as if all items had been equally likely. */
  bootstrap(choice: Omit<Choice, 'gone'>): void {
    this.#take(choice.row, choice.strength, choice.together ? 0 : 1);
    this.#count(choice);
  }

  /** Starts from one choice that another expert learned: the read-outs learn it as if all items had been equally likely. */
  startAt(choice: Omit<Choice, 'gone'>): void {
    this.#take(choice.row, choice.strength);
    this.chosen = [{ item: choice.id, time: choice.time }];
  }

  dismiss(id: string, row: number): void {
    this.#take(row, -DISMISSAL, 0);
    this.#dismissed.set(id, this.choices);
    const [oldest] = this.#dismissed.keys();
    if (this.#dismissed.size > MAX_DISMISSED) this.#dismissed.delete(oldest);
  }

  /**
   * Reverts the remainder of a dismissal after the choices learned since; does nothing if this expert has not learned it.
   */
  undoDismiss(id: string, row: number): void {
    const before = this.#dismissed.get(id);
    if (before === undefined) return;
    this.#take(row, DISMISSAL, 0, Math.max(0, this.choices - before));
    this.#dismissed.delete(id);
  }

  /** The item was chosen: its dismissal counts no more, and cannot be undone. */
  forgetDismissal(id: string): void {
    this.#dismissed.delete(id);
  }

  /** By how much the side model's read-out of this expert's choices differs from that of all choices, [width of the side model]. */
  #ownSide(): Float32Array {
    const { own, all } = this.#side ?? {};
    if (!own || !all || own === all) return new Float32Array();
    return own.query.map((value, d) => value - all.query[d]);
  }

  #learned({ key }: MatrixBlock): StoredBlock {
    return this.#blocks.get(key)!;
  }

  #weightOf(block: MatrixBlock): number {
    return this.#weights.start.weights.preference * Math.exp(this.#learned(block).theta);
  }

  /** The read-outs of a block as views of its coefficients: writing to them changes the expert. */
  *#statesOf(block: MatrixBlock) {
    const { readout: all } = this.#learned(block);
    const width = block.to - block.from;
    for (const [h, { decay, gain, context }] of block.states.entries()) {
      const readout = all.subarray(h * width, (h + 1) * width);
      const factor = context === undefined ? 1 : (this.#side?.own.context?.[context] ?? 0);
      yield { keep: decay ?? 1 - this.#weights.start.fading, factor, gain, readout };
    }
  }

  /**
   * Adds the features of an item, relative to the average item's, to the read-outs.
   * @param choices number of choices by which the read-outs fade first. Default 1
   * @param since number of choices by which the added features have faded. Default 0
   */
  #take(row: number, strength: number, choices = 1, since = 0): void {
    const features = this.#matrix?.row(row) ?? new Float32Array();
    // An adapter learns only from choices with a context, and with what the expert expected.
    const blocks = (this.#matrix?.blocks ?? []).filter(({ adapter }) => !adapter);
    for (const block of blocks) this.#add(block, block.rate * strength, features, choices, since);
    this.scores = null;
  }

  /** The same for the read-outs of one block. @param step [width of the matrix], times `rate` it is added */
  #add(block: MatrixBlock, rate: number, step: Float32Array, choices: number, since = 0): void {
    const own = step.subarray(block.from, block.to);
    for (const { keep, factor, readout } of this.#statesOf(block)) {
      add(readout, keep ** choices, rate * factor * keep ** since, own);
      if (block.digits !== null) round(readout, block.digits);
    }
  }

  #count(choice: Pick<Choice, 'id' | 'time' | 'together'>): void {
    this.choices++;
    // Lines of one order have one time: the states fade once for all of them.
    const time = choice.together ? (this.chosen.at(-1)?.time ?? null) : choice.time;
    this.chosen = [...this.chosen, { item: choice.id, time }].slice(-MAX_CHOSEN);
    this.scores = null;
  }
}

/** x <- keep * x + rate * y, within the bound. */
function add(x: Float32Array, keep: number, rate: number, y: Float32Array): void {
  for (let d = 0; d < x.length; d++)
    x[d] = Math.max(-MAX_COEFFICIENT, Math.min(MAX_COEFFICIENT, keep * x[d] + rate * y[d]));
}

/** Rounds to multiples of one power of 2. @param digits of the largest one */
function round(x: Float32Array, digits: number): void {
  let most = 0;
  for (const value of x) most = Math.max(most, Math.abs(value));
  if (!(most > 0)) return;
  const step = 2 ** (Math.ceil(Math.log2(most)) - digits);
  // A zero is stored without its sign.
  for (let d = 0; d < x.length; d++) x[d] = Math.round(x[d] / step) * step + 0;
}
