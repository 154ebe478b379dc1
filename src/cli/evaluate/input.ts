import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseModel, baseConfig } from '../../base-model';
import type { Meter } from '../../build';
import type { Bundle, CooccurrenceTable, Factors } from '../../catalog';
import { contentBlend } from '../../catalog';
import { sha256 } from '../../common/sha256';
import { SidestreamError } from '../../error';
import { coldShoppers, endOfPast, type LogEvent, type Shopper } from '../../evaluate';
import type { LearnerCatalog } from '../../learner';
import { catalogIndex } from '../../ranking';
import { readWeightsFile, removeCheckpoint, storeBase, trainBase } from '../../training';
import { cooccurrenceTable, factorsOf, interactionsOf } from '../event-file';

/** Which of the shoppers, or of the windows: settings are chosen on one half and reported on the other. */
export type Half = 'choose' | 'report' | 'all';

/** Input of every protocol. The compute backend is set. */
export interface EvaluateInput {
  bundle: Bundle;
  /** Sorted by time. */
  events: LogEvent[];
  /** Row of an item id in the bundle. */
  rowOf: ReadonlyMap<string, number>;
  seed: number;
  /** Share of the log that is the past, above 0 and below 1. */
  past: number;
  /** Shoppers at most; all when absent. */
  shoppers?: number;
  half: Half;
  /** Names of the methods wanted; all when absent. */
  methods?: readonly string[];
  /** Folder where base models of the past are kept. */
  models: string;
  meter: Meter;
  /** Reports a line that is not a result. */
  say(line: string): void;
}

/** Epochs at most and share of validation, as `sidestream train` has them. */
const TRAINING = { windows: 1, epochs: 30, validation: 0.1 };

/**
 * The base model of the past for this seed: read from `models`, or trained and kept there. The file is named
 * after catalogue, past of the log, its share and seed.
 * @throws SidestreamError `model/bad-weights` when the file is damaged
 */
export async function pastModel(input: EvaluateInput): Promise<BaseModel> {
  const { bundle, events, models, past, seed, meter, say } = input;
  const end = endOfPast(events, past);
  const before = events.filter(({ time }) => time < end);
  const { interactions } = interactionsOf({ events: before, rejected: [] }, bundle);
  const log = before.map(({ user, item, time }) => `${user}\t${item}\t${time}`).join('\n');
  const digests = [bundle.manifest.digest, await sha256(new TextEncoder().encode(log))].map((hex) => hex.slice(0, 12));
  const file = join(models, `base-${digests.join('-')}-past-${past}-seed-${seed}.safetensors`);
  if (existsSync(file)) {
    return BaseModel.load(await readWeightsFile(file), bundle.features);
  }
  say(`Training the base model of the past (${interactions.length} events) once; it is kept in ${file}`);
  const config = baseConfig('sidestream');
  const { weights } = await trainBase({ ...TRAINING, config, bundle, interactions, out: file, seed, meter, say });
  await storeBase(BaseModel.from(weights, config, bundle.features), file, bundle.manifest.digest);
  await removeCheckpoint(file);
  // Loaded again in half precision, as a later run loads it.
  return BaseModel.load(await readWeightsFile(file), bundle.features);
}

/**
 * The shoppers to evaluate: those without an event in the past, of the half asked for, an even selection of them where
 * there is a limit. And the events of the past.
 * @param limit default: `input.shoppers`
 * @throws SidestreamError `runtime/invalid-input` when there is none
 */
export function coldHalf(
  { events, past: share, rowOf, half, shoppers }: EvaluateInput,
  minEvents: number,
  limit = shoppers,
): { past: LogEvent[]; shoppers: Shopper[] } {
  const { past, cold } = coldShoppers(events, share, minEvents, rowOf);
  const side = cold.filter((_, n) => half === 'all' || n % 2 === (half === 'choose' ? 0 : 1));
  if (side.length === 0) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `No shopper has ${minEvents} events on items of this bundle after the first ${100 * share} % of the log. Give a longer log, or a smaller --past.`,
    );
  }
  if (limit === undefined || limit >= side.length) return { past, shoppers: side };
  return { past, shoppers: Array.from({ length: limit }, (_, n) => side[Math.floor((n * side.length) / limit)]) };
}

/** How often each item of the bundle was chosen. */
export function popularityOf({ bundle, rowOf }: EvaluateInput, events: readonly LogEvent[]): Float32Array {
  const popularity = new Float32Array(bundle.items.length);
  for (const { item } of events) {
    const row = rowOf.get(item);
    if (row !== undefined) popularity[row]++;
  }
  return popularity;
}

/**
 * The catalogue as a shop knows it.
 * @param popularity one value per item; null for a shop without logs
 * @param learned co-occurrence and factors of its logs; default: none
 */
export function catalogOf(
  { items, features, manifest }: Bundle,
  popularity: Float32Array | null,
  learned: Partial<PastLearned> = {},
): LearnerCatalog {
  const blend = contentBlend(manifest);
  // An item without a choice has no known popularity.
  const known = items.map((item, row) => ({ ...item, popularity: popularity?.[row] || undefined }));
  return { index: catalogIndex(known, features, blend, learned), table: features, blend };
}

/** What `sidestream train` would put into the bundle beside a base model, from some events of the log. */
export interface PastLearned {
  cooccurrence: CooccurrenceTable;
  factors: Factors;
}

/** Co-occurrence and factors of some events of the log. @param base model of these events */
export async function learnedFrom(
  { bundle, seed }: EvaluateInput,
  events: LogEvent[],
  base: BaseModel,
): Promise<PastLearned> {
  const { interactions } = interactionsOf({ events, rejected: [] }, bundle);
  const cooccurrence = cooccurrenceTable(interactions, bundle.items.length);
  return { cooccurrence, factors: await factorsOf(interactions, bundle, { base, cooccurrence, seed }) };
}

/** Whether a method is wanted. */
export const wanted = ({ methods }: EvaluateInput, name: string): boolean => methods?.includes(name) ?? true;
