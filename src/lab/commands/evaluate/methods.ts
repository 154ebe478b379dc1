import type { LearnerOptions } from '../../../device/learner';
import { SidestreamError } from '../../../error';
import { interactionsOf, sideCatalog } from '../../../shop/cli';
import type { LogEvent } from '../../../shop/logs';
import { recentPopularity } from '../../../shop/training';
import {
  contentKnnMethod,
  type DeviceMethod,
  type LearnerShop,
  learnerMethod,
  popularityMethod,
  type SharedLearning,
  sharedLearning,
  sideMethod,
} from '../../evaluate';
import {
  catalogOf,
  type EvaluateInput,
  type PastFile,
  pastCooccurrence,
  popularityAtEnd,
  popularityOf,
  wanted,
} from './input';
import { ITEM_ITEM_METHODS, itemItemFile, pastItemItem, pastVsknn, vsknnFile } from './item-item-file';
import { pastSide, sideFile } from './side-file';

/** The shop at the end of the past. */
interface PastShop extends LearnerShop {
  input: EvaluateInput;
  past: LogEvent[];
  /** [items] choices in the past. */
  popularity: Float32Array;
  /** Data shared by its learners. */
  shared: SharedLearning;
}

/** The lists of pages without learning. The other methods are compared with this one, so it is always evaluated. */
export const REFERENCE = 'popularity-now';

/** The methods that run on a device, by name. */
const METHODS: Record<string, (shop: PastShop) => DeviceMethod | Promise<DeviceMethod>> = {
  popularity: ({ popularity }) => popularityMethod(popularity),
  'popularity-now': ({ input: { bundle }, past }) => {
    const { interactions } = interactionsOf({ events: past, rejected: [] }, bundle);
    return popularityMethod(recentPopularity(interactions, bundle.items.length), REFERENCE);
  },
  'content-knn': ({ catalog }) => contentKnnMethod(catalog),
  'item-knn': ({ input }) => pastItemItem(input, 'item-knn'),
  ease: ({ input }) => pastItemItem(input, 'ease'),
  vsknn: ({ input }) => pastVsknn(input),
  side: ({ catalog }) => sideMethod(catalog),
  terms: (shop) => learner('terms', shop, { experts: false }),
  'one-expert': (shop) => learner('one-expert', shop, { candidates: false }),
  sidestream: (shop) => learner('sidestream', shop),
};

/** The learner of a shop. @param options parts that it omits. Default: none */
const learner = (name: string, shop: PastShop, options?: LearnerOptions): DeviceMethod =>
  learnerMethod({ name, shop, options: { ...shop.shared, ...options } });

/** The methods that read the side model. */
const SIDE_METHODS: readonly string[] = ['side', 'terms', 'one-expert', 'sidestream'];

/** Whether any of the wanted methods reads the side model. */
export const needsSide = (input: EvaluateInput): boolean => SIDE_METHODS.some((name) => wanted(input, name));

/** Names of the methods that run on a device, in the order of the tables. */
export const METHOD_NAMES: readonly string[] = Object.keys(METHODS);

/** Files that the wanted methods learn from the past; every process reads them, and each is created by one. */
export function methodFiles(input: EvaluateInput): Promise<PastFile[]> {
  const chosen = ITEM_ITEM_METHODS.filter((name) => wanted(input, name));
  return Promise.all([
    ...chosen.map((name) => itemItemFile(input, name)),
    ...(wanted(input, 'vsknn') ? [vsknnFile(input)] : []),
    ...(needsSide(input) ? [sideFile(input)] : []),
  ]);
}

/**
 * The wanted methods, each with the shop's data at the end of the past.
 * @param names names that may be wanted
 */
export async function deviceMethods(
  input: EvaluateInput,
  past: LogEvent[],
  names: readonly string[] = METHOD_NAMES,
): Promise<DeviceMethod[]> {
  const shop: PastShop = {
    ...(await pastShop(input, past)),
    ...{ input, past, popularity: popularityOf(input, past), shared: sharedLearning() },
  };
  const chosen = names.filter((name) => name === REFERENCE || wanted(input, name));
  return Promise.all(chosen.map((name) => METHODS[name](shop)));
}

/** The shop's knowledge at the end of the past. */
export async function pastShop(input: EvaluateInput, past: LogEvent[]): Promise<LearnerShop> {
  const catalog = catalogOf(input.bundle, popularityAtEnd(input, past), pastCooccurrence(input));
  if (!needsSide(input)) return { catalog };
  return { catalog: sideCatalog(catalog, await pastSide(input)) };
}

/**
 * @param names the methods of the protocol
 * @throws SidestreamError `runtime/invalid-input` if another one is requested
 */
export function checkMethods({ methods }: EvaluateInput, names: readonly string[]): void {
  const unknown = methods?.find((name) => name !== 'all' && !names.includes(name));
  if (unknown === undefined) return;
  throw new SidestreamError(
    'runtime/invalid-input',
    `There is no method ${unknown} here; choose of all, ${names.join(', ')}.`,
  );
}
