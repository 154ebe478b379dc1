import { contentBlend } from '../../../../src/core/catalog';
import { catalogIndex } from '../../../../src/device/ranking';
import { invalidInput } from '../../../../src/error';
import { interactionsOf } from '../../../shop/training';
import { type SideSettings, sideFeatures } from '../../../shop/training/side';
import { wantedMethods } from '../../evaluate/methods';
import type { ResultTable } from '../../evaluate/result';
import { evaluateWindows, WINDOW_METHODS, type WindowMethodName, type WindowRun } from '../../evaluate/windows';
import { byMethod, type Protocol } from './runs';
import { tableOf } from './streams';

export const WINDOWS = 10;
/** Fewer epochs and sampled items than in `train` keep the protocol within minutes. */
const EPOCHS = 6;
const SETTINGS: Partial<SideSettings> = { epochs: EPOCHS, negatives: 512 };
/** Maximum number of choices ranked in a window. */
const MAX_RANKED = 2000;
/** Number of events per window below which nothing is evaluated. */
const MIN_EVENTS = 20;
/** Reference of the changes; always evaluated. */
const REFERENCE: WindowMethodName = 'scratch';
/** One expert that continues, with which `windows` is compared. */
const CONTINUED: WindowMethodName = 'static';

/**
 * The side model from window to window: after each training the choices of the next window are ranked. A model continues from
 * window to window, so the processes are divided by method.
 */
export const windowsProtocol: Protocol = (input) => {
  const names = wantedMethods(input, WINDOW_METHODS, REFERENCE);
  const { bundle, events, seed, say, windows = WINDOWS } = input;
  const { interactions } = interactionsOf({ events }, bundle);
  if (windows < 2) throw invalidInput('A single window has no next window to rank. Give 2 or more with --windows.');
  if (interactions.length < MIN_EVENTS * windows)
    throw invalidInput(
      `${interactions.length} events are too few for ${windows} windows. Give a log with ${MIN_EVENTS * windows} or more on items of this bundle, or fewer --windows.`,
    );
  return byMethod(
    names,
    (name) => {
      const { items, features, manifest } = bundle;
      return evaluateWindows(name, {
        interactions,
        windows,
        seed,
        settings: SETTINGS,
        ranked: MAX_RANKED,
        features: sideFeatures(catalogIndex(items, features, contentBlend(manifest))),
        onRanked: (window, { lnRank, hr10 }) =>
          say(
            `${name}, window ${window} of ${windows}: ln rank ${lnRank.toFixed(3)}, HR@10 ${(100 * hr10).toFixed(2)} %`,
          ),
      });
    },

    (runs) => {
      const table = (name: string, reference: string, of: readonly WindowRun[]): ResultTable =>
        tableOf({ name, unit: 'window', firstWindow: 2, reference }, of, ({ units }) => units);
      const all = table('windows', REFERENCE, runs);
      const methods = all.methods.map((method, n) => {
        const { seconds, bytes, experts, pruned, onNewItems } = runs[n];
        const figures = {
          processorSeconds: Math.round(seconds),
          kilobytes: Math.round(bytes / 1e3),
          allExperts: experts,
          pruned,
          newestOnNewItems: Math.round(100 * onNewItems) / 100,
        };
        return { ...method, figures };
      });
      const continued = runs.filter(({ name }) => name !== REFERENCE);
      const against = continued.some(({ name }) => name === CONTINUED)
        ? [table('continued', CONTINUED, continued)]
        : [];
      return {
        setting: `${interactions.length} choices in ${windows} windows; after each, up to ${MAX_RANKED} choices of the next window, ranked among the items known so far; ${EPOCHS} epochs`,
        tables: [{ ...all, methods }, ...against],
      };
    },
  );
};
