import * as v from 'valibot';
import type { RejectedRow } from '../../../src/core/catalog';
import { jsonLines, peekText, separatorOf, type TextChunks, tableRows } from '../../../src/core/catalog/feed';
import { idSchema } from '../../../src/core/common/ids';
import { invalidInput } from '../../../src/error';
import { isImpression, isPurchase, strengthOf } from './event-strength';
import { readLogTime } from './log-time';
import { sortByTime } from './tied-events';

export interface EventLog {
  /** Oldest first; the order of events with the same time is drawn, see `sortByTime`. */
  events: LogEvent[];
  /** One entry per bad field. The rows were left out. */
  rejected: RejectedRow[];
}

export type LogField = keyof typeof COLUMNS;

/** How a log was read. */
export interface LogReading {
  /** The column names or keys from which each field was read. */
  columns: Partial<Record<LogField, string[]>>;
  /** All names of the header, or of the first object. */
  header: string[];
  /** Number of returns, which were left out. */
  returns: number;
  /** Number of events that are no choices, such as impressions, which were left out. */
  shown: number;
}

export interface ReadLog extends EventLog, LogReading {}

/** The columns that a shop names for fields of its log; all others are found by their names. */
export type LogColumns = Partial<Record<LogField, string>>;

/** Receives a log row by row, in the order of the file. Errors that it throws end the reading. */
export interface LogSink {
  event(event: LogEvent): void;
  /** Gets impressions. Default: they are left out, as other events that are no choices. */
  shown?(event: LogEvent): void;
  /** The bad fields of a row that is left out. */
  refused(fields: RejectedRow[]): void;
  /** Called once the header of a table has been read. */
  header?(reading: LogReading): void;
}

/** The number of refused rows: one row may have several bad fields. */
export const refusedRows = ({ rejected }: Pick<EventLog, 'rejected'>): number =>
  new Set(rejected.map(({ line }) => line)).size;

/** Maximum length of a JSON row. */
const MAX_ROW = 100_000;
/**
 * Column names of logs and of shops' exports of orders, in lower case and without `_`, `-` and spaces; the first one present
 * counts. docs/how-to/train.md lists them.
 */
export const COLUMNS = {
  user: [
    ...['user', 'userid', 'visitorid', 'visitor', 'customerid', 'customer', 'sessionid', 'clientid', 'userpseudoid'],
    ...['buyerid', 'memberid', 'accountid', 'shopperid', 'shopper', 'customeremail', 'email'],
  ],
  item: ['item', 'itemid', 'productid', 'product', 'sku', 'productsku', 'itemsku', 'lineitemsku', 'stockcode'],
  time: [
    ...['time', 'timestamp', 'ts', 'date', 'datetime', 'eventtime', 'orderdate', 'ordertime', 'orderedat'],
    ...['purchasedate', 'purchasedat', 'createdat', 'placedat', 'paidat', 'processedat', 'invoicedate'],
  ],
  type: ['type', 'event', 'eventtype', 'eventname'],
  /** Shopify writes the title of the product, a hyphen and the title of the variant. */
  title: ['title', 'lineitemname'],
  quantity: ['quantity', 'qty', 'lineitemquantity', 'itemquantity', 'orderquantity', 'quantitypurchased'],
} as const satisfies Record<keyof LogEvent | 'quantity', string[]>;
export const LOG_FIELDS = Object.keys(COLUMNS) as LogField[];
export const REQUIRED = ['user', 'item', 'time'] as const satisfies LogField[];

const time = v.pipe(
  v.union([v.number(), v.string()], 'must be a number or a date'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const read = readLogTime(dataset.value);
    if ('time' in read) return read.time;
    addIssue({ message: read.reason });
    return NEVER;
  }),
);
const eventSchema = v.object({
  user: idSchema,
  item: idSchema,
  /** Milliseconds since the epoch. */
  time,
  /** Title of the item; finds it if the catalogue lacks the id. A help, for which no line is refused. */
  title: v.fallback(v.optional(v.pipe(v.string(), v.trim())), undefined),
  type: v.optional(v.pipe(v.string('must be a text'), v.trim(), v.maxLength(64, 'must be at most 64 characters'))),
});
export type LogEvent = v.InferOutput<typeof eventSchema>;

/**
 * Reads a shop's event log. CSV needs a header; columns or keys may be called `user`, `userId`, `visitorid` …, `item`, `itemId`,
 * `sku` …, `time`, `timestamp` …, `type`, `event` …, `quantity` …, `lineitemname`; others are ignored. Times are as `readLogTime` has them.
 * Returns, and events that are no choices, are left out and counted. Bad rows are left out and reported; nothing is thrown for them.
 * @param name of its file, whose ending may name the format
 * @param chunks text split at any position, for instance a file stream with encoding `utf8`
 * @param named columns that are read whatever they are called
 * @throws SidestreamError `runtime/invalid-input` if it is one JSON array
 */
export async function readLog(name: string, chunks: TextChunks, named: LogColumns = {}): Promise<ReadLog> {
  const [events, rejected]: [LogEvent[], RejectedRow[]] = [[], []];
  const reading = await streamLog(
    name,
    chunks,
    {
      event: (event) => void events.push(event),
      refused: (fields) => void rejected.push(...fields),
    },
    named,
  );
  sortByTime(events);
  return { events, rejected, ...reading };
}

/** Takes the rows of a log: hands them over, and counts those that are left out. */
export function rowTaker(sink: LogSink, reading: LogReading): TakeRow {
  return (line, { quantity, ...raw }) => {
    if (isReturned(quantity, raw.type === undefined || isPurchase(raw.type))) {
      reading.returns++;
      return;
    }
    const isChoice = typeof raw.type !== 'string' || strengthOf(raw.type) > 0;
    if (!isChoice && !(sink.shown && isImpression(String(raw.type)))) {
      reading.shown++;
      return;
    }
    if (typeof raw.title === 'string' && isBlank(raw.item)) raw.item = raw.title.slice(0, 256);
    const result = v.safeParse(eventSchema, raw);
    if (result.success) (isChoice ? sink.event : sink.shown)?.(result.output);
    else sink.refused(result.issues.map((issue) => rejectedRow(line, issue)));
  };
}

/** Reads a log as `readLog` does, and hands its rows over instead of keeping them: memory does not grow with the log. */
export async function streamLog(
  name: string,
  chunks: TextChunks,
  sink: LogSink,
  named: LogColumns = {},
): Promise<LogReading> {
  const { head, all } = await peekText(inOrder(chunks));
  const start = head.trimStart();
  if (/^\[\s*(\{|$)/.test(start)) {
    throw invalidInput(`${name} is one JSON array. Write each of its objects on a separate line, and nothing else.`);
  }
  const reading: LogReading = { columns: {}, header: [], returns: 0, shown: 0 };
  const take = rowTaker(sink, reading);
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(name) || start.startsWith('{'))
    await readJsonLines(all, take, { sink, reading, named });
  else await readCsv(all, separatorOf(start) ?? ',', take, { sink, reading, named });
  return reading;
}

const isBlank = (value: unknown): boolean => value === undefined || (typeof value === 'string' && value.trim() === '');

type TakeRow = (line: number, raw: Partial<Record<LogField, unknown>>) => void;

interface Reader {
  sink: LogSink;
  reading: LogReading;
  named: LogColumns;
}

async function readCsv(
  chunks: TextChunks,
  separator: string,
  take: TakeRow,
  { sink, reading, named }: Reader,
): Promise<void> {
  let columns: (LogField | null)[] | null = null;
  let complete: CompleteLine | null = null;
  for await (const { line, cells, problem } of tableRows(chunks, { separator })) {
    if (problem !== undefined) {
      const none = columns === null ? '; it names the columns, so no row of the log was read' : '';
      sink.refused([{ line, field: 'row', reason: `${problem}${none}` }]);
      if (columns === null) return;
      continue;
    }
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (columns === null) {
      columns = columnsOf(cells, named);
      complete = shopifyOrders(cells.map(plainName));
      noteColumns(reading, cells, columns);
      sink.header?.(reading);
      const missing = REQUIRED.filter((field) => !columns?.includes(field));
      if (missing.length > 0) {
        sink.refused(missing.map((field) => ({ line, field, reason: missingColumn(field) })));
        return;
      }
      continue;
    }
    complete?.(cells);
    const raw: Partial<Record<LogField, string>> = {};
    for (const [index, field] of columns.entries()) {
      if (field !== null && cells[index] !== undefined) raw[field] = cells[index];
    }
    // Exports leave cells of unknown values empty.
    if (raw.type?.trim() === '') delete raw.type;
    if (raw.title?.trim() === '') delete raw.title;
    take(line, raw);
  }
}

export const missingColumn = (field: LogField): string =>
  `there is no such column; the header needs one called ${COLUMNS[field].join(', ')}`;

async function* inOrder(chunks: TextChunks): AsyncGenerator<string> {
  yield* chunks;
}

function noteColumns(log: LogReading, names: readonly string[], columns: readonly (LogField | null)[]): void {
  if (log.header.length === 0) log.header = names.map((name) => name.trim());
  for (const [index, field] of columns.entries()) {
    if (field === null) continue;
    const known = log.columns[field] ?? [];
    log.columns[field] = known;
    const name = names[index].trim();
    if (!known.includes(name)) known.push(name);
  }
}

/** The field of each column; null for other columns. @param named columns that are of a field whatever they are called */
export function columnsOf(header: readonly string[], named: LogColumns = {}): (LogField | null)[] {
  const names = header.map(plainName);
  const columns: (LogField | null)[] = names.map(() => null);
  for (const field of LOG_FIELDS) {
    const known = COLUMNS[field].map((name) => names.indexOf(name));
    const chosen = header.findIndex((name) => name.trim() === named[field]);
    const found = [chosen, ...known].find((index) => index !== -1);
    if (found !== undefined) columns[found] = field;
  }
  return columns;
}

const plainName = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '');

async function readJsonLines(chunks: TextChunks, take: TakeRow, { sink, reading, named }: Reader): Promise<void> {
  for await (const row of jsonLines(chunks, MAX_ROW)) {
    if ('reason' in row) {
      sink.refused([{ field: 'row', ...row }]);
      continue;
    }
    const { line, data } = row;
    const entries = Object.entries(data);
    const keys = entries.map(([key]) => key);
    const columns = columnsOf(keys, named);
    noteColumns(reading, keys, columns);
    const raw: Partial<Record<LogField, unknown>> = {};
    for (const [index, field] of columns.entries()) {
      const [, value] = entries[index];
      if (field !== null && value !== null) raw[field] = value;
    }
    take(line, raw);
  }
}

export function rejectedRow(line: number, issue: v.BaseIssue<unknown>): RejectedRow {
  const missing = issue.kind === 'schema' && issue.received === 'undefined';
  return { line, field: v.getDotPath(issue) ?? 'row', reason: missing ? 'is missing' : issue.message };
}

/** A negative number as exports write it: `-2`, `(2)`, `2-`; with a hyphen, a minus sign or a dash. */
const NEGATIVE = /^[-\u2212\u2013(]\s*[\d.,]*[1-9]|^[\d.,\s]*[1-9][\d.,\s]*[-\u2212]$/;
const ZERO = /^[-\u2212]?0+([.,]0+)?$/;

/**
 * Whether a quantity says that nothing was bought: a negative one is a return. A quantity of 0 counts only for purchases, because
 * logs also have it for views. Text that is not a number says nothing. Goods sold by weight have fractions.
 */
function isReturned(quantity: unknown, isPurchase: boolean): boolean {
  const text = typeof quantity === 'string' || typeof quantity === 'number' ? String(quantity).trim() : '';
  return NEGATIVE.test(text) || (isPurchase && ZERO.test(text));
}

/** Columns that Shopify's export of orders has, as `plainName` writes them. */
const SHOPIFY_COLUMNS = ['name', 'email', 'createdat', 'lineitemquantity', 'lineitemname'];

type CompleteLine = (cells: string[]) => void;

/**
 * Shopify's export has one line for each product of an order, and leaves fields of the order empty below the first of them. A
 * guest without an email address is a shopper of this one order.
 */
function shopifyOrders(names: readonly string[]): CompleteLine | null {
  if (!SHOPIFY_COLUMNS.every((name) => names.includes(name))) return null;
  const order = names.indexOf('name');
  const [email, created] = [names.indexOf('email'), names.indexOf('createdat')];
  let first: readonly string[] = [];
  return (cells) => {
    if (!cells[order]?.trim()) return;
    if (cells[order] !== first[order]) {
      if (!cells[email]?.trim()) cells[email] = `order ${cells[order]}`;
      first = cells;
      return;
    }
    for (const column of [email, created]) if (!cells[column]?.trim()) cells[column] = first[column];
  };
}

/** The first moment after the past, which is a share of the events; events with the same time stay together, after it. */
export function endOfPast(events: readonly LogEvent[], share: number): number {
  const at = Math.floor(events.length * share);
  return at < events.length ? events[at].time : Number.POSITIVE_INFINITY;
}
