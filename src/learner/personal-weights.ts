import * as v from 'valibot';
import { scores, TERMS, type TermName, type TermValues, type TermWeights } from '../ranking';

/** Weights of a new shopper where the shop has no base model. The ladders' experts start at 0: they have to earn their weight. */
export const START_WEIGHTS: TermWeights = {
  base: 0,
  embedding: 0,
  boughtTogether: 3.2,
  recent: 1.8,
  session: 0.9,
  nearestHistory: 3.2,
  category: 0.45,
  numericAffinity: 0.35,
  catalogOrder: 0.14,
  popularity: 0.6,
  coldStart: 0.9,
  disliked: 2,
  preference: 4,
  experts: 0,
};

/** The same with a base model, which was trained to have popularity added. */
export const START_WEIGHTS_WITH_BASE: TermWeights = {
  ...START_WEIGHTS,
  base: 0.32,
  embedding: 0.17,
  boughtTogether: 2,
  recent: 0.52,
  session: 0.76,
  nearestHistory: 0.93,
  numericAffinity: 0.41,
  catalogOrder: 0.06,
  popularity: 0.85,
  preference: 0.75,
};

/** Terms whose weight the shop sets and no choice changes: nobody has chosen the items that they lift. */
const FIXED_TERMS: readonly TermName[] = ['coldStart'];

/** Learning rate of AdaGrad, and decay of theta towards 0 in one step, relative to it. */
const RATE = 0.2;
const DECAY = 0.05;
/** Bound of |theta|: a weight stays within a factor e of its start. */
const LIMIT = 1;
/** Largest weight of the ladders' experts. */
const EXPERTS_LIMIT = 4;
/** Bound of the summed squared gradients: no stream of choices reaches it, and steps are still above 0 there. */
const SQUARES_LIMIT = 1e9;

/** Least and largest theta of a term. */
function boundsOf(name: TermName): [low: number, high: number] {
  if (FIXED_TERMS.includes(name)) return [0, 0];
  return name === 'experts' ? [0, EXPERTS_LIMIT] : [-LIMIT, LIMIT];
}

/** A term that a stored profile does not have starts at 0, as for a new shopper. */
const within = (low: number, high: number) => v.optional(v.pipe(v.number(), v.minValue(low), v.maxValue(high)), 0);
const byTerm = (bounds: (name: TermName) => [low: number, high: number]) =>
  v.object(
    Object.fromEntries(TERMS.map((name) => [name, within(...bounds(name))])) as Record<
      TermName,
      ReturnType<typeof within>
    >,
  );

/** Stored form of the personal weights, within the bounds that every step keeps to. */
export const personalWeightsSchema = v.object({
  theta: byTerm(boundsOf),
  squares: byTerm(() => [0, SQUARES_LIMIT]),
});
export type StoredWeights = v.InferOutput<typeof personalWeightsSchema>;

/** Terms whose values are learned on the device. */
export const LEARNED_TERMS = ['preference', 'experts'] as const satisfies TermName[];
export type LearnedTerm = (typeof LEARNED_TERMS)[number];

const everyTerm = (value: number) => Object.fromEntries(TERMS.map((name) => [name, value])) as Record<TermName, number>;

/**
 * The personal weights of the score's terms: w = w0 * exp(theta) with theta in -1..1; for the ladders' experts w = theta
 * in 0..4. Each choice takes one AdaGrad step on the softmax over the items not yet chosen, so that terms that rank the
 * chosen items high gain weight and the others lose it.
 */
export class PersonalWeights {
  #theta = everyTerm(0);
  #squares = everyTerm(0);
  #start = START_WEIGHTS;

  static restore(stored: StoredWeights): PersonalWeights {
    const weights = new PersonalWeights();
    weights.#theta = { ...stored.theta };
    weights.#squares = { ...stored.squares };
    return weights;
  }

  save(): StoredWeights {
    return { theta: { ...this.#theta }, squares: { ...this.#squares } };
  }

  /** Replaces the start weights; theta stays. */
  startFrom(start: TermWeights): void {
    this.#start = start;
  }

  get current(): TermWeights {
    const weights = { ...this.#start };
    for (const name of TERMS) {
      weights[name] = name === 'experts' ? this.#theta[name] : this.#start[name] * Math.exp(this.#theta[name]);
    }
    return weights;
  }

  /** Sets the weight of the ladders' experts to 0. */
  silenceExperts(): void {
    this.#theta.experts = 0;
  }

  /**
   * Learns from one choice; nothing changes when its loss is not finite.
   * @param values terms before the choice
   * @param chosen row of the chosen item
   * @param candidates rows it was chosen from, `chosen` among them
   * @param strength of the event; scales the gradient
   */
  learn(values: TermValues, chosen: number, candidates: ArrayLike<number>, strength: number): LearnedChoice {
    // The lift of cold-start items is exploration, no estimate of the next choice.
    const weights = { ...this.current, coldStart: 0 };
    const { loss, mean, shares } = softmaxAt(values, weights, chosen, candidates);
    const gains = { preference: 0, experts: 0 };
    if (!Number.isFinite(loss)) return { loss, gains, shares: null };
    for (const name of LEARNED_TERMS) {
      if (weights[name] === 0) continue;
      gains[name] = softmaxAt(values, { ...weights, [name]: 0 }, chosen, candidates).loss - loss;
    }
    for (const name of TERMS) {
      if (FIXED_TERMS.includes(name)) continue;
      const slope = values[name][chosen] - mean[name];
      this.#step(name, strength * (name === 'experts' ? slope : weights[name] * slope));
    }
    return { loss, gains, shares };
  }

  #step(name: TermName, gradient: number): void {
    if (gradient === 0) return;
    this.#squares[name] = Math.min(SQUARES_LIMIT, this.#squares[name] + gradient * gradient);
    const step = (RATE * gradient) / Math.sqrt(this.#squares[name] + 1e-8);
    const theta = this.#theta[name] + step - RATE * DECAY * this.#theta[name];
    const [low, high] = boundsOf(name);
    this.#theta[name] = Math.max(low, Math.min(high, theta));
  }
}

/** The weights without those of terms that have no data: no base model, or no co-occurrence table. */
export function activeWeights(
  { base, embedding, boughtTogether, ...weights }: TermWeights,
  available: { base: boolean; boughtTogether: boolean },
): Partial<TermWeights> {
  return {
    ...(available.base ? { base, embedding } : {}),
    ...(available.boughtTogether ? { boughtTogether } : {}),
    ...weights,
  };
}

/** The result of learning from one choice. */
export interface LearnedChoice {
  /** -log p(chosen) before the step, nats. */
  loss: number;
  /** By how much each learned term lowered the loss, nats; 0 while its weight is 0. */
  gains: Record<LearnedTerm, number>;
  /** Probability of each candidate before the step; null when the loss was not finite. */
  shares: Float64Array | null;
}

/** -log softmax(score)[chosen] over the candidates, nats; that softmax; and the expected value of each term under it. */
function softmaxAt(
  values: TermValues,
  weights: TermWeights,
  chosen: number,
  candidates: ArrayLike<number>,
): { loss: number; mean: Record<TermName, number>; shares: Float64Array } {
  const score = scores(values, weights);
  let max = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < candidates.length; n++) max = Math.max(max, score[candidates[n]]);
  let total = 0;
  const shares = new Float64Array(candidates.length);
  for (let n = 0; n < candidates.length; n++) {
    shares[n] = Math.exp(score[candidates[n]] - max);
    total += shares[n];
  }
  for (let n = 0; n < candidates.length; n++) shares[n] /= total;
  const mean = everyTerm(0);
  for (const name of TERMS) {
    const term = values[name];
    for (let n = 0; n < candidates.length; n++) mean[name] += shares[n] * term[candidates[n]];
  }
  return { loss: Math.log(total) + max - score[chosen], mean, shares };
}
