import * as v from 'valibot';
import type { Weight, Weights } from '../../packages/shop/training/model/weights';
import { fitting } from '../../src/core/common/schema';
import { invalidInput, type SidestreamError } from '../../src/error';
import { LADDERS } from './state-dict';

const number = v.pipe(v.number(), v.finite());
const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const row = v.array(number);
const matrix = v.array(row);
const stored = v.record(v.string(), v.union([row, matrix], 'must be a list of numbers or of rows'));
const perLadder = <T extends v.GenericSchema>(schema: T) => v.object({ text: schema, image: schema });
const expertCounts = perLadder(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))));

/** One golden fixture: numbers of the reference implementation, window by window. */
const goldenSchema = v.object({
  config: v.object({
    hiddenDim: size,
    embeddingDim: size,
    bottleneckDim: size,
    maxSeqLen: size,
    heads: size,
    blocks: size,
    tapLayers: size,
    learningRate: number,
    pruneThreshold: number,
    layerNormEps: number,
    /** Those with which every training computes. */
    adam: v.object({ beta1: v.literal(0.9), beta2: v.literal(0.999), eps: v.literal(1e-8) }),
  }),
  /** [items + 1][K + 1][D] */
  features: perLadder(v.array(matrix)),
  /** [items + 1] */
  popularity: row,
  phases: v.pipe(
    v.array(
      v.object({
        initial: stored,
        trainable: v.array(v.string()),
        steps: v.array(
          v.object({
            /** [B][L + 1] */
            itemIds: matrix,
            /** [B][L] */
            mask: matrix,
            /** [B * (L + 1)][E] */
            itemEmbeddings: matrix,
            loss: number,
            gradients: v.optional(stored),
          }),
        ),
        afterSteps: stored,
        utilization: perLadder(matrix),
        afterPrune: stored,
        afterExpand: stored,
        expertCounts: v.object({ before: expertCounts, afterPrune: expertCounts }),
        eval: v.object({
          itemIds: matrix,
          mask: matrix,
          catalogEmbeddings: matrix,
          userVectors: matrix,
          scores: matrix,
        }),
      }),
    ),
    v.minLength(1),
  ),
});

export type Golden = v.InferOutput<typeof goldenSchema>;
export type GoldenPhase = Golden['phases'][number];
export type GoldenWeights = GoldenPhase['initial'];

const unusable = (fault: string): SidestreamError =>
  invalidInput(`This is not a golden fixture: ${fault}. Get the file again.`);
const bad = (where: string, reason: string): SidestreamError => unusable(`${where}: ${reason}`);

/** Reads a golden fixture. @throws SidestreamError `runtime/invalid-input` naming the fault */
export function parseGolden(text: string): Golden {
  const golden = fitting(v.pipe(v.string(), v.parseJson(), goldenSchema), text, unusable);
  checkSizes(golden);
  return golden;
}

/** Ragged lists would shift numbers against each other instead of failing. */
function checkSizes({ config, features, popularity, phases }: Golden): void {
  const { hiddenDim, embeddingDim, maxSeqLen, tapLayers, heads } = config;
  const items = popularity.length;
  const expectRows = (where: string, rows: number[][], count: number, width: number): void => {
    if (rows.length !== count) throw bad(where, `has ${rows.length} rows, not ${count}`);
    const wrong = rows.findIndex((cells) => cells.length !== width);
    if (wrong !== -1) throw bad(`${where}.${wrong}`, `has ${rows[wrong].length} numbers, not ${width}`);
  };
  const expectIds = (where: string, rows: number[][], width: number): void => {
    expectRows(where, rows, rows.length, width);
    const wrong = rows.flat().find((id) => !Number.isInteger(id) || id < 0 || id >= items);
    if (wrong !== undefined) throw bad(where, `${wrong} is not an item number from 0 to ${items - 1}`);
  };
  if (embeddingDim % heads !== 0) throw bad('config.heads', `${embeddingDim} does not split into ${heads} heads`);
  for (const ladder of LADDERS) {
    if (features[ladder].length !== items) {
      throw bad(`features.${ladder}`, `has ${features[ladder].length} items, the popularity ${items}`);
    }
    for (const [id, taps] of features[ladder].entries()) {
      expectRows(`features.${ladder}.${id}`, taps, tapLayers + 1, hiddenDim);
    }
  }
  for (const [index, phase] of phases.entries()) {
    const at = `phases.${index}`;
    for (const name of ['initial', 'afterSteps', 'afterPrune', 'afterExpand'] as const) {
      checkWeights(`${at}.${name}`, phase[name]);
    }
    for (const [step, { itemIds, mask, itemEmbeddings, gradients }] of phase.steps.entries()) {
      const where = `${at}.steps.${step}`;
      if (itemIds.length === 0) throw bad(`${where}.itemIds`, 'is empty');
      expectIds(`${where}.itemIds`, itemIds, maxSeqLen + 1);
      expectRows(`${where}.mask`, mask, itemIds.length, maxSeqLen);
      expectRows(`${where}.itemEmbeddings`, itemEmbeddings, itemIds.length * (maxSeqLen + 1), embeddingDim);
      checkWeights(`${where}.gradients`, gradients ?? {});
    }
    const { itemIds, mask, catalogEmbeddings, userVectors, scores } = phase.eval;
    expectIds(`${at}.eval.itemIds`, itemIds, maxSeqLen);
    expectRows(`${at}.eval.mask`, mask, itemIds.length, maxSeqLen);
    expectRows(`${at}.eval.catalogEmbeddings`, catalogEmbeddings, items, embeddingDim);
    expectRows(`${at}.eval.userVectors`, userVectors, itemIds.length, embeddingDim);
    expectRows(`${at}.eval.scores`, scores, itemIds.length, items);
  }
}

function checkWeights(where: string, weights: GoldenWeights): void {
  for (const [name, nested] of Object.entries(weights)) {
    const ragged = nested.some((cells) => typeof cells !== 'number' && cells.length !== widthOf(nested));
    if (nested.length === 0 || ragged) throw bad(`${where}.${name}`, 'is empty or ragged');
  }
}

const widthOf = (nested: number[] | number[][]): number => (typeof nested[0] === 'number' ? 1 : nested[0].length);

/** Weights of the fixture as plain data of the model. */
export const goldenWeights = (nested: GoldenWeights): Weights =>
  Object.fromEntries(
    Object.entries(nested).map(([name, values]): [string, Weight] => {
      const vector = values.every((cell) => typeof cell === 'number');
      return [
        name,
        {
          shape: vector ? [values.length] : [values.length, widthOf(values)],
          values: Float32Array.from(values.flat()),
        },
      ];
    }),
  );
