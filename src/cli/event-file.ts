import { createReadStream } from 'node:fs';
import { type Bundle, type Demand, describeRejectedRow } from '../catalog';
import { type Products, productsOf } from '../catalog/variants';
import { counted } from '../common/counted';
import { SidestreamError } from '../error';
import { type EventFormat, type EventLog, type LogEvent, readEvents, refusedRows } from '../evaluate';
import { type Interaction, recentPopularity, repeatsOf } from '../training';
import { showRejected } from './terminal';

/**
 * Reads an event log, CSV or (by its name, `.jsonl`, `.ndjson`) JSON lines. Refused rows are shown on stderr.
 * @param isRepeated whether another process reads the same file and shows what is refused
 * @throws SidestreamError `runtime/invalid-input` when it cannot be read or holds no good row
 */
export async function readEventFile(path: string, isRepeated = false): Promise<EventLog> {
  const format: EventFormat = /\.(jsonl|ndjson)$/i.test(path) ? 'jsonl' : 'csv';
  let log: EventLog;
  try {
    log = await readEvents(createReadStream(path, 'utf8'), format);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SidestreamError('runtime/invalid-input', `The events cannot be read: ${why}. Check the path.`, { cause });
  }
  const { events, rejected } = log;
  if (!isRepeated) showRejected(rejected.map(describeRejectedRow));
  if (events.length === 0) {
    throw new SidestreamError('runtime/invalid-input', `${path} has no usable event; see the reasons above.`);
  }
  return log;
}

/** Exit status of a command that left rows of a log out, and of `build` where it left rows of a feed out. */
const REFUSED = 2;

/** As it is said at the end of the help of every command that reads a log. */
export const REFUSED_HELP = `${REFUSED} when lines of the log were refused and left out`;

/**
 * Ends a command that read a log: where rows of it were refused it prints how many, and sets the exit code. Call it before
 * the line of JSON, which is the last one.
 * @returns the number of refused rows
 */
export function concludeRefused(log: Pick<EventLog, 'rejected'>): number {
  const refused = refusedRows(log);
  if (refused > 0) {
    console.log(`Refused: ${counted(refused, 'line')} of the log, left out; the reasons are above`);
    process.exitCode = REFUSED;
  }
  return refused;
}

/** A shop's products and the events on them. */
export interface ProductLog {
  /** The bundle with the first variant of every product alone. */
  bundle: Bundle;
  /** The events, each on that variant, whichever the log names. */
  log: EventLog;
  products: Products;
}

/** Bundle and log by product: what is learned from a log does not tell the variants of a product apart. */
export function byProduct(bundle: Bundle, log: EventLog): ProductLog {
  const products = productsOf(bundle.items);
  const { items, placeOf } = products;
  const nameOf = (item: string): string => items[placeOf.get(item) ?? -1]?.id ?? item;
  return {
    bundle: { ...bundle, items, features: products.pick(bundle.features) },
    log: { ...log, events: log.events.map((event) => ({ ...event, item: nameOf(event.item) })) },
    products,
  };
}

/** The events on items of the bundle, as rows of its catalogue, and the number of events left out. */
export function interactionsOf(log: EventLog, { items }: Bundle): { interactions: Interaction[]; unknown: number } {
  const rows = new Map(items.map((item, row) => [item.id, row]));
  const interactions = log.events.flatMap(({ user, item, time }): Interaction[] => {
    const row = rows.get(item);
    return row === undefined ? [] : [{ user, row, time }];
  });
  const unknown = log.events.length - interactions.length;
  if (interactions.length === 0) {
    throw new SidestreamError(
      'runtime/invalid-input',
      'No event is about an item of this bundle; do events and catalogue use the same item ids?',
    );
  }
  return { interactions, unknown };
}

/** Names that logs have for events that are purchases. */
const PURCHASES = ['purchase', 'order', 'transaction', 'buy', 'sale'];

/**
 * The events that count as repeats where they repeat: purchases, by their type, or all of a log without types. Views and
 * clicks mean less when they are repeated.
 */
export function purchasesOf(events: readonly LogEvent[]): LogEvent[] {
  if (events.every(({ type }) => type === undefined)) return [...events];
  return events.filter(({ type }) => PURCHASES.includes(type?.toLowerCase() ?? ''));
}

/** Counts the demand of the items. @param log sorted by time */
export function demandOf(log: EventLog, bundle: Bundle): Demand {
  const { items } = bundle;
  const { interactions } = interactionsOf(log, bundle);
  const choices = new Float32Array(items.length);
  for (const { row } of interactions) choices[row]++;
  const rows = new Map(items.map(({ id }, row) => [id, row]));
  const purchases = purchasesOf(log.events).flatMap(({ user, item, time }): Interaction[] => {
    const row = rows.get(item);
    return row === undefined ? [] : [{ user, row, time }];
  });
  const repeats = repeatsOf(
    purchases,
    items.map(({ category }) => category),
  );
  return { choices, recent: recentPopularity(interactions, items.length), ...(repeats && { repeats }) };
}
