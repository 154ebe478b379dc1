import {
  type Bundle,
  type CooccurrenceTable,
  contentBlend,
  type Demand,
  type Learned,
  MODALITIES,
  popularityNow,
  type StartWeights,
} from '../../../src/core/catalog';
import { counted } from '../../../src/core/common/text';
import type { LearnerCatalog } from '../../../src/device/learner';
import { type CatalogIndex, catalogIndex, categoryBlock } from '../../../src/device/ranking';
import { SidestreamError } from '../../../src/error';
import type { Meter } from '../pipeline';
import {
  type Choices,
  choiceCounts,
  cooccurrenceTable,
  type Interaction,
  recentPopularity,
  streamOf,
  timeAt,
} from './interactions';
import { fitMixedTastes } from './mixed-tastes';
import {
  chosenHalfLife,
  decodeSideNetwork,
  expertsText,
  heldOutShoppers,
  type KeptBytes,
  nextTraining,
  SIDE_SETTINGS,
  type SideContinuation,
  type SideModelRequest,
  type SideNetwork,
  type SideWindow,
  sideFeatures,
  trainSideModel,
} from './side';
import { fitStartWeights } from './start-weights';

export interface ShopRequest extends Omit<SideModelRequest, 'index' | 'continued'> {
  bundle: Bundle;
  /** The co-occurrence of all choices but those of some shoppers. Default: counted. */
  cooccurrence?(left: ReadonlySet<number>): Promise<CooccurrenceTable> | CooccurrenceTable;
  /** The demand by all shoppers but some. Default: counted. */
  demand?(left: ReadonlySet<number>): Pick<Demand, 'choices' | 'recent'>;
  /** The network left by an earlier training, from which this one continues. Default: it starts from scratch. */
  network?: KeptBytes;
}

/** A shop's side model with its start weights, as stored in a bundle. */
export type ShopSide = NonNullable<Learned['side']>;

/** Trains the side model of a shop, and fits the start weights to the held-out shoppers. The compute backend must be set. */
export async function trainShop(request: ShopRequest) {
  const { bundle, choices: all, seed, say } = request;
  const { items, features, manifest } = bundle;
  const index = catalogIndex(items, features, contentBlend(manifest));
  const earlier = await continuation(request, index);
  if (earlier.why !== undefined) say(`Trained from scratch because ${earlier.why}`);
  const { continued } = earlier;
  if (continued) say(`Window ${continued.windows.length + 1}: continuing from the model of ${request.network?.name}`);
  const choices = continued?.choices ?? all;
  const halfLife =
    request.settings?.halfLife ??
    (earlier.halfLife === undefined
      ? await chosenHalfLife({ ...request, features: sideFeatures(index), left: heldOutShoppers(all).heldOut })
      : (earlier.halfLife ?? Number.POSITIVE_INFINITY));
  const started = performance.now();
  const settings = { ...request.settings, halfLife };
  const trained = await trainSideModel({ ...request, settings, index, choices, continued });
  const { model, shoppers } = trained;
  // Counted without the choices to which the weights are fitted.
  const left = new Set([...trained.heldOut].map((shopper) => continued?.choices.shoppers[shopper] ?? shopper));
  const cooccurrence = await request.cooccurrence?.(left);
  const catalog = sideCatalog(shopCatalog(bundle, all, left, { cooccurrence, demand: request.demand?.(left) }), {
    model,
  });
  const streams = [...trained.heldOut].map((shopper) => streamOf(choices, shopper));
  // If there are too few newer choices to fit a value, the value of the earlier training is kept.
  const { meter } = request;
  const start = await fittedStart(catalog, streams, { seed, from: trained.from, meter, say, earlier: earlier.start });
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const last: SideWindow = { experts: rounded(trained.use), choices: trained.choices, epochs: trained.epochs, seconds };
  const windows = [...(continued?.windows ?? []), last];
  if (continued) say(windowText(windows, shoppers, continued.pruned));
  return {
    learned: {
      model,
      ...(start && { start }),
      training: {
        choices: trained.choices,
        shoppers,
        epochs: trained.epochs,
        seconds,
        windows: windows.length,
        halfLife: stored(halfLife),
        experts: last.experts,
      },
    },
    /** Change of the ln rank of held-out shoppers' choices from `before`; null without it or if nobody is held out. */
    change: trained.change,
    network: {
      config: trained.config,
      items: items.map(({ id }) => id),
      features: columnsOf(bundle, index),
      until: timeAt(all, all.rows.length - 1),
      start: start ?? null,
      halfLife: stored(halfLife),
      windows,
      choices: trained.popularity,
      weights: trained.weights,
    },
  };
}

/** Weight of the experts where they do not pay for shoppers of one taste: the default, .75, would cost these too much. */
const KEEPING_APART = 0.1;

/** The start weights, fitted to held-out shoppers; those of the earlier training if too few choices can be ranked. */
async function fittedStart(
  catalog: LearnerCatalog,
  streams: readonly (readonly Pick<Interaction, 'row' | 'time'>[])[],
  {
    earlier,
    ...options
  }: { seed: number; from: number; meter: Meter; say(line: string): void; earlier?: StartWeights },
): Promise<StartWeights | undefined> {
  const weights = await fitStartWeights(catalog, streams, options);
  if (!weights) return earlier;
  const withStart = (startWeights: StartWeights): LearnerCatalog => ({ ...catalog, startWeights });
  const isOff = weights.weights.preference === 0;
  // Experts that do not pay for shoppers of one taste may still keep two apart.
  const several = isOff ? { ...weights, weights: { ...weights.weights, preference: KEEPING_APART } } : weights;
  const newborn = await fitMixedTastes(withStart(several), streams, {
    ...options,
    without: isOff ? withStart(weights) : undefined,
  });
  if (newborn === undefined) return earlier?.newborn === undefined ? weights : { ...weights, newborn: earlier.newborn };
  return { ...(newborn > 0 ? several : weights), newborn };
}

export type ShopTraining = Awaited<ReturnType<typeof trainShop>>;

interface Earlier {
  /** Absent, as `why`, if there is no earlier training. */
  continued?: SideContinuation;
  why?: string;
  /** Whether it can be continued once the log has more newer choices. */
  isEarly?: boolean;
  start?: StartWeights;
  halfLife?: number | null;
}

/** The state from which a training would continue, or why it would start from scratch, as the rest of a sentence. */
export async function continuation(
  {
    bundle,
    choices,
    seed,
    settings,
    network: file,
  }: Pick<ShopRequest, 'bundle' | 'choices' | 'seed' | 'settings' | 'network'>,
  index = catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest)),
): Promise<Earlier> {
  if (file === undefined) return {};
  const path = file.name;
  let network: SideNetwork | null;
  try {
    const bytes = await file.read();
    network = bytes && decodeSideNetwork(bytes);
  } catch (thrown) {
    return { why: `${path} cannot be read. ${SidestreamError.from(thrown).message}` };
  }
  if (!network) return {};
  const next = nextTraining({
    network,
    choices,
    seed,
    settings: { ...SIDE_SETTINGS, ...settings },
    features: sideFeatures(index),
    described: columnsOf(bundle, index),
    items: bundle.items.map(({ id }) => id),
  });
  if ('why' in next) {
    return { why: `the model of ${path} cannot be continued: ${next.why}`, isEarly: next.isEarly };
  }
  return { continued: next, halfLife: network.halfLife, ...(network.start ? { start: network.start } : {}) };
}

/** As files have it: null for none. */
const stored = (halfLife: number): number | null => (Number.isFinite(halfLife) ? halfLife : null);

/** Identifies the columns of the features: weights are useless for different columns. */
const columnsOf = ({ manifest }: Bundle, index: CatalogIndex): string =>
  [
    ...MODALITIES.map((modality) => `${modality} ${manifest.modalities[modality].digest.slice(0, 16)}`),
    `projection ${manifest.projection.sha256.slice(0, 16)}`,
    categoryBlock(index)?.name ?? '',
  ].join('; ');

const rounded = (use: SideWindow['experts']): SideWindow['experts'] =>
  Object.fromEntries(
    Object.entries(use).map(([input, shares]) => [input, shares.map((share) => Math.round(share * 1e4) / 1e4)]),
  );

/** Reports the result of a continued window. */
function windowText(windows: readonly SideWindow[], shoppers: number, pruned: number): string {
  const { choices, seconds, experts } = windows[windows.length - 1];
  const gone = pruned > 0 ? `; ${counted(pruned, 'little-used expert')} pruned` : '';
  return `Window ${windows.length}: ${choices.toLocaleString('en')} newer choices of ${counted(shoppers, 'shopper')}, ${seconds} s; experts ${expertsText(experts)}${gone}`;
}

/**
 * The catalogue of a shop that has counted these choices.
 * @param left shoppers whose choices do not count
 * @param counts of the others. Default: counted
 */
export function shopCatalog(
  bundle: Bundle,
  choices: Choices,
  left: ReadonlySet<number> = new Set(),
  counts: { cooccurrence?: CooccurrenceTable; demand?: Pick<Demand, 'choices' | 'recent'> } = {},
): LearnerCatalog {
  const count = bundle.items.length;
  const {
    cooccurrence = cooccurrenceTable(choices, count, left),
    demand = { choices: choiceCounts(choices, count, left), recent: recentPopularity(choices, count, left) },
  } = counts;
  return popularCatalog(bundle, popularityNow(demand), { cooccurrence });
}

/** The catalogue of a shop that knows how popular its items are. @param popularity [count] 0 for an item without a choice: unknown */
export function popularCatalog(
  { items, features, manifest }: Pick<Bundle, 'items' | 'features' | 'manifest'>,
  popularity: Float32Array,
  options?: Parameters<typeof catalogIndex>[3],
): LearnerCatalog {
  const blend = contentBlend(manifest);
  const known = items.map((item, row) => ({ ...item, popularity: popularity[row] || undefined }));
  return { index: catalogIndex(known, features, blend, options), table: features, blend };
}

export const sideCatalog = (catalog: LearnerCatalog, { model, start: startWeights }: ShopSide): LearnerCatalog => ({
  ...catalog,
  index: { ...catalog.index, side: model },
  startWeights,
});
