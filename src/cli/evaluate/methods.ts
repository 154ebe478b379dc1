import type { BaseModel, BaseScorer } from '../../base-model';
import { SidestreamError } from '../../error';
import {
  baseMethod,
  contentKnnMethod,
  type DeviceMethod,
  fullFinetuneMethod,
  type LearnerList,
  type LogEvent,
  learnerMethod,
  paperExpertMethod,
  popularityMethod,
  sharedLearning,
  sharedModel,
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
import { ITEM_ITEM_METHODS, itemItemFile, pastItemItem } from './item-item-file';
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
  /** The same, for methods that score the same histories. */
  scorer: BaseScorer;
}

/**
 * The learner, and what it is without some of its parts: how it learns, whether it has the shop's map of gradients, and the
 * lists of what it learned, by name.
 */
const LEARNERS: (Pick<LearnerOptions, 'experts'> & { map?: false; lists: LearnerList[] })[] = [
  { experts: false, lists: [{ name: 'terms' }] },
  { map: false, lists: [{ name: 'no-map' }] },
  {
    lists: [
      { name: 'sidestream' },
      { name: 'no-anchor', anchor: false },
      { name: 'lift-0', coldStart: 0 },
      { name: 'lift-0.9', coldStart: 0.9 },
    ],
  },
];

/** The methods that run on a device without learning from the shopper, or train the base model there. */
const OTHERS: Record<string, (shop: PastShop) => DeviceMethod | Promise<DeviceMethod>> = {
  popularity: ({ popularity }) => popularityMethod(popularity),
  'popularity-now': ({ input: { bundle }, past }) => {
    const { interactions } = interactionsOf({ events: past, rejected: [] }, bundle);
    return popularityMethod(recentPopularity(interactions, bundle.items.length), 'popularity-now');
  },
  'content-knn': ({ catalog }) => contentKnnMethod(catalog),
  'item-knn': ({ input }) => pastItemItem(input, 'item-knn'),
  ease: ({ input }) => pastItemItem(input, 'ease'),
  base: ({ trained, scorer }) => baseMethod(trained, scorer),
  'base-alone': ({ catalog, scorer }) => baseMethod(catalog, scorer, 'base-alone'),
  'paper-expert': ({ trained, model, input: { seed } }) => paperExpertMethod(trained, model, { seed }),
  'full-finetune': ({ trained, model, input: { seed } }) => fullFinetuneMethod(trained, model, { seed }),
};

/** The learner of a shop without any logs: neither popularity nor base model. */
const NO_BASE = 'no-base';

/** The wanted learners: those that learn the same are one, with several lists. */
function learners({ catalog, scorer, input: { bundle, seed } }: PastShop, names: readonly string[]): DeviceMethod[] {
  const shared = { ...sharedLearning(), seed, backend: 'wasm' } as const;
  const methods = LEARNERS.flatMap(({ map, experts, lists: all }) => {
    const lists = all.filter(({ name }) => names.includes(name));
    if (lists.length === 0) return [];
    const own = map === false ? withMap(catalog, null) : catalog;
    return [learnerMethod({ lists, catalog: own, base: scorer, options: { experts, ...shared } })];
  });
  if (!names.includes(NO_BASE)) return methods;
  const options = { ...sharedLearning(), seed, backend: 'wasm' } as const;
  return [...methods, learnerMethod({ lists: [{ name: NO_BASE }], catalog: catalogOf(bundle, null), options })];
}

/** Names of the methods that run on a device, in the order of the tables. */
export const METHOD_NAMES: readonly string[] = [
  ...Object.keys(OTHERS),
  ...LEARNERS.flatMap(({ lists }) => lists.map(({ name }) => name)),
  NO_BASE,
];

/** Methods that run only where they are asked for: they train the whole base model on every shopper's device. */
export const SLOW_METHODS: readonly string[] = ['paper-expert', 'full-finetune'];

/** What the wanted methods have learned from the past; every process reads these files, and one makes each. */
export async function methodFiles(input: EvaluateInput): Promise<PastFile[]> {
  const replay = usesReplay(input) ? await replayFile(input) : null;
  const chosen = ITEM_ITEM_METHODS.filter((name) => isChosen(input, name));
  const settings = await Promise.all(chosen.map((name) => itemItemFile(input, name)));
  return [await baseFile(input), await factorsFile(input), ...(replay ? [replay] : []), ...settings];
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
  const catalog = await pastCatalog(input, past);
  const trained = { ...catalog, index: { ...catalog.index, logPopularity: popularity.map(Math.log1p) } };
  const shop = { input, past, popularity, catalog, trained, model, scorer: sharedModel(model) };
  const chosen = names.filter((name) => name === 'base' || isChosen(input, name));
  const others = chosen.filter((name) => Object.hasOwn(OTHERS, name));
  return [...(await Promise.all(others.map((name) => OTHERS[name](shop)))), ...learners(shop, chosen)];
}

/** The catalogue with all that the past taught, as an earlier step has learned it. */
export async function pastCatalog(input: EvaluateInput, past: LogEvent[]): Promise<LearnerCatalog> {
  const replay = usesReplay(input) ? await pastReplay(input) : {};
  const learned = await pastLearned(input);
  const factors = { ...learned.factors, ...replay };
  return catalogOf(input.bundle, popularityAtEnd(input, past), { ...learned, factors });
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
