import type { BaseConfig } from '../base-model';
import type { Meter } from '../build';
import type { Bundle } from '../catalog';
import { sha256 } from '../common/sha256';
import type { Weights } from '../model';
import { type Checkpoint, findCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint';
import { type Interaction, offlineData } from './offline-data';
import { trainOffline } from './offline-training';
import { cutWindows, nextWeights } from './offline-windows';
import type { RankQuality } from './rank-quality';

export interface TrainBaseRequest {
  config: BaseConfig;
  bundle: Bundle;
  /** Sorted by time. */
  interactions: Interaction[];
  /** Names the file of the checkpoint, which gets one more ending. Not in the folder of a bundle, which may be public. */
  checkpoint: string;
  /** 1: all events at once. */
  windows: number;
  /** Last share of every window's events. */
  validation: number;
  seed: number;
  epochs: number;
  batch?: number;
  rate?: number;
  resume?: boolean;
  meter: Meter;
  say(line: string): void;
  /** Called where a checkpoint of this very training lies there and `resume` is not asked for. @param after what it is after */
  onUnused?(after: string): void;
}

export interface TrainBaseResult {
  weights: Weights;
  /** Of the last window's best epoch; null without validation. */
  validation: RankQuality | null;
  /** Over all windows. */
  epochs: number;
}

/** Choices that are ranked after every epoch: more would take longer than the epoch. */
const VALIDATION_CASES = 1000;

/** Trains window after window with a checkpoint after every epoch. */
export async function trainBase(request: TrainBaseRequest): Promise<TrainBaseResult> {
  const { config, bundle, interactions, checkpoint, windows, seed, meter, say } = request;
  const training = await fingerprint(request);
  let resume: Checkpoint | null = request.resume ? await readCheckpoint(checkpoint, training) : null;
  const streams = cutWindows(interactions, windows);
  const after = ({ window, state }: Checkpoint): string =>
    `${streams.length > 1 ? `window ${window + 1}, epoch` : 'epoch'} ${state.reports.length}`;
  if (resume) say(`Going on after ${after(resume)}`);
  else if (request.onUnused) {
    const found = await findCheckpoint(checkpoint, training);
    if ('state' in found) request.onUnused(after(found));
  }
  let weights: Weights | undefined;
  let validation: RankQuality | null = null;
  let epochs = 0;
  for (const [window, stream] of streams.entries()) {
    if (resume && window < resume.window) continue;
    const data = offlineData(stream, bundle.items.length, request.validation);
    const every = Math.ceil(data.validation.length / VALIDATION_CASES);
    const named = streams.length > 1 ? `Window ${window + 1}/${streams.length}, epoch` : 'Epoch';
    const inWords = (epoch: number): string => `${named} ${epoch} of at most ${request.epochs}`;
    let epoch = resume?.state.reports.length ?? 0;
    const result = await trainOffline({
      config,
      table: bundle.features,
      sequences: data.sequences,
      validation: data.validation.filter((_, index) => index % every === 0),
      seed: seed + window,
      initial: weights,
      freezeExperts: window > 0,
      epochs: request.epochs,
      batch: request.batch,
      learningRate: request.rate,
      resume: resume?.state,
      onStep: (step, steps) => {
        if (step === 1) meter.start(inWords(++epoch), steps, 'this epoch');
        meter.advance(1);
      },
      onEpoch: async ({ loss, validation: quality }, state) => {
        meter.stop();
        const shown = quality
          ? `, HR@10 ${(quality.hr10 * 100).toFixed(2)} %, NDCG@10 ${(quality.ndcg10 * 100).toFixed(2)} %`
          : '';
        say(`${inWords(epoch)}: loss ${loss.toFixed(3)}${shown}`);
        await writeCheckpoint(checkpoint, training, { window, state: await state() });
      },
    });
    resume = null;
    weights = result.weights;
    epochs += result.reports.length;
    validation = result.reports[result.epoch - 1]?.validation ?? null;
    if (window < streams.length - 1) weights = nextWeights(weights, result.utilization, config.recipe, { seed });
  }
  return { weights: weights ?? {}, validation, epochs };
}

/** A digest of data and options: a training can only be resumed with the same ones. */
async function fingerprint(request: TrainBaseRequest): Promise<string> {
  const { config, bundle, interactions, windows, validation, seed, epochs, batch, rate } = request;
  const about = [config, bundle.manifest.digest, windows, validation, seed, epochs, batch, rate];
  const events = interactions.map(({ user, row, time }) => `${user}\t${row}\t${time}`);
  return sha256(new TextEncoder().encode(`${JSON.stringify(about)}\n${events.join('\n')}`));
}
