import { contentBlend } from '../../catalog';
import { SidestreamError } from '../../error';
import {
  coldStartQuality,
  evaluateOffline,
  meanQuality,
  OFFLINE_METHODS,
  type OfflineMethodName,
  type OfflineRun,
  offlineMethods,
  offlineText,
  type ProtocolRun,
  parseOffline,
  type Quality,
  qualityOf,
  type ResultTable,
  type WindowRange,
  withPlaces,
} from '../../evaluate';
import type { Interaction } from '../../training';
import { interactionsOf } from '../event-file';
import { type EvaluateInput, type Half, wanted } from './input';
import { checkMethods } from './methods';
import type { Protocol } from './protocol';

const WINDOWS = 10;
/** Reported windows: settings are chosen on the earlier windows and reported on the later ones. */
const REPORTED: Record<Half, WindowRange> = {
  choose: { first: 2, last: 5 },
  report: { first: 6, last: WINDOWS },
  all: { first: 2, last: WINDOWS },
};
/** Epochs of a window's training at most; the published recipe has three times as many. */
const EPOCHS = 5;
/** Places of ten that are reserved for new items, to measure gain and cost of that. */
const KEPT_PLACES = 2;
/** Reference of the changes; always evaluated. */
const REFERENCE = 'popularity';

/** Methods with a model, those that take longest to train first; all others are evaluated together. */
const BY_COST: readonly OfflineMethodName[] = [
  'xsmoe-paper',
  'no-prune',
  'full-finetune',
  'sidestream',
  'text-only',
  'image-only',
  'static',
];

/**
 * The pooled protocol: train on window t of ten, rank every choice of window t + 1. The halves are of the windows: 2 to 5
 * to choose settings on, 6 to 10 to report them on. With `input.shoppers` the log is that of so many of its users. A model goes
 * on from window to window, so that its methods are what processes are divided among.
 */
export const pooledProtocol: Protocol = {
  parts: (input, share) => (share === 1 ? 1 : groupsOf(input).length),
  check(input) {
    checkMethods(input, OFFLINE_METHODS);
    interactionsOfUsers(input);
  },
  pastFiles: async () => [],
  measure: async (input, { index, of }) =>
    offlineText(await runMethods(input, of === 1 ? methodsOf(input) : groupsOf(input)[index])),
  async report(input, parts) {
    const { seed, half } = input;
    const found = new Map(parts.flatMap(parseOffline).map((run) => [run.name, run]));
    const runs = methodsOf(input).flatMap((name) => found.get(name) ?? []);
    const interactions = interactionsOfUsers(input);
    const users = new Set(interactions.map(({ user }) => user)).size;
    return {
      protocol: 'pooled',
      seed,
      setting: `${interactions.length} choices of ${users} users in ${WINDOWS} windows; trained on each, every choice of the next ranked; ${halfInWords(half)}`,
      ...findings(runs, REPORTED[half].first),
    };
  },
};

/** The wanted methods, in the order of the tables. */
const methodsOf = (input: EvaluateInput): OfflineMethodName[] =>
  OFFLINE_METHODS.filter((name) => name === REFERENCE || wanted(input, name));

/** The wanted methods in groups that processes evaluate, one after the other. */
function groupsOf(input: EvaluateInput): OfflineMethodName[][] {
  const names = methodsOf(input);
  const models = BY_COST.filter((name) => names.includes(name));
  return [...models.map((name) => [name]), names.filter((name) => !models.includes(name))];
}

/** Evaluates some methods. What one finds does not depend on the others. */
async function runMethods(input: EvaluateInput, names: readonly OfflineMethodName[]): Promise<OfflineRun[]> {
  const { bundle, meter, say, seed, half } = input;
  const reported = REPORTED[half];
  const blend = contentBlend(bundle.manifest);
  const built = offlineMethods({ table: bundle.features, blend, seed, epochs: EPOCHS });
  const methods = names.map((name) => built[name]);
  const epochs = methods.reduce((sum, { model }) => sum + (model?.epochs ?? 0), 0);
  if (epochs > 0) meter.start('Epochs', epochs * (reported.last - 1));
  const runs = await evaluateOffline({
    ...{ interactions: interactionsOfUsers(input), count: bundle.items.length, methods, windows: WINDOWS, reported },
    // A training that stops early saves the rest of its epochs.
    onLearned: (trained, most) => meter.advance(most - trained),
    onEpoch: () => meter.advance(1),
    onRanked: (window, method, { hr10, ndcg10 }) =>
      say(`Window ${window}, ${method}: ${percent(hr10)}, ${percent(ndcg10)}`),
  });
  meter.stop();
  return runs;
}

/** The pooled protocol in this process. @throws SidestreamError `runtime/invalid-input` when the log is too short for ten windows */
export const runOffline = async (input: EvaluateInput): Promise<ProtocolRun> =>
  pooledProtocol.report(input, [await pooledProtocol.measure(input, { index: 0, of: 1 })]);

/** The choices of the log, or of so many of its users. @throws SidestreamError `runtime/invalid-input` for too short a log */
function interactionsOfUsers({ events, bundle, shoppers }: EvaluateInput): readonly Interaction[] {
  const { interactions: all } = interactionsOf({ events, rejected: [] }, bundle);
  const interactions = selection(all, shoppers);
  if (interactions.length < 20 * WINDOWS) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `${interactions.length} events are too few for ${WINDOWS} windows. Give a log with ${20 * WINDOWS} or more on items of this bundle.`,
    );
  }
  return interactions;
}

/** Which windows were reported, and which settings may be chosen on. */
function halfInWords(half: Half): string {
  const { first, last } = REPORTED[half];
  const windows = `windows ${first} to ${last} (half: ${half})`;
  if (half === 'report') return `${windows}; the windows before are those to choose settings on`;
  return half === 'choose'
    ? `${windows}, to choose settings on`
    : `${windows}, sound only where no setting was chosen on them`;
}

/**
 * The tables and figures of the runs; tables whose methods were not wanted are left out. The figures are of the method
 * sidestream: HR@10 on new items over that on old ones of equal popularity, by the whole score, by the model's without
 * popularity, in a list of new items alone, and where two of ten places are kept for new items; and how HR@10 over all
 * items changes by that.
 */
function findings(runs: readonly OfflineRun[], firstWindow: number): Pick<ProtocolRun, 'tables' | 'figures'> {
  const reference = runs.filter(({ name }) => name === REFERENCE).map(({ name, units }) => ({ name, units }));
  const tables: ResultTable[] = [
    {
      ...{ name: 'pooled', unit: 'window', firstWindow, reference: REFERENCE },
      methods: runs.map((run) => ({ name: run.name, units: run.units, figures: figuresOf(run) })),
    },
  ];
  const models = runs.filter(({ alone }) => alone.length > 0);
  if (models.length > 0) {
    const methods = [...reference, ...models.map(({ name, alone }) => ({ name, units: alone }))];
    tables.push({ name: 'models alone', unit: 'window', firstWindow, reference: REFERENCE, methods });
  }
  const figures: Record<string, number> = {};
  const sidestream = runs.find(({ name }) => name === 'sidestream');
  if (sidestream) {
    const { ranked, units } = sidestream;
    const pairs = ranked.map(({ whole }) => coldStartQuality(whole));
    const methods = [
      { name: 'new', units: pairs.map(({ fresh }) => fresh) },
      { name: 'old', units: pairs.map(({ old }) => old) },
    ];
    tables.push({ name: 'new-items', unit: 'window', firstWindow, reference: 'old', methods });
    const kept = ranked.map((window) => withPlaces(window, KEPT_PLACES));
    Object.assign(figures, {
      newOverOld: newOverOld(pairs),
      newOverOldByContent: newOverOld(ranked.map(({ content }) => coldStartQuality(content))),
      newOverOldInListOfNew: newOverOld(ranked.map(({ newFirst }) => coldStartQuality(newFirst))),
      newOverOldWithKeptPlaces: newOverOld(kept.map(coldStartQuality)),
      hr10ChangeWithKeptPlaces:
        meanQuality(
          kept.map((window) => qualityOf(window.map(({ rank }) => rank))),
          hr10,
        ) - meanQuality(units, hr10),
    });
  }
  return { tables, figures };
}

/**
 * Sizes of the model after the first and the last window, and NDCG@10 of its score alone on the first reported windows:
 * as it was then, and by the last model.
 */
function figuresOf({ parameters, alone, retention }: OfflineRun): Record<string, number> | undefined {
  if (parameters.length === 0) return undefined;
  const ndcg10 = (units: readonly Quality[]): number => meanQuality(units, (quality) => quality.ndcg10);
  return {
    parametersFirst: parameters[0],
    parametersLast: parameters[parameters.length - 1],
    earlyNdcg10: ndcg10(alone.slice(0, retention.length)),
    retentionNdcg10: ndcg10(retention),
  };
}

/** HR@10 on new items over that on old ones, each the mean of the windows that have both. */
function newOverOld(pairs: readonly { fresh: Quality; old: Quality }[]): number {
  const both = pairs.filter(({ fresh }) => fresh.events > 0);
  const sum = (pick: (pair: (typeof pairs)[number]) => Quality): number =>
    both.reduce((total, pair) => total + pick(pair).hr10, 0);
  return sum(({ fresh }) => fresh) / sum(({ old }) => old);
}

/** The choices of so many users, an even selection in the order of their first choice. */
function selection(interactions: readonly Interaction[], limit?: number): readonly Interaction[] {
  const users = [...new Set(interactions.map(({ user }) => user))];
  if (limit === undefined || limit >= users.length) return interactions;
  const kept = new Set(Array.from({ length: limit }, (_, n) => users[Math.floor((n * users.length) / limit)]));
  return interactions.filter(({ user }) => kept.has(user));
}

const hr10 = (quality: Quality): number => quality.hr10;

const percent = (share: number): string => (100 * share).toFixed(2);
