import { seededRandom } from '../../../core/common/random';
import { nextTask } from '../../../core/common/tasks';
import { type LeaveOneOutMethod, ndcgOf, type Ranker } from './ranker';
import { sasrecBatch, sasrecParts, sasrecSource } from './sasrec-batch';
import { SasrecModel, type SasrecSize } from './sasrec-model';
import { type ChoiceHistory, evenly } from './split';

const SIZE: SasrecSize = { width: 64, blocks: 2, heads: 1, length: 50 };
/** Number of sequences in a step, and of its uniform negatives. */
const [BATCH, NEGATIVES] = [128, 512];
const LEARNING_RATE = 1e-3;
/** Dropout rates to try. */
const DROPOUTS = [0.2, 0.5];
/** Maximum number of epochs, and number of epochs without a better ranking after which a training ends. */
const [EPOCHS, PATIENCE] = [80, 5];
/** Maximum number of validation choices ranked after each epoch. */
const MAX_CASES = 4000;

export interface SasrecTraining {
  histories: readonly ChoiceHistory[];
  count: number;
  seed: number;
  dropout: number;
  epochs: number;
  size?: SasrecSize;
  learningRate?: number;
  /** Called after each epoch, from 1; training ends if it returns false. */
  onEpoch(epoch: number, loss: number, model: SasrecModel): Promise<boolean>;
}

/** Trains a model to predict every choice from the earlier ones. If no user has two choices, it learns nothing. */
export async function trainSasrec(training: SasrecTraining): Promise<SasrecModel> {
  const { histories, count, seed, dropout, epochs, onEpoch } = training;
  const { size = SIZE, learningRate = LEARNING_RATE } = training;
  const random = seededRandom(seed);
  const model = new SasrecModel(count, size, random, learningRate);
  const source = sasrecSource(histories, { count, length: size.length, negatives: Math.min(NEGATIVES, count) });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const batches = sasrecParts(source, BATCH, random);
    let loss = 0;
    for (const parts of batches) {
      loss += model.step(sasrecBatch(parts, source, random), dropout) / batches.length;
      // Steps follow one another without a pause; without this, Node could not handle Ctrl+C.
      await nextTask();
    }
    if (!(await onEpoch(epoch, loss, model))) break;
  }
  return model;
}

const rankerOf = (model: SasrecModel): Pick<Ranker, 'scores'> => ({
  scores: (histories) => model.scores(histories.map(({ rows }) => rows)),
});

/**
 * SASRec with a sampled softmax: two blocks of width 64, whose dropout and number of epochs are chosen on the validation. It
 * is then trained again for as many epochs with the choices of the validation.
 */
export const sasrec: LeaveOneOutMethod = async ({ training, validation, whole, count, seed, meter, say }) => {
  const cases = evenly(validation, MAX_CASES);
  let best = { dropout: DROPOUTS[0], epochs: EPOCHS, ndcg10: Number.NEGATIVE_INFINITY };
  for (const dropout of cases.length > 0 ? DROPOUTS : []) {
    let own = { epochs: 0, ndcg10: Number.NEGATIVE_INFINITY };
    meter.start(`sasrec, dropout ${dropout}`, EPOCHS);
    await trainSasrec({
      histories: training,
      count,
      seed,
      dropout,
      epochs: EPOCHS,
      async onEpoch(epoch, loss, model) {
        const ndcg10 = await ndcgOf(rankerOf(model), cases);
        if (ndcg10 > own.ndcg10) own = { epochs: epoch, ndcg10 };
        say(
          `sasrec, dropout ${dropout}, epoch ${epoch}: loss ${loss.toFixed(3)}, NDCG@10 ${(100 * ndcg10).toFixed(2)}`,
        );
        meter.advance(1);
        return epoch - own.epochs < PATIENCE;
      },
    });
    meter.stop();
    if (own.ndcg10 > best.ndcg10) best = { dropout, ...own };
  }
  meter.start('sasrec, with the validation', best.epochs);
  const model = await trainSasrec({
    histories: whole,
    count,
    seed,
    dropout: best.dropout,
    epochs: best.epochs,
    async onEpoch() {
      meter.advance(1);
      return true;
    },
  });
  meter.stop();
  const { dropout, ndcg10 } = best;
  return {
    settings: { width: SIZE.width, blocks: SIZE.blocks, dropout, epochs: best.epochs },
    ...(Number.isFinite(ndcg10) ? { validation: ndcg10 } : {}),
    ...rankerOf(model),
  };
};
