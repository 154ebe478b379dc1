import { join } from 'node:path';
import type { Bundle } from '../../../../src/core/catalog';
import { sha256 } from '../../../../src/core/common/bytes';
import { evenly } from '../../../../src/core/common/evenly';
import { counted, shareText } from '../../../../src/core/common/text';
import { invalidInput, type SidestreamError } from '../../../../src/error';
import { openFolder } from '../../../cli/bundler';
import { preparedEvents, readPrepared } from '../../../cli/logs';
import { startCompute } from '../../../cli/training';
import { endOfPast, type LogEvent, sortByTime } from '../../../shop/logs';
import type { Meter } from '../../../shop/pipeline';
import { byProduct } from '../../../shop/training';
import { coldShoppers, type Shopper } from '../../evaluate/shoppers';

/** Number of ranked choices of a first visit. */
export const FIRST_CHOICES = 5;

/** Half of the shoppers, or of the windows: settings are chosen on one half and reported on the other. */
type Half = 'choose' | 'report' | 'all';

/** The options of a command that decide the result of an evaluation. */
interface Asked {
  /** Share of the log that is the past, above 0 and below 1. */
  past: number;
  /** Maximum number of shoppers; all if absent. */
  shoppers?: number;
  half: Half;
  /** Data of fewer past shoppers is unknown to the shop. Default 1 */
  minShoppers?: number;
  /** Names of the wanted methods, or `all`; if absent, the usual ones of the protocol. */
  methods?: readonly string[];
  /** Whether leave-one-out learns only what published models learn: not the last choice but one. Default false. */
  published?: boolean;
  /** Number of windows into which the protocol `windows` cuts the log. Default 10. */
  windows?: number;
  /** Folder in which models learned from the past are kept. */
  models: string;
}

export interface EvaluateInput extends Asked {
  bundle: Bundle;
  /** Folder of the bundle. */
  folder: string;
  /** Sorted by time; those of one time in an order drawn with the seed. */
  events: LogEvent[];
  /** Row of an item id in the bundle. */
  rowOf: ReadonlyMap<string, number>;
  seed: number;
  meter: Meter;
  say(line: string): void;
}

/** Options of a command that evaluates a log. */
export interface InputOptions extends Asked {
  bundle: string;
  /** Folder of the prepared log. */
  prepared: string;
  worker?: boolean;
}

/** Reads the files, and sets the compute backend. @returns the input of each seed, and the number of lines that the preparation refused */
export async function readInput(
  options: InputOptions,
  output: Pick<EvaluateInput, 'meter' | 'say'>,
): Promise<{ refused: number; inputOf(seed: number): EvaluateInput }> {
  const slow = await startCompute();
  if (slow) output.say(slow);
  const { refused } = await readPrepared(options.prepared);
  const log = await preparedEvents(options.prepared);
  const { bundle } = byProduct(await openFolder(options.bundle), { events: [], rejected: [] });
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  return {
    refused,
    inputOf(seed) {
      const events = [...log];
      sortByTime(events, seed);
      return { ...options, bundle, folder: options.bundle, events, rowOf, seed, ...output };
    },
  };
}

/** A model or setting that is learned once from the past of the log, and kept in a file for all parts and later evaluations. */
export interface PastFile {
  path: string;
  make(): Promise<void>;
}

/** Path in `models` of a file of some kind, named by the catalogue, the past of the log and `rest`. */
export async function pastPath(input: EvaluateInput, kind: string, rest: string): Promise<string> {
  const log = pastEvents(input)
    .map(({ user, item, time }) => `${user}\t${item}\t${time}`)
    .join('\n');
  const digests = [input.bundle.manifest.digest, await sha256(new TextEncoder().encode(log))];
  const of = digests.map((hex) => hex.slice(0, 12)).join('-');
  return join(input.models, `${kind}-${of}-past-${input.past}${rest}`);
}

export function pastEvents({ events, past, minShoppers = 1 }: EvaluateInput): LogEvent[] {
  const end = endOfPast(events, past);
  const kept = events.filter(({ time }) => time < end);
  const shoppers = new Map<string, Set<string>>();
  for (const { item, user } of kept) shoppers.set(item, (shoppers.get(item) ?? new Set()).add(user));
  return kept.filter(({ item }) => (shoppers.get(item)?.size ?? 0) >= minShoppers);
}

/** The past, and at most `limit` of its new shoppers in the requested half. @throws SidestreamError `runtime/invalid-input` */
export function coldHalf(
  { events, past: share, rowOf, half, shoppers }: EvaluateInput,
  minEvents: number,
  limit = shoppers,
): { past: LogEvent[]; shoppers: Shopper[] } {
  const { past, cold } = coldShoppers(events, share, minEvents, rowOf);
  const side = cold.filter((_, n) => half === 'all' || n % 2 === (half === 'choose' ? 0 : 1));
  if (side.length === 0) throw tooFewShoppers({ events, past: share, rowOf, half }, minEvents, cold.length);
  return { past, shoppers: evenly(side, limit ?? Number.POSITIVE_INFINITY) };
}

/** @param others number of shoppers in the other half with enough events */
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
    'or --protocol simulate without --events, which simulates shoppers',
  ].join(', ');
  return invalidInput(
    `Nobody can be replayed: a shopper must be new, with no event in the first ${Math.round(100 * past)} % of the log, and have ${minEvents} events or more on items of this bundle after it. ${why[0].toUpperCase()}${why.slice(1)}. Give a longer log, a smaller --past (more shoppers are then new), ${instead}.`,
  );
}

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

/** The evaluated shoppers of a log, for the setting of a result. @param who such as `20 shoppers` */
export const coldText = ({ half, past }: EvaluateInput, who: string): string =>
  `${who} (${half === 'all' ? 'all' : `half: ${half}`}) who are not in the first ${shareText(past)} of the log`;
