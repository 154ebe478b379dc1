import { SIDE_INPUTS, type SideModel } from '../../../../src/core/catalog';
import { sha256 } from '../../../../src/core/common/bytes';
import type { CatalogIndex } from '../../../../src/device/ranking';
import type { Meter } from '../../pipeline';
import { type Choices, rowsOf, shoppersIn } from '../interactions';
import { heldOutShoppers } from './held-out';
import { heldOutQuality, judgedAdapters, rankChange } from './held-out-quality';
import { encodeKept, type KeptBytes } from './kept-weights';
import { readSideCheckpoint, type SideFingerprint, writeSideCheckpoint } from './side-checkpoint';
import { type SideFeatures, sideFeatures } from './side-features';
import { sideSequences } from './side-sequences';
import { SIDE_SETTINGS, type SideSettings } from './side-settings';
import { type SideContinuation, sideUse } from './side-window';
import { type SideReport, type SideTraining, trainEpochs } from './train-epochs';

/** If it is `stopped`, the training keeps its best epoch. */
export interface SideModelRequest extends Pick<SideTraining, 'seed' | 'settings' | 'shards' | 'stopped'> {
  /** Features of the items that the choices name. */
  index: CatalogIndex;
  choices: Choices;
  /**
   * The state of an earlier training from which it continues; `choices` are then its new ones. Default: it starts from scratch.
   */
  continued?: SideContinuation;
  /** The checkpoint that a training writes after every epoch. Default: it writes none. */
  checkpoint?: KeptBytes;
  /**
   * Whether to continue from the checkpoint. One of other products, events or features is never continued; with `if-possible`,
   * a missing or damaged one, or one of other settings, is ignored too.
   */
  resume?: boolean | 'if-possible';
  /** The side model with which the result is compared, of the same items. Default: none. */
  before?: SideModel | null;
  /** Called after each epoch with the reports of all epochs so far; with a checkpoint, also before the first one. */
  onReports?(reports: readonly SideReport[]): void;
  meter: Meter;
  say(line: string): void;
}

/**
 * Trains the side model of a shop on all but a few shoppers, whose choices determine the epoch to keep.
 * @throws SidestreamError `runtime/invalid-input` if it is to be resumed and there is no checkpoint with these settings
 */
export async function trainSideModel(request: SideModelRequest) {
  const { index, choices, seed, checkpoint, meter, say } = request;
  const settings = { ...SIDE_SETTINGS, ...request.settings };
  const { heldOut, from } = heldOutShoppers(choices, request.continued?.choices.known);
  const features = sideFeatures(index);
  const fingerprint = checkpoint && (await fingerprintOf(request, settings, features));
  const resume =
    checkpoint && fingerprint && request.resume
      ? await readSideCheckpoint(checkpoint, fingerprint, say).catch((thrown: unknown) => {
          if (request.resume === 'if-possible') return undefined;
          throw thrown;
        })
      : undefined;
  if (resume) {
    say(`Continuing after epoch ${resume.reports.length}`);
    request.onReports?.(resume.reports);
  }
  let epoch = resume?.reports.length ?? 0;
  const sequences = sideSequences(choices, heldOut);
  const judges = [...heldOut].map((shopper) => Int32Array.from(new Set(rowsOf(choices, shopper))));
  const { initial, frozen, earlier } = request.continued ?? {};
  const result = await trainEpochs({
    features,
    initial,
    frozen,
    earlier,
    sequences,
    heldOut: judges,
    settings,
    seed,
    resume,
    stopped: request.stopped,
    shards: request.shards,
    onStep(step, steps) {
      if (step === 0)
        meter.start(`Epoch ${++epoch} of at most ${settings.epochs}`, settings.epochs * steps, (epoch - 1) * steps);
      else meter.advance(1);
    },
    async onEpoch(report, state) {
      const { loss, heldOut: quality } = report;
      meter.stop();
      request.onReports?.(state.reports);
      const shown = quality
        ? `; held-out shoppers: mean ln rank ${quality.lnRank.toFixed(3)}, HR@10 ${(100 * quality.hr10).toFixed(2)} %`
        : '';
      say(`Epoch ${epoch}: loss ${loss.toFixed(3)}${shown}`);
      if (checkpoint && fingerprint) await writeSideCheckpoint(checkpoint, fingerprint, state);
    },
  });
  const popular = (row: number): boolean => result.popularity[row] > 0;
  const model = judgedAdapters(result.model, (one) => heldOutQuality(one, judges, popular), say);
  return {
    model,
    /** Change of the held-out shoppers' ranks from `before`; null without it or if nobody is held out. */
    change: request.before ? rankChange(request.before, model, judges, popular) : null,
    weights: result.weights,
    config: result.config,
    use: await sideUse(result.weights, features, result.popularity),
    popularity: result.popularity,
    choices: choices.rows.length - [...heldOut].reduce((sum, shopper) => sum + rowsOf(choices, shopper).length, 0),
    shoppers: shoppersIn(choices) - heldOut.size,
    epochs: result.epoch,
    /** How the choices of the held-out shoppers were ranked after the kept epoch. */
    quality: result.reports[result.epoch - 1]?.heldOut ?? null,
    heldOut,
    /** Time from which their choices count. */
    from,
  };
}

async function fingerprintOf(
  { index, choices, seed, continued, shards }: SideModelRequest,
  settings: SideSettings,
  { inputs }: SideFeatures,
): Promise<SideFingerprint> {
  const ofText = (text: string) => sha256(new TextEncoder().encode(text));
  const ofBytes = ({ buffer, byteOffset, byteLength }: Uint32Array | Int32Array | Float32Array | Float64Array) =>
    sha256(new Uint8Array(buffer, byteOffset, byteLength));
  const features = SIDE_INPUTS.map((input) => ofBytes(inputs[input].values));
  const { initial = {}, earlier = new Float32Array() } = continued ?? {};
  return {
    options: await ofText(JSON.stringify([settings, seed, shards?.count ?? 1])),
    products: await ofText(JSON.stringify(index.items.map(({ id }) => id))),
    events: (await Promise.all([choices.offsets, choices.rows, choices.times, choices.places].map(ofBytes))).join(),
    features: (await Promise.all(features)).join(),
    model: await sha256(encodeKept({ ...initial, earlier: { shape: [earlier.length], values: earlier } }, '', {})),
  };
}
