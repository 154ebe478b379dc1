import * as v from 'valibot';
import { scores, TERMS, type TermName, type TermValues, type TermWeights } from '../ranking';

/** Weights every shopper starts with where the shop has no base model. The experts of the ladders start unheard. */
export const START_WEIGHTS: TermWeights = {
  base: 0,
  embedding: 0,
  companions: 3.2,
  recent: 1.8,
  session: 0.9,
  closest: 3.2,
  category: 0.45,
  numbers: 0.35,
  place: 0.14,
  popularity: 0.6,
  newcomer: 0.9,
  disliked: 2,
  taste: 4,
  experts: 0,
};

/** The same with a base model, which was trained to have popularity added. */
export const START_WEIGHTS_WITH_BASE: TermWeights = {
  ...START_WEIGHTS,
  base: 0.32,
  embedding: 0.17,
  companions: 2,
  recent: 0.52,
  session: 0.76,
  closest: 0.93,
  numbers: 0.41,
  place: 0.06,
  popularity: 0.85,
  taste: 0.75,
};

/** Terms whose weight is the shop's and no choice changes: what they show is not yet known by any choice. */
const FIXED_TERMS: readonly TermName[] = ['newcomer'];

const RATE = 0.2;
const DECAY = 0.05;
/** Bound of |theta|: a weight stays within a factor e of its start. */
const LIMIT = 1;
/** Bound of the experts' weight, which is theirs alone to earn. */
const EXPERTS_LIMIT = 4;
/** Bound of the summed squared gradients: above what any stream of choices sums to; steps are still above 0 there. */
const SQUARES_LIMIT = 1e9;

/** Least and largest theta of a term. */
function boundsOf(name: TermName): [low: number, high: number] {
  if (FIXED_TERMS.includes(name)) return [0, 0];
  return name === 'experts' ? [0, EXPERTS_LIMIT] : [-LIMIT, LIMIT];
}

/** Terms that a stored profile does not know yet start where everybody starts. */
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

/** Terms of what was learned on the device. */
export const LEARNED_TERMS = ['taste', 'experts'] as const satisfies TermName[];
export type LearnedTerm = (typeof LEARNED_TERMS)[number];

const everyTerm = (value: number) => Object.fromEntries(TERMS.map((name) => [name, value])) as Record<TermName, number>;

/**
 * The personal weights of the score's terms: w = w0 * exp(theta), the experts' w = theta in 0..4. One AdaGrad step per
 * choice on the softmax over the items not yet chosen, so that terms that put the chosen items high grow and the others
 * fade.
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

  /** Other weights to start from; what was learned stays as the factors it is. */
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

  /** Takes the experts' term out of the score until it earns its weight again. */
  silenceExperts(): void {
    this.#theta.experts = 0;
  }

  /**
   * Learns from one choice. One whose loss is not finite changes nothing.
   * @param values terms as they stood before the choice
   * @param chosen row of the chosen item
   * @param candidates rows it was chosen from, `chosen` among them
   * @param strength strength of the event; scales the step
   */
  learn(values: TermValues, chosen: number, candidates: ArrayLike<number>, strength: number): LearnedChoice {
    // What is put forward to be found is no guess at what will be chosen.
    const weights = { ...this.current, newcomer: 0 };
    const { loss, mean, shares } = softmaxAt(values, weights, chosen, candidates);
    const gains = { taste: 0, experts: 0 };
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

/** The weights of the terms that are there: without a base model its terms have no weights of zero, nor without companions. */
export function spokenWeights(
  { base, embedding, companions, ...weights }: TermWeights,
  known: { base: boolean; companions: boolean },
): Partial<TermWeights> {
  return {
    ...(known.base ? { base, embedding } : {}),
    ...(known.companions ? { companions } : {}),
    ...weights,
  };
}

/** What one choice taught. */
export interface LearnedChoice {
  /** -log p(chosen) before the step, nats. */
  loss: number;
  /** How much less the loss was thanks to the term, nats; 0 while it is silent. */
  gains: Record<LearnedTerm, number>;
  /** How likely each candidate seemed before the step, adding up to 1; null when the loss was not finite. */
  shares: Float64Array | null;
}

/** -log softmax(score)[chosen] over the candidates, that softmax, and the expected value of each term under it. */
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
