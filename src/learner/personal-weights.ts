import * as v from 'valibot';
import { scores, TERMS, type TermName, type TermValues, type TermWeights } from '../ranking';

/** Weights every shopper starts with where the shop has no base model. The experts start unheard. */
export const START_WEIGHTS: TermWeights = {
  base: 0,
  embedding: 0,
  recent: 4,
  session: 1,
  closest: 2,
  category: 0.5,
  price: 0.25,
  popularity: 0.5,
  disliked: 2,
  experts: 0,
};

/** The same with a base model, which was trained to have popularity added. */
export const START_WEIGHTS_WITH_BASE: TermWeights = { ...START_WEIGHTS, base: 1, embedding: 2, popularity: 1.25 };

const RATE = 0.2;
const DECAY = 0.05;
/** Bound of |theta|: a weight stays within a factor e of its start. */
const LIMIT = 1;
/** Bound of the experts' weight, which is theirs alone to earn. */
const EXPERTS_LIMIT = 4;

const byTerm = (entry: v.GenericSchema<number>) =>
  v.object(Object.fromEntries(TERMS.map((name) => [name, entry])) as Record<TermName, typeof entry>);
const finite = v.pipe(v.number(), v.finite());

/** Stored form of the personal weights. */
export const personalWeightsSchema = v.object({ theta: byTerm(finite), squares: byTerm(finite) });
export type StoredWeights = v.InferOutput<typeof personalWeightsSchema>;

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
   * Learns from one choice. A choice whose step is not finite changes nothing.
   * @param values terms as they stood before the choice
   * @param chosen row of the chosen item
   * @param candidates rows it was chosen from, `chosen` among them
   * @param strength strength of the event; scales the step
   */
  learn(values: TermValues, chosen: number, candidates: ArrayLike<number>, strength: number): LearnedChoice {
    const weights = this.current;
    const { loss, mean } = softmaxAt(values, weights, chosen, candidates);
    if (!Number.isFinite(loss)) return { loss, gain: 0, finite: false };
    const silent =
      weights.experts === 0 ? loss : softmaxAt(values, { ...weights, experts: 0 }, chosen, candidates).loss;
    for (const name of TERMS) {
      const slope = values[name][chosen] - mean[name];
      this.#step(name, strength * (name === 'experts' ? slope : weights[name] * slope));
    }
    return { loss, gain: silent - loss, finite: true };
  }

  #step(name: TermName, gradient: number): void {
    if (gradient === 0) return;
    this.#squares[name] += gradient * gradient;
    const step = (RATE * gradient) / Math.sqrt(this.#squares[name] + 1e-8);
    const theta = this.#theta[name] + step - RATE * DECAY * this.#theta[name];
    const [low, high] = name === 'experts' ? [0, EXPERTS_LIMIT] : [-LIMIT, LIMIT];
    this.#theta[name] = Math.max(low, Math.min(high, theta));
  }
}

/** What one choice taught. */
export interface LearnedChoice {
  /** -log p(chosen) before the step, nats. */
  loss: number;
  /** How much less the loss was thanks to the experts' term, nats; 0 while it is silent. */
  gain: number;
  finite: boolean;
}

/** -log softmax(score)[chosen] over the candidates, and the expected value of each term under that softmax. */
function softmaxAt(
  values: TermValues,
  weights: TermWeights,
  chosen: number,
  candidates: ArrayLike<number>,
): { loss: number; mean: Record<TermName, number> } {
  const score = scores(values, weights);
  let max = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < candidates.length; n++) max = Math.max(max, score[candidates[n]]);
  let total = 0;
  const mean = everyTerm(0);
  for (let n = 0; n < candidates.length; n++) {
    const row = candidates[n];
    const p = Math.exp(score[row] - max);
    total += p;
    for (const name of TERMS) mean[name] += p * values[name][row];
  }
  for (const name of TERMS) mean[name] /= total;
  return { loss: Math.log(total) + max - score[chosen], mean };
}
