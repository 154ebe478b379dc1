import { dispose, gather, type Tensor, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { linear } from '../../packages/shop/training/model/differentiable';
import { gradientsOf, type Loss } from '../../packages/shop/training/model/gradients';
import { Trainer } from '../../packages/shop/training/model/trainer';
import type { Parameters, Weights } from '../../packages/shop/training/model/weights';
import { disposeLossTerms, lossTerms } from './loss';
import { batchLoss, type ItemTaps, itemEmbeddings } from './network';
import { withParameters } from './parameters';
import { type Golden, type GoldenPhase, goldenWeights } from './published-numbers';
import { expertCounts, LADDERS, type Ladder, layersOf, mapLayers } from './state-dict';
import { attentionMask, disposeMask, lastPositions, userEncoder, userEncoderOf } from './user-encoder';
import { expandByMean, prune, UtilizationMeter } from './windows';

/** The quantities of a fixture, in order of computation. */
export const QUANTITIES = [
  'item embeddings',
  'loss',
  'gradients',
  'weights after Adam steps',
  'utilisation',
  'pruning decisions',
  'weights after pruning',
  'weights after expansion',
  'catalogue embeddings',
  'user vectors',
  'scores',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** The largest error of one quantity over a fixture, and where it was found. */
export interface GoldenError {
  quantity: Quantity;
  /** See `relativeError`; infinite if names, shapes or decisions differ. */
  error: number;
  where: string;
}

/** A gradient whose numbers are all smaller than this share of the step's largest is a sum of rounding errors. */
const GRADIENT_FLOOR = 1e-4;

/**
 * Largest difference of two tensors, relative to the largest expected number. Infinite if lengths differ or a number
 * is not finite.
 * @param floor minimum of the number to which differences are relative
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = Math.max(floor, Number.MIN_VALUE);
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(actual[i])) return Number.POSITIVE_INFINITY;
    scale = Math.max(scale, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(actual[i] - expected[i]));
  }
  return error / scale;
}

/**
 * Runs everything in a fixture on the present compute backend and compares it with the fixture's numbers. Every
 * window starts from the fixture's own weights.
 * @returns one entry per quantity
 * @throws SidestreamError `model/bad-weights`, `model/bad-shape` if the fixture's weights do not form a model
 */
export async function checkGolden(golden: Golden): Promise<GoldenError[]> {
  const errors = new Map<Quantity, GoldenError>();
  for (const [index, phase] of golden.phases.entries()) {
    const note: Note = (quantity, where, error) => {
      const before = errors.get(quantity);
      if (before && before.error >= error) return;
      errors.set(quantity, { quantity, error, where: `window ${index}${where && `, ${where}`}` });
    };
    await checkWindow(golden, phase, note);
    await checkScores(golden, phase, note);
  }
  return QUANTITIES.flatMap((quantity) => errors.get(quantity) ?? []);
}

type Note = (quantity: Quantity, where: string, error: number) => void;

/** Adam as the reference uses it: nothing decays, and no gradient is clipped. */
export const plainAdam = (weights: Weights, learning: readonly string[], learningRate: number): Trainer =>
  new Trainer(weights, learning, {
    learningRate,
    clipNorm: Number.POSITIVE_INFINITY,
    weightDecay: () => 0,
    rowWise: [],
  });

/** One step. @returns the loss before it */
export async function stepOf(trainer: Trainer, loss: Loss): Promise<number> {
  const none = new Int32Array();
  const found = await gradientsOf(loss, trainer.pick(none), trainer.learning);
  trainer.move(found, none);
  return found.loss;
}

async function checkWindow(golden: Golden, phase: GoldenPhase, note: Note): Promise<void> {
  const { learningRate, pruneThreshold } = golden.config;
  const initial = goldenWeights(phase.initial);
  const meter = new UtilizationMeter();
  const trainer = plainAdam(initial, phase.trainable, learningRate);
  let learned: Weights;
  try {
    for (const [step, expected] of phase.steps.entries()) {
      await checkStep(golden, expected, trainer, meter, (quantity, where, error) =>
        note(quantity, `step ${step}${where && `, ${where}`}`, error),
      );
    }
    learned = { ...initial, ...trainer.read() };
  } finally {
    meter.discard();
  }
  compareWeights(learned, goldenWeights(phase.afterSteps), 'weights after Adam steps', note);
  for (const ladder of LADDERS) {
    for (const [layer, shares] of phase.utilization[ladder].entries()) {
      note('utilisation', `${ladder} layer ${layer}`, relativeError(meter.shares[ladder][layer] ?? [], shares));
    }
  }

  const { weights: pruned } = prune(learned, meter.shares, pruneThreshold);
  for (const ladder of LADDERS) {
    const same =
      equal(expertCounts(initial)[ladder], phase.expertCounts.before[ladder]) &&
      equal(expertCounts(pruned)[ladder], phase.expertCounts.afterPrune[ladder]);
    note('pruning decisions', `${ladder} ladder`, same ? 0 : Number.POSITIVE_INFINITY);
  }
  const afterPrune = goldenWeights(phase.afterPrune);
  // Detects that another expert of the same layer was pruned, because its weights differ.
  compareWeights(pruned, afterPrune, 'weights after pruning', note);

  const target = goldenWeights(phase.afterExpand);
  const expanded = mapLayers(afterPrune, (layer, ladder, index) => {
    const dim = layer.router.weight.shape[1];
    // Random in the reference, so the row comes from the fixture.
    const router = layersOf(target, ladder)[index]?.router;
    return expandByMean(layer, router?.weight.values.slice(-dim) ?? new Float32Array(dim));
  });
  compareWeights(expanded, target, 'weights after expansion', note);
}

async function checkStep(
  { config, features, popularity }: Golden,
  step: GoldenPhase['steps'][number],
  trainer: Trainer,
  meter: UtilizationMeter,
  note: Note,
): Promise<void> {
  const taps = tapsOf(features, step.itemIds.flat());
  const attention = attentionMask(step.mask.flat(), config.maxSeqLen);
  const terms = lossTerms(step, popularity);
  const inputs = { taps, attention, loss: terms };
  const learningIn = (parameters: Parameters) => new Set(trainer.learning.map((name) => parameters[name]));
  try {
    const weights = trainer.pick(new Int32Array());
    const items = await withParameters(weights, (parameters) => take(itemEmbeddings(parameters, taps)));
    note('item embeddings', '', relativeError(items, step.itemEmbeddings.flat()));
    if (step.gradients) {
      const expected = goldenWeights(step.gradients);
      const loss: Loss = (parameters) => batchLoss(parameters, config, inputs, { trainable: learningIn(parameters) });
      const found = await gradientsOf(loss, weights, trainer.learning);
      const gradients = Object.fromEntries(
        Object.entries(found.gradients).map(([name, values]) => [name, { shape: weights[name].shape, values }]),
      );
      const largest = Math.max(...Object.values(expected).map(({ values }) => largestOf(values)));
      compareWeights(gradients, expected, 'gradients', note, largest * GRADIENT_FLOOR);
    }
    const counted: Loss = (parameters) =>
      batchLoss(parameters, config, inputs, { trainable: learningIn(parameters), onActivation: meter.record });
    note('loss', '', relativeError([await stepOf(trainer, counted)], [step.loss]));
    await meter.collect();
  } finally {
    dispose([...taps.text, ...taps.image]);
    disposeMask(attention);
    disposeLossTerms(terms);
  }
}

async function checkScores({ config, features }: Golden, phase: GoldenPhase, note: Note): Promise<void> {
  const { itemIds, mask, catalogEmbeddings, userVectors, scores } = phase.eval;
  await withParameters(goldenWeights(phase.afterExpand), async (parameters) => {
    const all = tapsOf(features, [...features.text.keys()]);
    const chosen = tapsOf(features, itemIds.flat());
    const attention = attentionMask(mask.flat(), config.maxSeqLen);
    const [catalog, users, products] = tidy(() => {
      const embeddings = itemEmbeddings(parameters, all);
      const encoded = userEncoder(userEncoderOf(parameters), config, itemEmbeddings(parameters, chosen), attention);
      const vectors = lastPositions(encoded, config.maxSeqLen);
      return [embeddings, vectors, linear(vectors, embeddings)];
    });
    dispose([all.text, all.image, chosen.text, chosen.image].flat());
    disposeMask(attention);
    note('catalogue embeddings', '', relativeError(await take(catalog), catalogEmbeddings.flat()));
    note('user vectors', '', relativeError(await take(users), userVectors.flat()));
    note('scores', '', relativeError(await take(products), scores.flat()));
  });
}

function compareWeights(actual: Weights, expected: Weights, quantity: Quantity, note: Note, floor = 0): void {
  for (const name of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const both = Object.hasOwn(actual, name) && Object.hasOwn(expected, name);
    const same = both && equal(actual[name].shape, expected[name].shape);
    note(quantity, name, same ? relativeError(actual[name].values, expected[name].values, floor) : Infinity);
  }
}

/** Taps of items, in the given order. */
function tapsOf(features: Golden['features'], ids: number[]): ItemTaps {
  const of = (ladder: Ladder): Tensor2D[] =>
    features[ladder][0].map((_, tap) => tidy(() => gather(tensor2d(features[ladder].map((item) => item[tap])), ids)));
  return { text: of('text'), image: of('image') };
}

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

const largestOf = (values: Float32Array): number => values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);

/** Reads a tensor and frees it. */
async function take(tensor: Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}
