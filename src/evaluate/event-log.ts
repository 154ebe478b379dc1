import Papa from 'papaparse';
import * as v from 'valibot';
import type { RejectedRow } from '../catalog';
import { jsonLines, rejectedRow } from './json-lines';
import { readLogTime } from './log-time';

/** One event of a shop's log: who chose what, when. */
export interface LogEvent {
  user: string;
  /** Item id of the catalogue. */
  item: string;
  /** Milliseconds since the epoch. */
  time: number;
  /** Type of the event, as the log names it. */
  type?: string;
}

export interface EventLog {
  /** Oldest first; events of one time keep the order of the file. */
  events: LogEvent[];
  /** One entry per bad field. The rows were left out. */
  rejected: RejectedRow[];
}

/** How many rows were refused: one may have several bad fields. */
export const refusedRows = ({ rejected }: Pick<EventLog, 'rejected'>): number =>
  new Set(rejected.map(({ line }) => line)).size;

export type EventFormat = 'csv' | 'jsonl';

/** Characters of the longest row of JSON accepted. */
const MAX_ROW = 100_000;
/**
 * Column names of logs and of shops' exports of orders, in lower case and without `_`, `-` and spaces; the first one present
 * counts. docs/how-to/train.md lists them.
 */
export const COLUMNS = {
  user: [
    ...['user', 'userid', 'visitorid', 'visitor', 'customerid', 'customer', 'sessionid', 'clientid', 'userpseudoid'],
    ...['buyerid', 'memberid', 'accountid', 'customeremail', 'email'],
  ],
  item: ['item', 'itemid', 'productid', 'product', 'sku', 'productsku', 'itemsku', 'lineitemsku', 'stockcode'],
  time: [
    ...['time', 'timestamp', 'ts', 'date', 'datetime', 'eventtime', 'orderdate', 'ordertime', 'orderedat'],
    ...['purchasedate', 'purchasedat', 'createdat', 'placedat', 'paidat', 'processedat', 'invoicedate'],
  ],
  type: ['type', 'event', 'eventtype', 'eventname'],
} as const satisfies Record<keyof LogEvent, string[]>;
type Field = keyof typeof COLUMNS;
const FIELDS = Object.keys(COLUMNS) as Field[];

const id = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.finite(), v.transform(String))], 'must be a text or a number'),
  v.trim(),
  v.minLength(1, 'is empty'),
  v.maxLength(256, 'must be at most 256 characters'),
);
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
  user: id,
  item: id,
  time,
  type: v.optional(v.pipe(v.string('must be a text'), v.trim(), v.maxLength(64, 'must be at most 64 characters'))),
});

/**
 * Reads a shop's event log. CSV needs a header; columns or keys may be called `user`, `userId`, `visitorid` …, `item`,
 * `itemId`, `sku` …, `time`, `timestamp` …, `type`, `event` …; others are ignored. Times are as `readLogTime` has them. Bad rows are left out and reported; nothing is thrown for them.
 * @param chunks text cut anywhere, for instance a file stream with encoding `utf8`; a CSV is held in memory as a whole
 */
export async function readEvents(
  chunks: AsyncIterable<string> | Iterable<string>,
  format: EventFormat,
): Promise<EventLog> {
  const log: EventLog = { events: [], rejected: [] };
  const take = (line: number, raw: Partial<Record<Field, unknown>>): void => {
    const result = v.safeParse(eventSchema, raw);
    if (result.success) log.events.push(result.output);
    else log.rejected.push(...result.issues.map((issue) => rejectedRow(line, issue)));
  };
  if (format === 'csv') await readCsv(chunks, take, log.rejected);
  else await readJsonLines(chunks, take, log.rejected);
  // Sorting is stable, so events of one second keep the order of the log.
  log.events.sort((a, b) => a.time - b.time);
  return log;
}

type TakeRow = (line: number, raw: Partial<Record<Field, unknown>>) => void;

async function readCsv(
  chunks: AsyncIterable<string> | Iterable<string>,
  take: TakeRow,
  rejected: RejectedRow[],
): Promise<void> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  let line = 1;
  let columns: (Field | null)[] | null = null;
  const onRow = (cells: string[]): void => {
    const at = line;
    // A quoted cell may hold line ends of its own.
    line += 1 + cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
    if (cells.every((cell) => cell.trim() === '')) return;
    if (columns === null) {
      columns = columnsOf(cells);
      for (const field of ['user', 'item', 'time'] as const) {
        if (columns.includes(field)) continue;
        const names = COLUMNS[field].join(', ');
        rejected.push({ line: at, field, reason: `there is no such column; the header needs one called ${names}` });
      }
      return;
    }
    const raw: Partial<Record<Field, string>> = {};
    for (const [index, field] of columns.entries()) {
      if (field !== null && cells[index] !== undefined) raw[field] = cells[index];
    }
    // Exports leave cells empty for what they do not know.
    if (raw.type?.trim() === '') delete raw.type;
    if (['user', 'item', 'time'].every((field) => columns?.includes(field as Field))) take(at, raw);
  };
  Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { step: ({ data }) => onRow(data) });
}

/** Which field each column is; null for those that are not ours. */
function columnsOf(header: readonly string[]): (Field | null)[] {
  const names = header.map(plainName);
  const columns: (Field | null)[] = names.map(() => null);
  for (const field of FIELDS) {
    const found = COLUMNS[field].map((name) => names.indexOf(name)).find((index) => index !== -1);
    if (found !== undefined) columns[found] = field;
  }
  return columns;
}

const plainName = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '');

async function readJsonLines(
  chunks: AsyncIterable<string> | Iterable<string>,
  take: TakeRow,
  rejected: RejectedRow[],
): Promise<void> {
  const reject = (line: number, reason: string): void => {
    rejected.push({ line, field: 'row', reason });
  };
  for await (const { line, data } of jsonLines(chunks, MAX_ROW, reject)) {
    const entries = Object.entries(data);
    const columns = columnsOf(entries.map(([key]) => key));
    const raw: Partial<Record<Field, unknown>> = {};
    for (const [index, field] of columns.entries()) {
      if (field !== null && entries[index][1] !== null) raw[field] = entries[index][1];
    }
    take(line, raw);
  }
}
