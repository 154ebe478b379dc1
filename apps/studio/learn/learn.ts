import type { LogEvent } from '../../../packages/shop/logs';
import {
  cooccurrenceTable,
  demandOf,
  type KeptBytes,
  type ShopTraining,
  shopChoices,
  trainShop,
} from '../../../packages/shop/training';
import type { SideReport } from '../../../packages/shop/training/side';
import type { Bundle, Learned } from '../../../src/core/catalog';
import { ProgressReporter } from '../progress';
import type { LearnReport, LearnUpdate } from '../session';
import { gpuLost, type LearnBackend, startCompute } from './compute';
import { gainOver, heldOutChoices, hitRate, itemKnnRanks, popularityRanks, sideRanks } from './rivals';

/** The seed of `sidestream train`, so that both learn the same. */
const SEED = 1;

export interface LearnRequest {
  bundle: Bundle;
  events: LogEvent[];
  /** Keeps the state of the training after every epoch; it continues from there if possible. */
  checkpoint: KeptBytes;
  /** Whether the training is to end after the present step. */
  stopped(): boolean;
  on(update: LearnUpdate): void;
}

/** Learns co-occurrence, demand and the side model from a log as `sidestream train` does. */
export async function learn(request: LearnRequest): Promise<{ report: LearnReport; learned: Learned }> {
  const started = performance.now();
  const { bundle: full, stopped, on } = request;
  const { bundle, log, products, choices } = shopChoices(full, { events: request.events, rejected: [] });
  let backend = await startCompute();
  const measured: Pick<LearnUpdate, 'epochs' | 'popularity' | 'itemKnn'> = {
    epochs: [],
    popularity: null,
    itemKnn: null,
  };
  const progress = new ProgressReporter((now) => on({ ...measured, progress: now, backend }));

  const judged = heldOutChoices(choices, bundle.items.length);
  const popularity = popularityRanks(judged);
  measured.popularity = hitRate(popularity);
  // Its settings take longest to choose, and a training that is to end needs no rival.
  const itemKnn = stopped()
    ? null
    : itemKnnRanks(judged, {
        bundle,
        count: bundle.items.length,
        seed: SEED,
        meter: {
          start: (_, total) => progress.start('Comparison with products chosen together', total),
          advance: (count) => progress.advance(count),
          stop: () => {},
        },
        say: () => {},
      });
  measured.itemKnn = itemKnn && hitRate(itemKnn);

  const trained = await trainOnce(backend).catch((thrown: unknown) => {
    // A lost GPU fails in many ways. The last whole epoch is kept.
    if (backend === 'wasm') throw thrown;
    return trainAgain();
  });
  const cooccurrence = cooccurrenceTable(choices, bundle.items.length);
  const learned = products.spread({ cooccurrence, side: trained.learned, demand: demandOf(log, bundle) });
  const { training } = trained.learned;
  const report: LearnReport = {
    ...measured,
    progress: progress.present,
    backend,
    choices: training?.choices ?? 0,
    shoppers: training?.shoppers ?? 0,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    keptEpoch: training?.epochs ?? 0,
    stopped: stopped(),
    gain: itemKnn && gainOver(sideRanks(trained.learned.model, judged), { popularity, 'item-knn': itemKnn }),
  };
  return { report, learned };

  async function trainAgain(): Promise<ShopTraining> {
    backend = await startCompute('wasm');
    return trainOnce(backend);
  }

  function trainOnce(on: LearnBackend): Promise<ShopTraining> {
    const training = trainShop({
      bundle,
      choices,
      seed: SEED,
      say() {},
      checkpoint: request.checkpoint,
      resume: 'if-possible',
      stopped,
      onReports(reports) {
        measured.epochs = reports.flatMap(epochQuality);
        progress.report();
      },
      meter: progress,
    });
    return on === 'webgpu' ? Promise.race([training, gpuLost()]) : training;
  }
}

/** Without held-out shoppers, nothing is known about the quality. */
const epochQuality = ({ epoch, loss, heldOut }: SideReport): LearnUpdate['epochs'] =>
  heldOut ? [{ epoch, loss, hitRate: heldOut.hr10 }] : [];
