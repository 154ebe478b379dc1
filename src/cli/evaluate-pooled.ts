import { SidestreamError } from '../error';
import {
  evaluatePooled,
  newcomerQuality,
  POOLED_METHODS,
  type PooledRun,
  type ProtocolRun,
  pooledMethods,
  type Quality,
  type ResultTable,
} from '../evaluate';
import type { Interaction } from '../learner/node';
import { contentBlend } from '../ranking';
import { type EvaluateInput, wanted } from './evaluate-input';
import { interactionsOf } from './event-file';

const WINDOWS = 10;
/** Epochs of a window's training at most. */
const EPOCHS = 10;
/** What the changes are against; always evaluated. */
const REFERENCE = 'popularity';

/**
 * The pooled protocol: train on window t of ten, rank every choice of window t + 1. With `input.shoppers` the log is
 * that of so many of its users.
 * @throws SidestreamError `runtime/invalid-input` when the log is too short for ten windows
 */
export async function runPooled(input: EvaluateInput): Promise<ProtocolRun> {
  const { bundle, meter, say, seed } = input;
  const { interactions: all } = interactionsOf({ events: input.events, refused: [] }, bundle);
  const interactions = selection(all, input.shoppers);
  if (interactions.length < 20 * WINDOWS) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `${interactions.length} events are too few for ${WINDOWS} windows. Give a log with ${20 * WINDOWS} or more on items of this bundle.`,
    );
  }
  const blend = contentBlend(bundle.manifest);
  const built = pooledMethods({ table: bundle.features, blend, seed, epochs: EPOCHS });
  const methods = POOLED_METHODS.filter((name) => name === REFERENCE || wanted(input, name)).map((name) => built[name]);
  const trained = methods.filter(({ model }) => model).length;
  if (trained > 0) meter.start('Epochs', trained * EPOCHS * (WINDOWS - 1));
  const runs = await evaluatePooled({
    interactions,
    count: bundle.items.length,
    methods,
    windows: WINDOWS,
    // A training that stops early saves the rest of its epochs.
    onLearned: (epochs) => meter.advance(EPOCHS - epochs),
    onEpoch: () => meter.advance(1),
    onRanked: (window, method, { hr10, ndcg10 }) =>
      say(`Window ${window}, ${method}: ${percent(hr10)}, ${percent(ndcg10)}`),
  });
  meter.stop();
  const users = new Set(interactions.map(({ user }) => user)).size;
  return {
    protocol: 'pooled',
    seed,
    setting: `${interactions.length} choices of ${users} users in ${WINDOWS} windows; trained on each, every choice of the next ranked`,
    ...findings(runs),
  };
}

/** The tables and figures of the runs; tables whose methods were not wanted are left out. */
function findings(runs: readonly PooledRun[]): Pick<ProtocolRun, 'tables' | 'figures'> {
  const reference = runs.filter(({ name }) => name === REFERENCE).map(({ name, units }) => ({ name, units }));
  const tables: ResultTable[] = [
    {
      ...{ name: 'pooled', unit: 'window', reference: REFERENCE },
      methods: runs.map((run) => ({ name: run.name, units: run.units, figures: figuresOf(run) })),
    },
  ];
  const models = runs.filter(({ alone }) => alone.length > 0);
  if (models.length > 0) {
    const methods = [...reference, ...models.map(({ name, alone }) => ({ name, units: alone }))];
    tables.push({ name: 'models alone', unit: 'window', reference: REFERENCE, methods });
  }
  const figures: Record<string, number> = {};
  const sidestream = runs.find(({ name }) => name === 'sidestream');
  if (sidestream) {
    const [pairs, content, newFirst] = (['whole', 'content', 'newFirst'] as const).map((by) =>
      sidestream.ranked.map((ranked) => newcomerQuality(ranked[by])),
    );
    const methods = [
      { name: 'new', units: pairs.map(({ fresh }) => fresh) },
      { name: 'old', units: pairs.map(({ old }) => old) },
    ];
    tables.push({ name: 'new-items', unit: 'window', reference: 'old', methods });
    figures.newOverOld = newOverOld(pairs);
    figures.newOverOldByContent = newOverOld(content);
    figures.newOverOldInListOfNew = newOverOld(newFirst);
  }
  return { tables, figures };
}

/**
 * Sizes of the model after the first and the last window, and NDCG@10 of its score alone on the first test windows: as
 * it was then, and by the last model.
 */
function figuresOf({ parameters, alone, retention }: PooledRun): Record<string, number> | undefined {
  if (parameters.length === 0) return undefined;
  const mean = (units: readonly Quality[]): number => units.reduce((sum, { ndcg10 }) => sum + ndcg10 / units.length, 0);
  return {
    parametersFirst: parameters[0],
    parametersLast: parameters[parameters.length - 1],
    earlyNdcg10: mean(alone.slice(0, retention.length)),
    retentionNdcg10: mean(retention),
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

const percent = (share: number): string => (100 * share).toFixed(2);
