import { dispose, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { seededRandom, uniform } from '../../src/core/common/random';
import {
  attentionMask,
  batchLoss,
  disposeLossTerms,
  disposeMask,
  expandByMean,
  expertCounts,
  type ItemTaps,
  itemEmbeddings,
  LADDERS,
  type Ladder,
  lastPositions,
  lossTerms,
  mapLayers,
  prune,
  Trainer,
  UtilizationMeter,
  userEncoder,
  userEncoderOf,
  type Weights,
} from '../../src/core/model';
import { weightsFrom, withParameters } from '../../src/core/model/weights';
import type { Golden, GoldenPhase, GoldenWeights } from './published-numbers';

const rowsOf = (values: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, row) => Array.from(values).slice(row * width, (row + 1) * width));

const nested = (weights: Weights): GoldenWeights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [
      name,
      shape.length === 1 ? Array.from(values) : rowsOf(values, shape[1]),
    ]),
  );

/** The paper's new router row, [dim]: uniform within the bounds of a fresh linear layer of that width. */
const randomRouterRow = (seed: number, ladder: Ladder, layer: number, dim: number): Float32Array =>
  uniform(seededRandom(seed + layer * 2 + (ladder === 'text' ? 0 : 1)), dim, 1 / Math.sqrt(dim));

/** A fixture of one window with this model's own numbers, on the present compute backend. */
export async function ownGolden(config: Golden['config'], initial: Weights, seed = 1): Promise<Golden> {
  const { hiddenDim, embeddingDim, maxSeqLen, tapLayers, learningRate, adam, pruneThreshold } = config;
  const items = 10;
  const random = seededRandom(seed);
  const features = Object.fromEntries(
    LADDERS.map((ladder) => [
      ladder,
      Array.from({ length: items + 1 }, (_, id) =>
        Array.from({ length: tapLayers + 1 }, () => Array.from(uniform(random, hiddenDim, id === 0 ? 0 : 1))),
      ),
    ]),
  ) as Golden['features'];
  const taps = (ids: number[]): ItemTaps => {
    const of = (ladder: Ladder): Tensor2D[] =>
      features[ladder][0].map((_, tap) => tensor2d(ids.map((id) => features[ladder][id][tap])));
    return { text: of('text'), image: of('image') };
  };
  const popularity = [1, ...Array.from(uniform(random, items, 0.1)).map((value) => value + 0.15)];
  const sequence = (length: number, first: number): number[] =>
    Array.from({ length }, (_, i) => (i < length - 3 ? 0 : ((i * 3 + first) % items) + 1));

  const trainable = Object.keys(initial);
  const trainer = new Trainer(initial, trainable, { learningRate, ...adam, epsilon: adam.eps });
  const meter = new UtilizationMeter();
  const steps: GoldenPhase['steps'] = [];
  for (let step = 0; step < 2; step++) {
    const itemIds = [sequence(maxSeqLen + 1, step), sequence(maxSeqLen + 1, step + 4)];
    const mask = itemIds.map((ids) => ids.slice(0, -1).map((id) => (id === 0 ? 0 : 1)));
    const inputs = {
      taps: taps(itemIds.flat()),
      attention: attentionMask(mask.flat(), maxSeqLen),
      loss: lossTerms({ itemIds, mask }, popularity),
    };
    const embeddings = itemEmbeddings(trainer.parameters, inputs.taps);
    const found = trainer.gradients((parameters) => batchLoss(parameters, config, inputs));
    const gradients = await weightsFrom(found.gradients);
    const loss = trainer.step((parameters) => batchLoss(parameters, config, inputs, { onActivation: meter.record }));
    await meter.collect();
    steps.push({
      itemIds,
      mask,
      itemEmbeddings: rowsOf(embeddings.dataSync(), embeddingDim),
      loss: loss.dataSync()[0],
      ...(step === 0 ? { gradients: nested(gradients) } : {}),
    });
    dispose([
      embeddings,
      loss,
      found.loss,
      ...Object.values(found.gradients),
      ...inputs.taps.text,
      ...inputs.taps.image,
    ]);
    disposeMask(inputs.attention);
    disposeLossTerms(inputs.loss);
  }
  const afterSteps = { ...initial, ...(await trainer.read()) };
  trainer.dispose();
  const { weights: afterPrune } = prune(afterSteps, meter.shares, pruneThreshold);
  const afterExpand = mapLayers(afterPrune, (layer, ladder, index) =>
    expandByMean(layer, randomRouterRow(seed, ladder, index, hiddenDim)),
  );
  const itemIds = [sequence(maxSeqLen, 2), sequence(maxSeqLen, 5)];
  const mask = itemIds.map((ids) => ids.map((id) => (id === 0 ? 0 : 1)));
  const shown = await withParameters(afterExpand, async (parameters) => {
    const all = taps(Array.from({ length: items + 1 }, (_, id) => id));
    const chosen = taps(itemIds.flat());
    const attention = attentionMask(mask.flat(), maxSeqLen);
    const catalog = itemEmbeddings(parameters, all);
    const encoded = userEncoder(userEncoderOf(parameters), config, itemEmbeddings(parameters, chosen), attention);
    const users = rowsOf(lastPositions(encoded, maxSeqLen).dataSync(), embeddingDim);
    const catalogEmbeddings = rowsOf(catalog.dataSync(), embeddingDim);
    const scores = users.map((user) =>
      catalogEmbeddings.map((item) => item.reduce((sum, value, d) => sum + value * user[d], 0)),
    );
    return { itemIds, mask, catalogEmbeddings, userVectors: users, scores };
  });
  return {
    config,
    features,
    popularity,
    phases: [
      {
        initial: nested(initial),
        trainable,
        steps,
        afterSteps: nested(afterSteps),
        utilization: meter.shares,
        afterPrune: nested(afterPrune),
        afterExpand: nested(afterExpand),
        expertCounts: { before: expertCounts(initial), afterPrune: expertCounts(afterPrune) },
        eval: shown,
      },
    ],
  };
}
