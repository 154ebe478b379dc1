import type { BaseModel } from '../../base-model';
import { SidestreamError } from '../../error';
import {
  baseMethod,
  contentKnnMethod,
  type DeviceMethod,
  easeMethod,
  fullFinetuneMethod,
  type ItemItemLog,
  itemKnnMethod,
  type LogEvent,
  learnerMethod,
  paperExpertMethod,
  popularityMethod,
  withMap,
} from '../../evaluate';
import type { LearnerCatalog, LearnerOptions } from '../../learner';
import { recentPopularity } from '../../training';
import { interactionsOf } from '../event-file';
import {
  baseFile,
  catalogOf,
  type EvaluateInput,
  factorsFile,
  type PastFile,
  pastLearned,
  popularityAtEnd,
  popularityOf,
  wanted,
} from './input';
import { pastReplay, replayFile } from './replay-file';

/** The shop at the end of the past. */
interface PastShop {
  input: EvaluateInput;
  past: LogEvent[];
  /** [items] choices in the past. */
  popularity: Float32Array;
  /** As the learner reads it. */
  catalog: LearnerCatalog;
  /** As the base model was trained: an item without a choice has none, where the learner takes it as unknown. */
  trained: LearnerCatalog;
  model: BaseModel;
}

/** The learner, and what it is without some of its parts: options, and whether it has the shop's map of gradients. */
const LEARNERS: Record<string, Omit<LearnerOptions, 'seed' | 'backend'> & { map?: false }> = {
  terms: { experts: false },
  'no-map': { map: false },
  sidestream: {},
  'no-anchor': { anchor: false },
  'lift-0': { coldStart: 0 },
  'lift-0.9': { coldStart: 0.9 },
};

/** The methods that run on a device, in the order of the tables. */
const METHODS: Record<string, (shop: PastShop) => DeviceMethod | Promise<DeviceMethod>> = {
  popularity: ({ popularity }) => popularityMethod(popularity),
  'popularity-now': ({ input: { bundle }, past }) => {
    const { interactions } = interactionsOf({ events: past, rejected: [] }, bundle);
    return popularityMethod(recentPopularity(interactions, bundle.items.length), 'popularity-now');
  },
  'content-knn': ({ catalog }) => contentKnnMethod(catalog),
  'item-knn': async (shop) => (await itemKnnMethod(itemItemLog(shop))).method,
  ease: async (shop) => (await easeMethod(itemItemLog(shop))).method,
  base: ({ trained, model }) => baseMethod(trained, model),
  'base-alone': ({ catalog, model }) => baseMethod(catalog, model, 'base-alone'),
  'paper-expert': ({ trained, model, input: { seed } }) => paperExpertMethod(trained, model, { seed }),
  'full-finetune': ({ trained, model, input: { seed } }) => fullFinetuneMethod(trained, model, { seed }),
  ...Object.fromEntries(
    Object.entries(LEARNERS).map(([name, { map, ...options }]) => [
      name,
      ({ catalog, model, input: { seed } }: PastShop) =>
        learnerMethod({
          ...{ name, base: model, options: { ...options, seed, backend: 'wasm' } },
          catalog: map === false ? withMap(catalog, null) : catalog,
        }),
    ]),
  ),
  // The learner of a shop without any logs: neither popularity nor base model.
  'no-base': ({ input: { bundle, seed } }) =>
    learnerMethod({ name: 'no-base', catalog: catalogOf(bundle, null), options: { seed, backend: 'wasm' } }),
};

const itemItemLog = ({ input: { rowOf, bundle }, past }: PastShop): ItemItemLog => ({
  past,
  rowOf,
  count: bundle.items.length,
});

/** Names of the methods that run on a device. */
export const METHOD_NAMES: readonly string[] = Object.keys(METHODS);

/** Methods that run only where they are asked for: they train the whole base model on every shopper's device. */
export const SLOW_METHODS: readonly string[] = ['paper-expert', 'full-finetune'];

/** What the wanted methods have learned from the past; every process reads these files, and one makes each. */
export async function methodFiles(input: EvaluateInput): Promise<PastFile[]> {
  const replay = usesReplay(input) ? await replayFile(input) : null;
  return [await baseFile(input), await factorsFile(input), ...(replay ? [replay] : [])];
}

/** Whether the whole learner, or one that a protocol makes of it, is wanted: what shoppers of the past taught is its own. */
const usesReplay = ({ methods }: EvaluateInput): boolean =>
  !methods || methods.some((name) => name === 'all' || name.startsWith('sidestream'));

/**
 * The wanted ones of some methods, each with the shop's data at the end of the past.
 * @param names that may be wanted; the base model alone is always there, as the reference
 */
export async function deviceMethods(
  input: EvaluateInput,
  past: LogEvent[],
  model: BaseModel,
  names: readonly string[],
): Promise<DeviceMethod[]> {
  const popularity = popularityOf(input, past);
  const replay = usesReplay(input) ? await pastReplay(input) : {};
  const learned = await pastLearned(input);
  const factors = { ...learned.factors, ...replay };
  const catalog = catalogOf(input.bundle, popularityAtEnd(input, past), { ...learned, factors });
  const trained = { ...catalog, index: { ...catalog.index, logPopularity: popularity.map(Math.log1p) } };
  const shop = { input, past, popularity, catalog, trained, model };
  const chosen = names.filter((name) => name === 'base' || isChosen(input, name));
  return Promise.all(chosen.map((name) => METHODS[name](shop)));
}

const isChosen = (input: EvaluateInput, name: string): boolean =>
  wanted(input, name) && (input.methods !== undefined || !SLOW_METHODS.includes(name));

/** What a setting says of the methods that are not there because nobody asked for them; empty where all are. */
export const leftOut = ({ methods }: EvaluateInput): string =>
  methods ? '' : `; without the slow methods ${SLOW_METHODS.join(' and ')} (--methods all)`;

/**
 * @param names the methods of the protocol
 * @throws SidestreamError `runtime/invalid-input` when another one is asked for
 */
export function checkMethods({ methods }: EvaluateInput, names: readonly string[]): void {
  const unknown = methods?.find((name) => name !== 'all' && !names.includes(name));
  if (unknown === undefined) return;
  throw new SidestreamError(
    'runtime/invalid-input',
    `There is no method ${unknown} here; choose of all, ${names.join(', ')}.`,
  );
}
