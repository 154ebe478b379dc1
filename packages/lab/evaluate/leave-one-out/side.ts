import { contentBlend } from '../../../../src/core/catalog';
import { evenly } from '../../../../src/core/common/evenly';
import { catalogIndex, sideScores } from '../../../../src/device/ranking';
import { type SideSettings, sequencesFrom, sideFeatures, trainEpochs } from '../../../shop/training/side';
import { type LeaveOneOutMethod, ndcgOf, type Scores } from './ranker';
import type { ChoiceHistory } from './split';

/**
 * Settings for histories of a few choices each: more of the shop's items than of a shopper must be learned, and from their
 * words more than from their choices, so the experts decay little.
 */
const SETTINGS = {
  width: 128,
  dropout: 0.4,
  learningRate: 2e-3,
  epochs: 20,
  contentDecay: 0.01,
} satisfies Partial<SideSettings>;
/** Maximum number of validation choices ranked after each epoch. */
const MAX_CASES = 4000;

/**
 * The shop's side model: items by their content and their own embedding, shoppers by fading sums of their choices. The number of epochs is
 * chosen on the validation; it is then trained again with the choices of the validation.
 */
export const side: LeaveOneOutMethod = async ({ bundle, training, validation, whole, seed, meter, say }) => {
  const { items, features: table, manifest } = bundle;
  const features = sideFeatures(catalogIndex(items, table, contentBlend(manifest)));
  const cases = evenly(validation, MAX_CASES);
  const { width, dropout, epochs } = SETTINGS;
  let best = { epoch: epochs, ndcg10: Number.NEGATIVE_INFINITY };
  const train = (histories: readonly ChoiceHistory[], label: string, epochs: number, judge: boolean) => {
    meter.start(`side, ${label}`, epochs);
    return trainEpochs({
      features,
      sequences: sequencesFrom(histories.map(({ rows }) => rows)),
      seed,
      settings: { ...SETTINGS, epochs },
      async onEpoch({ epoch, loss }, _, modelNow) {
        meter.advance(1);
        if (!judge || cases.length === 0) return;
        const model = await modelNow();
        const ndcg10 = ndcgOf(scoresBy(model), cases);
        if (ndcg10 > best.ndcg10) best = { epoch, ndcg10 };
        say(`side, epoch ${epoch}: loss ${loss.toFixed(3)}, NDCG@10 ${(100 * ndcg10).toFixed(2)}`);
      },
    }).finally(() => meter.stop());
  };
  await train(training, 'epochs', epochs, true);
  const { model } = await train(whole, 'with the validation', best.epoch, false);
  return {
    settings: { width, dropout, epochs: best.epoch },
    ...(Number.isFinite(best.ndcg10) ? { validation: best.ndcg10 } : {}),
    scores: scoresBy(model),
  };
};

const scoresBy =
  (model: Parameters<typeof sideScores>[0]): Scores =>
  ({ rows }) =>
    sideScores(model, { rows: [...new Set(rows)] });
