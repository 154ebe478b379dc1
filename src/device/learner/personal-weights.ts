import type { StartWeights } from '../../core/catalog';
import { TERMS, type TermName, type TermWeights } from '../ranking';

/** Start of a new shopper's experts. */
export interface Start {
  /** Weights of the terms within a visit; `preference` is the weight of every feature block of an expert. */
  weights: TermWeights;
  /**
   * The same for the first choice of a visit, which follows less what the shopper just looked at. Choices do not change them: those
   * of a visit say little about the first of the next. Default: `weights`.
   */
  opening?: TermWeights;
  /** The same for lists that may repeat what the shopper bought. Default: as other lists. */
  repeats?: TermWeights;
  /** Share of a read-out that fades with each choice. */
  fading: number;
  /** Posterior probability above which a candidate is kept that was not born at the first choice of a visit. */
  needed: number;
  /** Share of the posterior mass that such a candidate takes when it is born. 0: there are no candidates, and one expert. */
  newborn: number;
}

export const START_WEIGHTS: TermWeights = {
  sideModel: 0,
  boughtTogether: 3.2,
  recent: 1.8,
  session: 1.8,
  nearestHistory: 6.4,
  category: 0.45,
  numericAffinity: 0.35,
  popularity: 0.6,
  coldStart: 0.3,
  disliked: 2,
  preference: 4,
};

/** Weights of the terms for a new shopper of a shop with a side model; `train` fits them to the shop. */
const START_WEIGHTS_WITH_SIDE: TermWeights = {
  ...START_WEIGHTS,
  sideModel: 0.6,
  boughtTogether: 1,
  recent: 0,
  session: 0,
  nearestHistory: 0.93,
  category: 0.3,
  numericAffinity: 0.3,
  popularity: 0.3,
  coldStart: 0.4,
  preference: 0.75,
};

/** Where no log says how much tastes mix. */
export const NEWBORN = 0.05;

export const START: Start = { weights: START_WEIGHTS, fading: 0.1, needed: 0.3, newborn: NEWBORN };
export const START_WITH_SIDE: Start = { weights: START_WEIGHTS_WITH_SIDE, fading: 0.04, needed: 0.5, newborn: NEWBORN };

/** A list: within a visit, for its first choice, or one that may repeat what the shopper bought. */
export type Situation = 'within' | 'opening' | 'repeats';

/** The start for a shop with a side model. */
export function startWithSide({ weights: fitted, opening, repeats, newborn }: StartWeights = { weights: {} }): Start {
  const known = (own: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(own).filter(([name]) => TERMS.some((term) => term === name)));
  const weights = { ...START_WITH_SIDE.weights, ...known(fitted) };
  return {
    ...START_WITH_SIDE,
    weights,
    ...(newborn !== undefined && { newborn }),
    ...(opening && { opening: { ...weights, ...known(opening) } }),
    ...(repeats && { repeats: { ...weights, ...known(repeats) } }),
  };
}

/**
 * Terms whose weight choices do not change: the shop sets the lift of items that nobody has chosen, and an expert's
 * read-outs have one weight per feature block.
 */
const FIXED_TERMS: readonly TermName[] = ['coldStart', 'preference'];

/** Learning rate of AdaGrad, and decay of theta towards 0 in one step, relative to it. */
const RATE = 0.2;
const DECAY = 0.05;
/** Bound of |theta|: a weight stays within a factor e of its start. */
export const MAX_THETA = 1;
/** Bound of the summed squared gradients: no stream of choices reaches it, and steps are still above 0 there. */
export const MAX_SQUARES = 1e9;

/** Rounds to the 20 leading binary digits to keep profiles small. Rounding never exceeds a bound that the number meets. */
const rounded = (value: number): number => {
  const high = value * (2 ** 33 + 1);
  return high - (high - value);
};

export function thetaBounds(name: TermName): [low: number, high: number] {
  return FIXED_TERMS.includes(name) ? [0, 0] : [-MAX_THETA, MAX_THETA];
}

/** Theta and summed squared gradients of every term, as stored in a profile. */
export type StoredWeights = Record<'theta' | 'squares', Record<TermName, number>>;

const everyTerm = (value: number) => Object.fromEntries(TERMS.map((name) => [name, value])) as Record<TermName, number>;

/** A learned factor e^theta, with AdaGrad's sum of its squared gradients. */
export interface AdaGrad {
  theta: number;
  /** Summed squares of the gradients. */
  squares: number;
}

/**
 * One step of AdaGrad on theta, with decay towards 0 and within the bound. A gradient of 0 changes nothing.
 * @param gradient of the log-likelihood in theta
 */
export function adaGradStep({ theta, squares }: AdaGrad, gradient: number): AdaGrad {
  if (gradient === 0) return { theta, squares };
  const sum = Math.min(MAX_SQUARES, squares + gradient * gradient);
  const step = (RATE * gradient) / Math.sqrt(sum + 1e-8);
  const next = theta + step - RATE * DECAY * theta;
  return { theta: rounded(Math.max(-MAX_THETA, Math.min(MAX_THETA, next))), squares: rounded(sum) };
}

/**
 * The personal weights of the score's terms: w = w0 * exp(theta) with theta in -1..1. Each choice takes one AdaGrad step on
 * the softmax over the items not yet chosen: terms that rank the chosen items high gain weight, the other terms lose it.
 */
export class PersonalWeights {
  readonly #learned: StoredWeights;
  start: Start = START;

  constructor(stored: StoredWeights = { theta: everyTerm(0), squares: everyTerm(0) }) {
    this.#learned = structuredClone(stored);
  }

  save(): StoredWeights {
    return structuredClone(this.#learned);
  }

  /**
   * The weights. `preference` has weight 1 within a visit, because an expert's read-outs contain the weights of their blocks.
   * @param situation of the list. Default: within a visit
   */
  at(situation: Situation = 'within'): TermWeights {
    const { weights: within } = this.start;
    const own = situation === 'within' ? undefined : this.start[situation];
    const weights = { ...(own ?? within) };
    const preference = within.preference > 0 ? weights.preference / within.preference : 0;
    if (!own) for (const name of TERMS) weights[name] *= Math.exp(this.#learned.theta[name]);
    return { ...weights, preference };
  }

  /** @param slopes of the log-likelihood in each term's weight: its value for the chosen item minus its expected value */
  step(slopes: Record<TermName, number>, strength: number, opens = false): void {
    if (opens && this.start.opening) return;
    const weights = this.at();
    const { theta: thetas, squares: sums } = this.#learned;
    for (const name of TERMS) {
      if (FIXED_TERMS.includes(name)) continue;
      const gradient = strength * weights[name] * slopes[name];
      const { theta, squares } = adaGradStep({ theta: thetas[name], squares: sums[name] }, gradient);
      [thetas[name], sums[name]] = [theta, squares];
    }
  }
}
