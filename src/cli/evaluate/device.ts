import type { BaseModel } from '../../base-model';
import { SidestreamError } from '../../error';
import {
  baseMethod,
  coldStartQuality,
  contentKnnMethod,
  type DeviceMethod,
  evaluateDevice,
  fullFinetuneMethod,
  learnerMethod,
  lnRankChange,
  type MethodRun,
  meanQuality,
  type ProtocolRun,
  paperExpertMethod,
  popularityMethod,
  type Quality,
  type RankedChoice,
  type ResultTable,
  type Shopper,
  thirds,
} from '../../evaluate';
import {
  catalogOf,
  coldHalf,
  type EvaluateInput,
  learnedFrom,
  type PastLearned,
  pastModel,
  popularityOf,
  wanted,
} from './input';

/** Events that a shopper of the device protocol must have. */
const MIN_EVENTS = 30;
/** First event that is ranked, and end of the events used. */
const [FROM, TO] = [10, 110];

/** The methods of `deviceMethods`, and the one of a shop without logs. */
const METHODS = [
  'popularity',
  'content-knn',
  'base',
  'paper-expert',
  'full-finetune',
  'terms',
  'sidestream',
  'no-base',
];

/**
 * The wanted methods that run on a device, each with the shop's data at the end of the past. The base model alone is always
 * among them, as the reference.
 * @param popularity choices of each item in the past
 * @param learned from the past
 */
export function deviceMethods(
  input: EvaluateInput,
  model: BaseModel,
  popularity: Float32Array,
  learned: PastLearned,
): DeviceMethod[] {
  const { seed } = input;
  const catalog = catalogOf(input.bundle, popularity, learned);
  // As it was trained: an item without a choice has none, where the learner takes its popularity as unknown.
  const trained = { ...catalog, index: { ...catalog.index, logPopularity: popularity.map(Math.log1p) } };
  const learner = { catalog, base: model, options: { seed, backend: 'wasm' as const } };
  return [
    popularityMethod(popularity),
    contentKnnMethod(catalog),
    baseMethod(trained, model),
    paperExpertMethod(trained, model, { seed }),
    fullFinetuneMethod(trained, model, { seed }),
    learnerMethod({ ...learner, name: 'terms', experts: false }),
    learnerMethod({ ...learner, name: 'sidestream', experts: true }),
  ].filter(({ name }) => name === 'base' || wanted(input, name));
}

/** The learner for a shop without any logs: neither popularity nor base model. */
function noBaseMethod({ bundle, seed }: EvaluateInput): DeviceMethod {
  const options = { seed, backend: 'wasm' as const };
  return learnerMethod({ name: 'no-base', catalog: catalogOf(bundle, null), options, experts: true });
}

/**
 * The device protocol on shoppers without an event in the past: each event is ranked before it is learned. Tables:
 * `device` against the base model, `experts` against the personal terms without them, `no-base` against popularity.
 * Figures: `noBaseOverPopularity`, the ratio of NDCG@10; `newOverOld`, HR@10 of `sidestream` on items without a choice
 * in the past over that on older ones as popular in the whole log, `newOverOldLater` as popular after the past (the older
 * ones were then more popular before it); `experts …`, what the experts change about the ln rank of groups of shoppers.
 * @throws SidestreamError `runtime/invalid-input` when a method has another name than those here, or there is no shopper
 */
export async function runDevice(input: EvaluateInput): Promise<ProtocolRun> {
  const unknown = input.methods?.find((name) => !METHODS.includes(name));
  if (unknown !== undefined) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `There is no method ${unknown}; choose of ${METHODS.join(', ')}.`,
    );
  }
  const { past, shoppers } = coldHalf(input, MIN_EVENTS);
  const popularity = popularityOf(input, past);
  const model = await pastModel(input);
  const methods = deviceMethods(input, model, popularity, await learnedFrom(input, past, model));
  if (wanted(input, 'no-base')) methods.push(noBaseMethod(input));
  const { meter } = input;
  meter.start('Shoppers', shoppers.length);
  const ranked: { rank: number; row: number }[] = [];
  const later = popularityOf(input, input.events.slice(past.length));
  const whole = later.map((chosen, row) => chosen + popularity[row]);
  const asPopularIn = (chosen: Float32Array): RankedChoice[] =>
    ranked.map(({ rank, row }) => ({ rank, isNew: popularity[row] === 0, chosen: chosen[row] }));
  const results = await evaluateDevice({
    ...{ shoppers, methods, from: FROM, to: TO },
    onRank: (name, row, rank) => {
      if (name === 'sidestream') ranked.push({ rank, row });
    },
    onProgress: () => meter.advance(1),
  });
  meter.stop();
  model.dispose();
  const runs = methods.map(({ name }): MethodRun => ({ name, units: results.get(name) ?? [] }));
  const [terms, sidestream, noBase, popular] = ['terms', 'sidestream', 'no-base', 'popularity'].map((name) =>
    runs.find((run) => run.name === name),
  );
  const tables = [table('device', 'base', runs)];
  if (terms && sidestream) tables.push(table('experts', 'terms', [terms, sidestream]));
  if (noBase && popular) tables.push(table('no-base', 'popularity', [popular, noBase]));
  const { fresh, old } = coldStartQuality(asPopularIn(whole));
  const against = coldStartQuality(asPopularIn(later));
  return {
    protocol: 'device',
    seed: input.seed,
    setting: `${shoppers.length} shoppers (${input.half === 'all' ? 'all' : `half: ${input.half}`}) whom the first ${100 * input.past} % of the log does not know, events ${FROM + 1} to ${TO}`,
    tables,
    figures: {
      ...(noBase && popular ? { noBaseOverPopularity: ndcg10(noBase.units) / ndcg10(popular.units) } : {}),
      ...(sidestream
        ? {
            newItemsHr10: fresh.hr10,
            oldItemsHr10: old.hr10,
            newOverOld: fresh.hr10 / old.hr10,
            newOverOldLater: against.fresh.hr10 / against.old.hr10,
          }
        : {}),
      ...(terms && sidestream ? changesByGroup(sidestream.units, terms.units, shoppers, popularity) : {}),
    },
  };
}

const table = (name: string, reference: string, methods: MethodRun[]): ResultTable => ({
  ...{ name, unit: 'shopper', reference, methods },
});

const ndcg10 = (units: readonly Quality[]): number => meanQuality(units, (quality) => quality.ndcg10);

/** What the experts change about ln rank, for all shoppers and for thirds of them, each with its standard error. */
function changesByGroup(
  experts: readonly Quality[],
  terms: readonly Quality[],
  shoppers: readonly Shopper[],
  popularity: Float32Array,
): Record<string, number> {
  // By all their events, as many shoppers have more than are ranked.
  const [few, some, many] = thirds(shoppers.map(({ rows }) => rows.length));
  const [rare, mixed, popular] = thirds(
    shoppers.map(({ rows }) => {
      const ranked = rows.slice(FROM, TO);
      return ranked.reduce((sum, row) => sum + Math.log1p(popularity[row]), 0) / ranked.length;
    }),
  );
  const groups = {
    'all shoppers': [...shoppers.keys()],
    ...{ 'few events': few, 'some events': some, 'many events': many },
    ...{ 'rare items': rare, 'mixed items': mixed, 'popular items': popular },
  };
  return Object.fromEntries(
    Object.entries(groups).flatMap(([name, group]) => {
      const { mean, se } = lnRankChange(experts, terms, group);
      return group.length === 0
        ? []
        : [
            [`experts ${name}`, mean],
            [`experts ${name} se`, se],
          ];
    }),
  );
}
