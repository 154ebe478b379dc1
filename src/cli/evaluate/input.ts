import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BaseModel, baseConfig } from '../../base-model';
import type { Meter } from '../../build';
import type { Bundle, CooccurrenceTable, Factors } from '../../catalog';
import { contentBlend, popularityNow } from '../../catalog';
import { decodeFactors, encodeFactors } from '../../catalog/factors';
import { counted } from '../../common/counted';
import { sha256 } from '../../common/sha256';
import { SidestreamError } from '../../error';
import { coldShoppers, endOfPast, FIRST_CHOICES, type LogEvent, type Replay, type Shopper } from '../../evaluate';
import type { LearnerCatalog } from '../../learner';
import { catalogIndex } from '../../ranking';
import {
  cooccurrenceTable,
  factorsOf,
  readWeightsFile,
  recentPopularity,
  removeCheckpoint,
  storeBase,
  trainBase,
  writeWhole,
} from '../../training';
import { interactionsOf } from '../event-file';

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
  /** Names of the methods wanted, or `all`; when absent, the usual ones of the protocol. */
  methods?: readonly string[];
  /** Folder where base models of the past are kept. */
  models: string;
  meter: Meter;
  /** Reports a line that is not a result. */
  say(line: string): void;
}

/** Something that is learned from the past of the log, once, and kept in a file for all parts and later evaluations. */
export interface PastFile {
  path: string;
  /** Files that it is learned from. Default: none. */
  needs?: readonly PastFile[];
  /**
   * Learns it and writes the file.
   * @param replay does steps in other processes, for a file that is `divided`
   */
  make(replay?: Replay): Promise<void>;
  /** Whether parts of the work can be done by other processes. Default false. */
  divided?: boolean;
  /** Events that a base model is trained on, where it is one: that takes longest of all that is learned. */
  trainedOn?: number;
}

/** Epochs at most and share of validation, as `sidestream train` has them. */
export const TRAINING = { windows: 1, epochs: 30, validation: 0.1 };

/**
 * The file of the base model of the past for this seed. It is named after catalogue, past of the log, its share and seed.
 */
export async function baseFile(input: EvaluateInput): Promise<PastFile> {
  const { seed, meter, say, bundle } = input;
  const path = await pastPath(input, 'base', `-seed-${seed}.safetensors`);
  const past = pastEvents(input);
  const make = async (): Promise<void> => {
    const { interactions } = interactionsOf({ events: past, rejected: [] }, bundle);
    say(`Training the base model of the past (${interactions.length} events) once; it is kept in ${path}`);
    const config = baseConfig('sidestream');
    const { weights } = await trainBase({
      ...TRAINING,
      config,
      bundle,
      interactions,
      checkpoint: path,
      seed,
      meter,
      say,
    });
    await storeBase(BaseModel.from(weights, config, bundle.features), path, bundle.manifest.digest);
    await removeCheckpoint(path);
  };
  return { path, make, trainedOn: past.length };
}

/**
 * Path of something learned from the past of the log, in `models`. It names catalogue, past of the log and its share.
 * @param kind what is learned, first in the name
 * @param rest what it depends on besides, and the ending
 */
export async function pastPath(input: EvaluateInput, kind: string, rest: string): Promise<string> {
  const log = pastEvents(input)
    .map(({ user, item, time }) => `${user}\t${item}\t${time}`)
    .join('\n');
  const digests = [input.bundle.manifest.digest, await sha256(new TextEncoder().encode(log))];
  const of = digests.map((hex) => hex.slice(0, 12)).join('-');
  return join(input.models, `${kind}-${of}-past-${input.past}${rest}`);
}

/** Events before the end of the past. */
export function pastEvents({ events, past }: EvaluateInput): LogEvent[] {
  const end = endOfPast(events, past);
  return events.filter(({ time }) => time < end);
}

/**
 * The base model of the past for this seed, as an earlier step has trained it.
 * @throws SidestreamError `model/bad-weights` when the file is damaged or missing
 */
export async function pastModel(input: EvaluateInput): Promise<BaseModel> {
  const { path } = await baseFile(input);
  return BaseModel.load(await readWeightsFile(path), input.bundle.features);
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
  if (side.length === 0) throw tooFewShoppers({ events, past: share, rowOf, half }, minEvents, cold.length);
  if (limit === undefined || limit >= side.length) return { past, shoppers: side };
  return { past, shoppers: Array.from({ length: limit }, (_, n) => side[Math.floor((n * side.length) / limit)]) };
}

/** @param others shoppers of the other half who have as many events as are needed */
function tooFewShoppers(
  { events, past, rowOf, half }: Pick<EvaluateInput, 'events' | 'past' | 'rowOf' | 'half'>,
  minEvents: number,
  others: number,
): SidestreamError {
  const all = coldShoppers(events, past, 1, rowOf).cold;
  const best = all.reduce((most, { rows }) => Math.max(most, rows.length), 0);
  const had =
    all.length === 0
      ? 'no shopper is new then'
      : `of the ${counted(all.length, 'shopper')} who are new then, the one with the most events has ${best}`;
  const why = others > 0 ? `The half ${half} has no such shopper, the other one has ${others}: use --half all` : had;
  const instead = [
    ...(minEvents > FIRST_CHOICES ? [`--protocol first-visit, for which ${FIRST_CHOICES} events are enough`] : []),
    'or --protocol simulate without --events, which makes shoppers up',
  ].join(', ');
  return new SidestreamError(
    'runtime/invalid-input',
    `Nobody can be replayed: a shopper must be new, with no event in the first ${Math.round(100 * past)} % of the log, and have ${minEvents} events or more on items of this bundle after it. ${why[0].toUpperCase()}${why.slice(1)}. Give a longer log, a smaller --past (more shoppers are then new), ${instead}.`,
  );
}

/** How often each item of the bundle was chosen. */
export function popularityOf(
  { bundle, rowOf }: Pick<EvaluateInput, 'bundle' | 'rowOf'>,
  events: readonly LogEvent[],
): Float32Array {
  const popularity = new Float32Array(bundle.items.length);
  for (const { item } of events) {
    const row = rowOf.get(item);
    if (row !== undefined) popularity[row]++;
  }
  return popularity;
}

/** How much each item of the bundle is chosen at the end of some events, sorted by time; see `popularityNow`. */
export function popularityAtEnd(
  input: Pick<EvaluateInput, 'bundle' | 'rowOf'>,
  events: readonly LogEvent[],
): Float32Array {
  const { interactions } = interactionsOf({ events: [...events], rejected: [] }, input.bundle);
  const recent = recentPopularity(interactions, input.bundle.items.length);
  return popularityNow({ choices: popularityOf(input, events), recent });
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

/** The file of the factors of the past for this seed. */
export async function factorsFile(input: EvaluateInput): Promise<PastFile> {
  const { bundle, seed, say } = input;
  const path = await pastPath(input, 'factors', `-seed-${seed}.bin`);
  const make = async (): Promise<void> => {
    say(`Making the factors of the items of the past once; they are kept in ${path}`);
    const { interactions } = interactionsOf({ events: pastEvents(input), rejected: [] }, bundle);
    const cooccurrence = cooccurrenceTable(interactions, bundle.items.length);
    const base = await pastModel(input);
    const factors = await factorsOf(interactions, bundle, { base, cooccurrence, seed });
    base.dispose();
    await writeWhole(path, encodeFactors(factors, bundle.items.length));
  };
  return { path, make, needs: [await baseFile(input)] };
}

/**
 * Co-occurrence and factors of the past; an earlier step has made the factors.
 * @throws SidestreamError `bundle/invalid` when their file is damaged
 */
export async function pastLearned(input: EvaluateInput): Promise<PastLearned> {
  const { items } = input.bundle;
  const { interactions } = interactionsOf({ events: pastEvents(input), rejected: [] }, input.bundle);
  const { path } = await factorsFile(input);
  const { buffer, byteOffset, byteLength } = await readFile(path);
  const bytes = new Uint8Array(byteLength);
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength));
  return {
    cooccurrence: cooccurrenceTable(interactions, items.length),
    factors: decodeFactors(bytes.buffer, path, items.length),
  };
}

/** Co-occurrence and factors of some events of the log. @param base model of these events */
export async function learnedFrom(
  { bundle, seed }: Pick<EvaluateInput, 'bundle' | 'seed'>,
  events: LogEvent[],
  base: BaseModel,
): Promise<PastLearned> {
  const { interactions } = interactionsOf({ events, rejected: [] }, bundle);
  const cooccurrence = cooccurrenceTable(interactions, bundle.items.length);
  return { cooccurrence, factors: await factorsOf(interactions, bundle, { base, cooccurrence, seed }) };
}

/** Whether a method is wanted: by name, or because none is named. */
export const wanted = ({ methods }: EvaluateInput, name: string): boolean =>
  !methods || methods.includes('all') || methods.includes(name);
