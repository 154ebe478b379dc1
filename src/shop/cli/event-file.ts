import { type Bundle, type Demand, describeRejectedRow, type RejectedRow, shortened } from '../../core/catalog';
import { peekText } from '../../core/catalog/feed';
import { type Products, productsOf } from '../../core/catalog/variants';
import { counted } from '../../core/common/counted';
import { codeOf, messageOf } from '../../core/common/thrown';
import { invalidInput, SidestreamError } from '../../error';
import { openText } from '../bundler';
import {
  type EventFormat,
  type EventLog,
  isPurchase,
  type LogEvent,
  logNotes,
  type ReadLog,
  readEvents,
  refusedRows,
} from '../logs';
import { type Interaction, recentPopularity, repeatsOf } from '../training';
import { showRejected } from './terminal';

/**
 * Reads an event log, CSV or JSON lines, and reports to stderr its columns and the omitted and refused rows.
 * @param isRepeated whether another process reads the same file and reports this
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable row
 */
export async function readEventFile(path: string, isRepeated = false): Promise<ReadLog> {
  const { format, text } = await openLog(path);
  const log = await readEvents(text, format);
  if (!isRepeated) {
    showRejected(groupedRows(log.rejected));
    for (const note of logNotes(log)) console.error(note);
  }
  if (log.events.length === 0) throw invalidInput(withoutEvents(path, log));
  return log;
}

/** Maximum number of header names shown. */
const SHOWN_NAMES = 12;

function withoutEvents(path: string, { rejected, header, returns }: ReadLog): string {
  if (returns > 0 && rejected.length === 0) return `${path} has no event: all of its lines are returns.`;
  if (rejected.length > 0) {
    const names = header.slice(0, SHOWN_NAMES).map((name) => JSON.stringify(shortened(name, 40)));
    const more = header.length > SHOWN_NAMES ? ', …' : '';
    const found = header.length > 0 ? ` The columns found are ${names.join(', ')}${more}.` : '';
    return `${path} has no usable event; see the reasons above.${found}`;
  }
  return header.length > 0
    ? `${path} has no event: there is nothing below the names of the columns.`
    : `${path} is empty. Write a log with a line for each choice, as CSV or JSON lines with user, item and time.`;
}

/** Exit status of a command that left out rows of a log, and of `build` if it left out rows of a feed. */
const REFUSED = 2;

/** The sentence at the end of the help of every command that reads a log. */
export const REFUSED_HELP = `${REFUSED} when lines of the log were refused and left out`;

/**
 * Ends a command that read a log: if rows were refused, it prints their number and sets the exit code. Call it before printing
 * the line of JSON, which must be the last one.
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
  /** The bundle with only the first variant of every product. */
  bundle: Bundle;
  /** The events, each assigned to that variant, whichever variant the log names. */
  log: EventLog;
  products: Products;
}

/** Bundle and log by product: a model learned from a log does not distinguish the variants of a product. */
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

/** The events on items of the bundle, as rows of its catalogue, and the number of omitted events. */
export function interactionsOf(log: EventLog, { items }: Bundle): { interactions: Interaction[]; unknown: number } {
  const rows = new Map(items.map((item, row) => [item.id, row]));
  const interactions = log.events.flatMap(({ user, item, time }): Interaction[] => {
    const row = rows.get(item);
    return row === undefined ? [] : [{ user, row, time }];
  });
  const unknown = log.events.length - interactions.length;
  if (interactions.length === 0) {
    const [ours, theirs] = [items.slice(0, NAMED_IDS).map(({ id }) => id), unknownIds(log, items)].map(inQuotes);
    throw invalidInput(
      `No event is about an item of this bundle; do events and catalogue use the same item ids? The log has ${theirs}, the bundle ${ours}.`,
    );
  }
  return { interactions, unknown };
}

/** Maximum number of unknown ids named in a note. */
const NAMED_IDS = 3;

const inQuotes = (ids: readonly string[]): string => ids.map((id) => JSON.stringify(shortened(id, 40))).join(', ');

/** The most frequent ids that the bundle lacks. */
function unknownIds(log: EventLog, items: Bundle['items']): string[] {
  const known = new Set(items.map(({ id }) => id));
  const counts = new Map<string, number>();
  for (const { item } of log.events) if (!known.has(item)) counts.set(item, (counts.get(item) ?? 0) + 1);
  const ids = [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
  return ids.slice(0, NAMED_IDS);
}

/** A note about events omitted because the bundle lacks their items, with some of the ids; null if there are none. */
export function unknownText(log: EventLog, { items }: Bundle, unknown: number): string | null {
  if (unknown === 0) return null;
  const about = unknown === 1 ? '1 event is' : `${unknown} events are`;
  return `${about} about items that are not in the bundle, such as ${inQuotes(unknownIds(log, items))}; left out`;
}

/**
 * The events that can count as repeats: purchases, by their type, or all events of a log without types. Repeated views and clicks
 * mean less.
 */
export function purchasesOf(events: readonly LogEvent[]): LogEvent[] {
  if (events.every(({ type }) => type === undefined)) return [...events];
  return events.filter(({ type }) => isPurchase(type));
}

/** Counts the demand for the items. @param log sorted by time */
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

/** Maximum number of lines named for one reason. */
const NAMED = 3;

/** Quoted values and numbers in a reason: reasons that differ only in these count as one. */
const VALUES = /"(?:[^"\\]|\\.)*"|'[^']*'|\d+/g;

/** Refused rows as lines of text, grouped by reason, with the number of rows and the first of them. */
export function groupedRows(rows: readonly RejectedRow[]): string[] {
  const groups = new Map<string, RejectedRow[]>();
  for (const row of rows) {
    const key = `${row.field} ${row.reason.replace(VALUES, '')}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].map((group) => {
    const [{ field, reason }] = group;
    if (group.length === 1) return describeRejectedRow(group[0]);
    const first = group.slice(0, NAMED).map(({ line }) => line);
    const more = group.length > NAMED ? ' …' : '';
    return `${group.length.toLocaleString('en')} lines (${first.join(', ')}${more}), field ${field}: ${reason}`;
  });
}

/**
 * Opens a log, decompressed if it is gzip, in the encoding that its first bytes show. Its name or an opening brace identifies
 * JSON lines.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or is not a log
 */
export async function openLog(path: string): Promise<{ format: EventFormat; text: AsyncIterable<string> }> {
  try {
    const { head, all } = await peekText(openText(path));
    const start = head.replace(/^\uFEFF/, '').trimStart();
    if (/^\[\s*(\{|$)/.test(start)) {
      throw invalid(`${path} is one JSON array. Write each of its objects on a separate line, and nothing else.`);
    }
    const isJson = /\.(jsonl|ndjson)(\.gz)?$/i.test(path) || start.startsWith('{');
    return { format: isJson ? 'jsonl' : 'csv', text: readable(path, all) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* readable(path: string, text: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* text;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const invalid = (message: string, cause?: unknown): SidestreamError =>
  new SidestreamError('runtime/invalid-input', message, { cause });

function unreadable(path: string, cause: unknown): SidestreamError {
  if (cause instanceof SidestreamError) return cause;
  if (codeOf(cause) === 'EISDIR') return invalid(`${path} is a folder. Name the file of the log.`, cause);
  return invalid(`The events cannot be read: ${messageOf(cause)}. Check the path.`, cause);
}
