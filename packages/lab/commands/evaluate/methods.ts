import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { startSchema } from '../../../../src/core/catalog';
import { decodeSideModel, encodeSideModel } from '../../../../src/core/catalog/side-model';
import {
  type LearnerCatalog,
  type LearnerOptions,
  type SharedLearning,
  sharedLearning,
} from '../../../../src/device/learner';
import { invalidInput } from '../../../../src/error';
import { writeWhole } from '../../../cli/training';
import type { LogEvent } from '../../../shop/logs';
import {
  choicesFrom,
  cooccurrenceTable,
  interactionsOf,
  recentPopularity,
  type ShopSide,
  shopCatalog,
  sideCatalog,
  trainShop,
} from '../../../shop/training';
import type { DeviceMethod } from '../../evaluate/device';
import {
  contentScores,
  historyMethod,
  isWanted,
  learnerMethod,
  sideMethod,
  wantedMethods,
} from '../../evaluate/methods';
import { PAST_METHODS, type PastLog } from '../../evaluate/past-methods';
import { type EvaluateInput, type PastFile, pastEvents, pastPath, popularityOf } from './input';

interface PastShop {
  catalog: LearnerCatalog;
  input: EvaluateInput;
  past: LogEvent[];
  popularity: Float32Array;
  shared: SharedLearning;
}

/** The lists of pages without learning. The other methods are compared with this one, so it is always evaluated. */
export const REFERENCE = 'popularity-now';

/** Methods of the literature, with settings chosen on the past. */
const PAST_NAMES = Object.keys(PAST_METHODS);

const METHODS: Record<string, (shop: PastShop) => DeviceMethod | Promise<DeviceMethod>> = {
  popularity: ({ popularity }) => historyMethod('popularity', () => popularity),
  'popularity-now': ({ input: { bundle }, past }) => {
    const { interactions } = interactionsOf({ events: past }, bundle);
    const recent = recentPopularity(choicesFrom(interactions), bundle.items.length);
    return historyMethod(REFERENCE, () => recent);
  },
  'content-knn': ({ catalog }) => historyMethod('content-knn', (rows) => contentScores(catalog, rows)),
  ...Object.fromEntries(PAST_NAMES.map((name) => [name, ({ input }: PastShop) => pastMethod(input, name)])),
  side: ({ catalog }) => sideMethod(catalog),
  terms: (shop) => learner('terms', shop, { experts: false }),
  'one-expert': (shop) => learner('one-expert', shop, { newborn: 0 }),
  'by-score': (shop) => learner('by-score', shop, {}, false),
  'fixed-adapters': (shop) => learner('fixed-adapters', shop, { adapters: false }),
  sidestream: (shop) => learner('sidestream', shop),
};

/** The learner of a shop. @param options parts that it omits. Default: none */
const learner = (name: string, shop: PastShop, options?: LearnerOptions, sharesPlaces = true): DeviceMethod =>
  learnerMethod({ name, catalog: shop.catalog, options: { ...shop.shared, ...options }, sharesPlaces });

const SIDE_METHODS: readonly string[] = ['side', 'terms', 'one-expert', 'by-score', 'fixed-adapters', 'sidestream'];

/** Whether any of the wanted methods reads the side model. */
export const needsSide = (input: EvaluateInput): boolean => SIDE_METHODS.some((name) => isWanted(input, name));

export const METHOD_NAMES: readonly string[] = Object.keys(METHODS);

const logOf = (input: EvaluateInput): PastLog => ({
  past: pastEvents(input),
  rowOf: input.rowOf,
  count: input.bundle.items.length,
  meter: input.meter,
  say: () => undefined,
});

/** The file of the settings of a method, which no seed changes. */
async function settingsFile(input: EvaluateInput, name: string): Promise<PastFile> {
  const path = await pastPath(input, name, '-settings.json');
  const make = async (): Promise<void> => writeWhole(path, JSON.stringify(PAST_METHODS[name].choose(logOf(input))));
  return { path, make };
}

/** The method with its chosen settings. @throws SidestreamError `runtime/invalid-input` if their file is damaged or missing */
async function pastMethod(input: EvaluateInput, name: string): Promise<DeviceMethod> {
  const { path } = await settingsFile(input, name);
  const method = PAST_METHODS[name].method(logOf(input), await readFile(path, 'utf8').catch(() => ''));
  if (method) return method;
  throw invalidInput(`${path} does not hold the settings of ${name}. Remove the file and evaluate again.`);
}

/** Files that the wanted methods learn from the past; every process reads them, and each is created by one. */
export function methodFiles(input: EvaluateInput): Promise<PastFile[]> {
  const chosen = PAST_NAMES.filter((name) => isWanted(input, name));
  return Promise.all([
    ...chosen.map((name) => settingsFile(input, name)),
    ...(needsSide(input) ? [sideFile(input)] : []),
  ]);
}

/** The wanted methods, each with the shop's data at the end of the past. */
export async function deviceMethods(input: EvaluateInput): Promise<DeviceMethod[]> {
  const past = pastEvents(input);
  const shop: PastShop = {
    catalog: await pastCatalog(input, past),
    input,
    past,
    popularity: popularityOf(input, past),
    shared: sharedLearning(),
  };
  return Promise.all(wantedMethods(input, METHOD_NAMES, REFERENCE).map((name) => METHODS[name](shop)));
}

export async function pastCatalog(input: EvaluateInput, past: LogEvent[]): Promise<LearnerCatalog> {
  const { interactions } = interactionsOf({ events: past }, input.bundle);
  const choices = choicesFrom(interactions);
  const cooccurrence = cooccurrenceTable(choices, input.bundle.items.length, undefined, input.minShoppers);
  const catalog = shopCatalog(input.bundle, choices, undefined, { cooccurrence });
  return needsSide(input) ? sideCatalog(catalog, await pastSide(input)) : catalog;
}

const aboutSchema = v.strictObject({ start: v.optional(startSchema) });

/** The file of the side model of the past, for one seed. Its start weights are next to it. */
export async function sideFile(input: EvaluateInput): Promise<PastFile> {
  const fewest = input.minShoppers === undefined ? '' : `-min-${input.minShoppers}`;
  const path = await pastPath(input, 'side', `${fewest}-seed-${input.seed}.bin`);
  const make = async (): Promise<void> => {
    const { bundle, seed, minShoppers, meter, say } = input;
    const { interactions } = interactionsOf({ events: pastEvents(input) }, bundle);
    const choices = choicesFrom(interactions);
    const { length } = bundle.items;
    const cooccurrence = (left: ReadonlySet<number>) => cooccurrenceTable(choices, length, left, minShoppers);
    const { learned } = await trainShop({ bundle, choices, cooccurrence, seed, meter, say });
    const { model, start } = learned;
    await writeWhole(`${path}.json`, JSON.stringify({ start }));
    await writeWhole(path, encodeSideModel(model, bundle.items.length));
  };
  return { path, make };
}

/** The side model of the past, as an earlier step trained it. @throws SidestreamError `runtime/invalid-input` if it is damaged */
async function pastSide(input: EvaluateInput): Promise<ShopSide> {
  const { path } = await sideFile(input);
  try {
    const [bytes, about] = await Promise.all([readFile(path), readFile(`${path}.json`, 'utf8')]);
    const { start } = v.parse(v.pipe(v.string(), v.parseJson(), aboutSchema), about);
    const model = decodeSideModel(new Uint8Array(bytes).buffer, input.bundle.items.length);
    return { model, start };
  } catch (cause) {
    throw invalidInput(
      `${path} does not hold a side model with its start weights. Remove the file and evaluate again.`,
      { cause },
    );
  }
}
