import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createMeter, openFolder } from '../../packages/cli/bundler';
import { keptFile, startCompute, storeLearned } from '../../packages/cli/training';
import {
  choicesFrom,
  demandOf,
  interactionsOf,
  type ShopTraining,
  shopChoices,
  trainShop,
} from '../../packages/shop/training';
import { encodeSideNetwork } from '../../packages/shop/training/side';
import type { Visit } from '../demo/visits';
import { digestOf } from './stamp';

const FOLDER = '.cache/demo/training';
/** Inputs of a checkpoint besides the visits and the features, whose digests it holds. */
const SOURCES = ['package-lock.json', 'src/core/kernel', 'packages/shop/training'];
const EPOCHS = 4;
/** The windows: the share of the log up to their end, and the parts of the whole work that an epoch and the rest take. */
const WINDOWS = [
  { until: 0.8, epoch: 9, rest: 13 },
  { until: 1, epoch: 3, rest: 15 },
];
const WHOLE = WINDOWS.reduce((sum, { epoch, rest }) => sum + EPOCHS * epoch + rest, 0);

/**
 * Trains the side model of the demo's bundle in two windows, as `sidestream train` does when it is called again with a longer log, and stores it with
 * the demand. What goes together stays as the orders say, as in a shop that builds with `--orders` after a training. A training that was
 * interrupted, or whose visits, features and code are still the same, continues after its last epoch.
 */
export async function trainDemo(folder: string, visits: readonly Visit[]): Promise<void> {
  await startCompute();
  const digest = (await digestOf(SOURCES)).slice(0, 16);
  const kept = await readdir(FOLDER).catch(() => []);
  for (const name of kept) if (!name.startsWith(digest)) await rm(join(FOLDER, name));
  const log = { events: [...visits], rejected: [] };
  const { bundle, log: byProduct } = shopChoices(await openFolder(folder), log);
  const { interactions } = interactionsOf(byProduct, bundle);
  const progress = new Progress();
  let side: ShopTraining | undefined;
  for (const [n, { until, epoch, rest }] of WINDOWS.entries()) {
    const network = side && encodeSideNetwork(side.network);
    side = await trainShop({
      bundle,
      choices: choicesFrom(interactions.slice(0, Math.ceil(until * interactions.length))),
      seed: 1,
      // Shoppers' tastes do not change with time, so no choice fades.
      settings: { epochs: EPOCHS, halfLife: Number.POSITIVE_INFINITY },
      checkpoint: keptFile(join(FOLDER, `${digest}-${n}.weights`)),
      resume: 'if-possible',
      ...(network && {
        network: { name: 'the first window', read: async () => network, write: async () => undefined },
      }),
      ...progress.window(epoch),
      say: () => undefined,
    });
    progress.advance(rest);
  }
  progress.end();
  await storeLearned({ side: side?.learned, demand: demandOf(log, bundle) }, folder, bundle.manifest.digest);
}

/** One bar for all windows, so that the time left is that of the whole training. */
class Progress {
  readonly #meter = createMeter();
  #done = 0;

  constructor() {
    this.#meter.start('Side model', WHOLE);
  }

  advance(parts: number): void {
    const before = Math.floor(this.#done);
    this.#done += parts;
    this.#meter.advance(Math.floor(this.#done) - before);
  }

  /** Callbacks of a training. @param parts of the whole work that an epoch takes */
  window(parts: number): Pick<Parameters<typeof trainShop>[0], 'meter' | 'onReports'> {
    const begin = this.#done;
    const whole = EPOCHS * parts;
    let each = 0;
    return {
      meter: {
        // Only epochs count here; the work after them is the rest.
        start: (label, steps) => {
          each = label.startsWith('Epoch') ? whole / steps : 0;
        },
        advance: (steps) => this.advance(steps * each),
        stop: () => undefined,
      },
      // Counts the epochs of a checkpoint, too.
      onReports: ({ length }) => this.advance(begin + length * parts - this.#done),
    };
  }

  end(): void {
    this.#meter.stop();
  }
}
