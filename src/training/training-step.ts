import { type BaseConfig, disposeTaps, tapsOf } from '../base-model';
import type { FeatureTable } from '../catalog';
import {
  attentionMask,
  batchLoss,
  disposeLossTerms,
  disposeMask,
  type ForwardOptions,
  type Loss,
  lossTerms,
  type Random,
} from '../model';
import { type Chunk, type OfflineSource, offlineBatch } from './offline-batch';
import { disposeTensors, offlineLoss, offlineTensors } from './offline-loss';

/** A batch's loss, with everything constant on the compute backend until `dispose`. */
export interface PreparedBatch {
  loss: Loss;
  dispose(): void;
}

/** Prepares the loss of some chunks by the recipe. */
export function prepareBatch(
  config: BaseConfig,
  table: FeatureTable,
  chunks: readonly Chunk[],
  source: OfflineSource,
  random: Random,
  onActivation?: ForwardOptions['onActivation'],
): PreparedBatch {
  if (config.recipe === 'paper') return paperBatch(config, table, chunks, source, onActivation);
  const batch = offlineBatch(chunks, config.maxSeqLen, source, random);
  const taps = tapsOf(table, batch.rows);
  const tensors = offlineTensors(batch);
  return {
    loss: (parameters, trainable) => offlineLoss(parameters, config, taps, tensors, { trainable, onActivation }),
    dispose: () => {
      disposeTaps(taps);
      disposeTensors(tensors);
    },
  };
}

/** The loss of the paper's reference implementation: in-batch negatives, logits minus log popularity. */
function paperBatch(
  config: BaseConfig,
  table: FeatureTable,
  chunks: readonly Chunk[],
  { choices, total }: OfflineSource,
  onActivation?: ForwardOptions['onActivation'],
): PreparedBatch {
  const length = config.maxSeqLen;
  // Item numbers start at 1, 0 is padding.
  const itemIds = chunks.map(({ rows }) => {
    const ids = new Int32Array(length + 1);
    ids.set(
      rows.map((row) => row + 1),
      length + 1 - rows.length,
    );
    return ids;
  });
  const mask = itemIds.map((ids) => ids.slice(0, length).map((id) => Math.min(id, 1)));
  const popularity = Float32Array.of(1, ...choices.map((chosen) => chosen / total));
  const taps = tapsOf(
    table,
    // Padded positions are masked everywhere, so any item will do.
    itemIds.flatMap((ids) => Array.from(ids, (id) => Math.max(0, id - 1))),
  );
  const inputs = {
    taps,
    attention: attentionMask(
      mask.flatMap((row) => Array.from(row)),
      length,
    ),
    loss: lossTerms({ itemIds, mask }, popularity),
  };
  return {
    loss: (parameters, trainable) => batchLoss(parameters, config, inputs, { trainable, onActivation }),
    dispose: () => {
      disposeTaps(taps);
      disposeMask(inputs.attention);
      disposeLossTerms(inputs.loss);
    },
  };
}
