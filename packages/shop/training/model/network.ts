import {
  add,
  concat,
  div,
  exp,
  gather,
  log,
  max,
  maximum,
  mul,
  reshape,
  type Scalar,
  scatterND,
  sigmoid,
  slice,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tanh,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { ADAPTER_SIZE, ADAPTER_WEIGHTS, SIDE_INPUTS, type SideInput } from '../../../../src/core/common/side-inputs';
import { affine, differentiable, gelu, linear, product } from './differentiable';
import { SIDE_NAMES, sideExpertCount, sideExpertNames, sideInputNames } from './side-weights';
import type { Parameters } from './weights';

export interface SideItems {
  /** Columns of each part, [U, columns]; absent for a part that the catalogue lacks. */
  inputs: Partial<Record<SideInput, Tensor2D>>;
  /** [U, 1] 1 to use the item's own embedding and bias, 0 to place it only by its content. */
  kept: Tensor2D;
  /** [U, 1] Log popularity; 0 if unknown. */
  logPopularity: Tensor2D;
  /** Factors of the hidden units of each part's experts, [U, hidden]: 0 drops a unit. Default: no dropout. */
  dropout?: Partial<Record<SideInput, Tensor2D>>;
}

/**
 * Factor of a router's logits. A step of Adam changes each weight by about the learning rate; at that pace, a gate would hardly move while
 * a window lasts.
 */
export const GATE_SPEED = 10;

/** The bias of each item is the last column of the result of `itemVectors`. */
const column = (x: Tensor2D, at: number): Tensor2D => slice(x, [0, at], [x.shape[0], 1]);

/**
 * Item vector and bias of each item: k(i) = sum over parts and experts of w (A GELU(B x)) + C x, plus the item's embedding
 * if it is kept; b(i) = sum of w (a . GELU(B x)), plus popularity and own bias if they are kept. w is the softmax gate over
 * the experts of a part (XSMoE, arXiv 2508.05993, section 3.3). The features of a part's adapter are GELU(D x).
 * @param parameters embeddings and biases have a row for each of the items
 * @returns [U, width + 4 * parts + 1]: the vector, the features, then the bias
 */
export function itemVectors(parameters: Parameters, { inputs, kept, logPopularity, dropout }: SideItems): Tensor2D {
  const own = (name: string): Tensor2D => mul(parameters[name] as Tensor2D, kept);
  let vectors = own(SIDE_NAMES.embedding);
  const features: Tensor2D[] = [];
  let biases = add(
    own(SIDE_NAMES.bias),
    linear(mul(kept, logPopularity), parameters[SIDE_NAMES.popularity], 'right'),
  ) as Tensor2D;
  for (const input of SIDE_INPUTS) {
    const x = inputs[input];
    if (!x) continue;
    const { skip, adapter } = sideInputNames(input);
    vectors = add(vectors, linear(x, parameters[skip], 'right'));
    features.push(gelu(linear(x, parameters[adapter], 'right')));
    for (const [n, hidden] of gatedHidden(parameters, input, x, dropout?.[input]).entries()) {
      const { up, out } = sideExpertNames(input, n);
      vectors = add(vectors, linear(hidden, parameters[up]));
      biases = add(biases, linear(hidden, parameters[out]));
    }
  }
  return concat([vectors, ...features, biases], 1) as Tensor2D;
}

/** Hidden units of each expert of a part, times its gate: [U, hidden] each. @param x columns of the part, [U, columns] */
function gatedHidden(parameters: Parameters, input: SideInput, x: Tensor2D, dropout?: Tensor2D): Tensor2D[] {
  const experts = sideExpertCount(parameters, input);
  const { router, routerBias } = sideInputNames(input);
  const logits = experts > 1 ? affine(x, { weight: parameters[router], bias: parameters[routerBias] }, 'right') : null;
  const gates = logits && (softmax(mul(logits, GATE_SPEED)) as Tensor2D);
  return Array.from({ length: experts }, (_, n) => {
    const { down, downBias } = sideExpertNames(input, n);
    const whole = gelu(affine(x, { weight: parameters[down], bias: parameters[downBias] }, 'right'));
    const masked = dropout ? (mul(whole, dropout) as Tensor2D) : whole;
    return gates ? (mul(masked, column(gates, n)) as Tensor2D) : masked;
  });
}

/** How much each expert of a part is used by some items: the norm of its output times its gate (XSMoE, section 3.4), [U, experts]. */
export const expertUse = (parameters: Parameters, input: SideInput, x: Tensor2D): Tensor2D =>
  concat(
    gatedHidden(parameters, input, x).map((hidden, n) =>
      sqrt(sum(square(linear(hidden, parameters[sideExpertNames(input, n).up])), 1, true)),
    ),
    1,
  ) as Tensor2D;

/**
 * Rows of x [N, D] by index, repeats allowed: [P, D]. tfjs's own gather has no gradient on wasm.
 * @param rows [P] int32
 */
export function pickRows(x: Tensor2D, rows: Tensor1D): Tensor2D {
  return differentiable<Tensor2D>(
    [x],
    (save) => {
      save([rows]);
      return gather(x, rows);
    },
    (dy, [saved]) => [scatterND(reshape(saved, [saved.size, 1]), dy, x.shape)],
  );
}

/** Dot products of the rows of a and b [P, D]: [P, 1]. The stock gradient of a sum makes a matrix of ones. */
export function rowProducts(a: Tensor2D, b: Tensor2D): Tensor2D {
  return differentiable<Tensor2D>(
    [a, b],
    (save) => {
      save([a, b]);
      return sum(mul(a, b), 1, true);
    },
    (dy, [left, right]) => [mul(dy, right), mul(dy, left)],
  );
}

/** Times between the T places of sequences, which lie side by side: place p of sequence b is row p * sequences + b of every tensor. */
export interface SequencePlaces<T = Tensor2D> {
  /** [T, T] Choices between place s and the later place t; 0 if s is not earlier. */
  ages: T;
  /** [T, T] 1 if place s comes before place t, otherwise 0. */
  earlier: T;
}

/** Times between the places of sequences of a length, [length, length] each. */
export function sequencePlaces(length: number): SequencePlaces<Float32Array> {
  const ages = new Float32Array(length * length);
  const earlier = new Float32Array(length * length);
  for (let t = 0; t < length; t++) {
    for (let s = 0; s < t; s++) {
      ages[t * length + s] = t - 1 - s;
      earlier[t * length + s] = 1;
    }
  }
  return { ages, earlier };
}

/**
 * The remaining weight of each earlier choice at each place of a sequence: lambda^age, [T, T], with lambda the logistic
 * function of `logit`.
 * @param logit [1, 1]
 */
function decayMatrix(logit: Tensor2D, { ages, earlier }: SequencePlaces): Tensor2D {
  return differentiable<Tensor2D>(
    [logit],
    (save) => {
      const decay = sigmoid(logit);
      const left = mul(exp(mul(ages, log(decay))), earlier) as Tensor2D;
      save([left, decay, ages]);
      return left;
    },
    // d lambda^age / d logit = age lambda^age (1 - lambda).
    (dy, [left, decay, saved]) => [mul(reshape(sum(mul(dy, mul(left, saved))), [1, 1]), sub(1, decay)) as Tensor],
  );
}

/**
 * Sums of all rows before each place of a sequence, which fade with each place by the logistic function of `logit`.
 * @param logit [1, 1]
 * @param x [T * B, width]
 * @returns [T * B, width]
 */
function fadingSums(logit: Tensor2D, x: Tensor2D, places: SequencePlaces): Tensor2D {
  const length = places.ages.shape[0];
  const wide = reshape(x, [length, x.size / length]) as Tensor2D;
  return reshape(product(decayMatrix(logit, places), wide), x.shape);
}

/**
 * The states of shoppers before each of their choices, read out: q = sum over h of gain_h * s_h with
 * s_h <- lambda_h s_h + k(choice).
 * @param choices [T * B, width] vectors of the choices, relative to the average item's; zeros for no choice
 * @returns [T * B, width]
 */
export function shopperQueries(parameters: Parameters, choices: Tensor2D, places: SequencePlaces): Tensor2D {
  const width = choices.shape[1];
  const logits = parameters[SIDE_NAMES.decay] as Tensor2D;
  const gains = parameters[SIDE_NAMES.gain] as Tensor2D;
  let queries: Tensor2D | null = null;
  for (let h = 0; h < logits.shape[0]; h++) {
    const states = fadingSums(slice(logits, [h, 0], [1, 1]), choices, places);
    const read = mul(states, slice(gains, [h, 0], [1, width])) as Tensor2D;
    queries = queries ? add(queries, read) : read;
  }
  return queries as Tensor2D;
}

/** [4, 16] Copies each value of the context to the four weights that it is multiplied with; their features follow one another. */
const CONTEXT_COPIES = Float32Array.from({ length: ADAPTER_SIZE ** 3 }, (_, at) =>
  Math.floor((at % ADAPTER_WEIGHTS) / ADAPTER_SIZE) === Math.floor(at / ADAPTER_WEIGHTS) ? 1 : 0,
);
/** [4, 16] Copies each feature to the four weights that it is multiplied with. */
const FEATURE_COPIES = Float32Array.from({ length: ADAPTER_SIZE ** 3 }, (_, at) =>
  at % ADAPTER_SIZE === Math.floor(at / ADAPTER_WEIGHTS) ? 1 : 0,
);

/**
 * The adapters of shoppers before each of their choices, read out: W psi of each part, with psi = tanh(P query) and
 * W <- start + fade (W - start) + rate phi psi^T after each choice. Training leaves out the expectation of phi under the shopper's own
 * probabilities, as it does for the states.
 * @param queries [T * B, width] of `shopperQueries`
 * @param features [T * B, 4 * parts] of the choices, relative to the average item's; zeros for no choice
 * @returns [T * B, 4 * parts]
 */
export function adapterQueries(
  parameters: Parameters,
  queries: Tensor2D,
  features: Tensor2D,
  places: SequencePlaces,
): Tensor2D {
  const contextCopies = tensor2d(CONTEXT_COPIES, [ADAPTER_SIZE, ADAPTER_WEIGHTS]);
  const featureCopies = tensor2d(FEATURE_COPIES, [ADAPTER_SIZE, ADAPTER_WEIGHTS]);
  const psi = product(tanh(linear(queries, parameters[SIDE_NAMES.context])), contextCopies, 'left');
  const inputs = SIDE_INPUTS.filter((input) => sideInputNames(input).adapter in parameters);
  const read = inputs.map((input, n) => {
    const { adapterStart, adapterRate, adapterFade } = sideInputNames(input);
    const phi = slice(features, [0, n * ADAPTER_SIZE], [features.shape[0], ADAPTER_SIZE]) as Tensor2D;
    const rate = parameters[adapterRate] as Tensor2D;
    const steps = mul(mul(psi, product(phi, featureCopies, 'left')), mul(rate, rate)) as Tensor2D;
    const learned = fadingSums(parameters[adapterFade] as Tensor2D, steps, places);
    const weights = add(learned, parameters[adapterStart]) as Tensor2D;
    return linear(mul(weights, psi) as Tensor2D, featureCopies, 'left');
  });
  return concat(read, 1) as Tensor2D;
}

/** Constants of a loss. */
interface ChoicePlaces {
  /** [P, 1] Weight of each choice; 0 for padding. */
  weights: Tensor2D;
  /** [P, N] Added to the scores of the sampled items. */
  offsets: Tensor2D;
}

/**
 * Weighted mean cross-entropy of choices, each against the same sampled items.
 * @param chosen [P, 1] score of the chosen item
 * @param others [P, N] scores of the sampled items
 */
export function choiceLoss(chosen: Tensor2D, others: Tensor2D, { weights, offsets }: ChoicePlaces): Scalar {
  return differentiable<Scalar>(
    [chosen, others],
    (save) => {
      const scores = add(others, offsets);
      const top = maximum(max(scores, 1, true), chosen);
      const own = exp(sub(chosen, top));
      const rest = exp(sub(scores, top));
      const total = add(sum(rest, 1, true), own);
      const factor = div(weights, sum(weights));
      save([div(own, total), mul(rest, div(factor, total)), factor]);
      return sum(mul(add(log(total), sub(top, chosen)), factor)) as Scalar;
    },
    (dy, [share, weighed, factor]) => [mul(mul(sub(share, 1), factor), dy), mul(weighed, dy)],
  );
}
