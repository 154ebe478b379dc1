import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { RejectedGroups } from '../../../src/core/catalog';
import { messageOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import {
  type ItemNames,
  type LogEvent,
  type LogField,
  type LogReading,
  type LogSink,
  requireRead,
  streamLog,
} from '../../shop/logs';
import type { Meter } from '../../shop/pipeline';
import { openText } from '../bundler';
import { numberOf } from './duckdb';
import { type EventFile, eventFiles } from './event-files';
import { readParquet } from './read-parquet';

/** Use of impressions: none, or as items that a shopper was shown and passed over. */
export const IMPRESSION_USES = ['left-out', 'passed-over'] as const;
export type Impressions = (typeof IMPRESSION_USES)[number];

/** How the files of a log were read. */
export interface ImportedLog extends LogReading {
  /** Number of refused lines. */
  refused: number;
  /** The reasons for which lines were refused, each with its first line. */
  reasons: string[];
}

interface Report {
  meter: Meter;
  say(line: string): void;
  /** Folder of the database. */
  folder: string;
  /** Bytes of memory that the process may use. */
  memory: number;
  impressions?: Impressions;
}

const MB = 1e6;
/** Number of lines after which time and room are estimated. */
const ESTIMATED_AFTER = 100_000;

/** Reads files into the table `events`, and impressions into `shown` if they are wanted. @throws SidestreamError `runtime/invalid-input` if a file cannot be read, or none has an event */
export async function importLog(
  connection: DuckDBConnection,
  paths: readonly string[],
  names: ItemNames,
  { meter, say, impressions, ...limits }: Report,
): Promise<ImportedLog> {
  const files = await eventFiles(paths, connection);
  await connection.run('CREATE OR REPLACE TABLE events (shopper VARCHAR, item VARCHAR, time BIGINT, type VARCHAR)');
  await connection.run('CREATE OR REPLACE TABLE shown (shopper VARCHAR, item VARCHAR, time BIGINT)');
  const wantsShown = impressions === 'passed-over';
  const groups = new RejectedGroups();
  const log: ImportedLog = { columns: {}, header: [], returns: 0, shown: 0, refused: 0, reasons: [] };
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const started = performance.now();
  let [bytes, lines, metered] = [0, 0, 0];
  const onBytes = (more: number): void => {
    bytes += more;
    const whole = Math.floor(bytes / MB);
    meter.advance(whole - metered);
    metered = whole;
  };
  const onLine = (): void => {
    if (++lines !== ESTIMATED_AFTER) return;
    const events = (lines * total) / Math.max(bytes, 1);
    const reading = ((performance.now() - started) / 1000) * (events / lines);
    say(estimateText(events, reading, limits));
  };
  /** Appends an event without its type. */
  const append = (appender: DuckDBAppender, { user, item, time, title }: LogEvent): void => {
    appender.appendVarchar(user);
    appender.appendVarchar(names.productOf(item, title));
    appender.appendBigInt(BigInt(time));
    onLine();
  };
  meter.start('Reading, MB', Math.ceil(total / MB));
  try {
    for (const file of files) {
      const several = files.length > 1 ? { file: file.path } : {};
      const events = await connection.createAppender('events');
      const shown = wantsShown ? await connection.createAppender('shown') : null;
      const sink: LogSink = {
        event(event) {
          append(events, event);
          if (event.type === undefined) events.appendNull();
          else events.appendVarchar(event.type);
          events.endRow();
        },
        ...(shown && {
          shown(event) {
            append(shown, event);
            shown.endRow();
          },
        }),
        refused(rows) {
          log.refused++;
          for (const row of rows) groups.add({ ...several, ...row });
          onLine();
        },
        header: (reading) => requireAlike(log, reading, file, files[0]),
      };
      join(log, await (file.isParquet ? readParquet : readText)(file, sink, onBytes));
      events.closeSync();
      shown?.closeSync();
    }
  } finally {
    meter.stop();
  }
  log.reasons = groups.lines;
  const shown = log.shown + (await numberOf(connection, 'SELECT count(*) FROM shown'));
  requireRead(paths.join(', '), { ...log, shown }, await numberOf(connection, 'SELECT count(*) FROM events'));
  return log;
}

function join(log: ImportedLog, { columns, header, returns, shown }: LogReading): void {
  log.returns += returns;
  log.shown += shown;
  if (log.header.length === 0) log.header = header;
  for (const [field, names] of Object.entries(columns) as [LogField, string[]][]) {
    log.columns[field] = [...new Set([...(log.columns[field] ?? []), ...names])];
  }
}

/** @throws SidestreamError `runtime/invalid-input` if a file has other fields than the first one: half of the log would lack them */
function requireAlike(log: ImportedLog, { columns }: LogReading, file: EventFile, first: EventFile): void {
  const [ours, others] = [log.columns, columns].map((of) => Object.keys(of).sort().join(', '));
  if (file === first || ours === others) return;
  throw invalidInput(
    `${file.path} has columns for ${others}, but ${first.path} for ${ours}. Export both with the same columns, or prepare them separately.`,
  );
}

/** Reads a file in CSV or JSON lines. */
function readText({ path }: EventFile, sink: LogSink, onBytes: (bytes: number) => void): Promise<LogReading> {
  const unreadable = (cause: unknown): string =>
    `${path} cannot be read: ${messageOf(cause)}. Is the file whole? Copy or export it again.`;
  return streamLog(path, openText(path, unreadable, onBytes), sink);
}

/** Seconds of one processor that the tables take per event, and bytes of disk, measured on logs of 1 and 10 million events. */
const TABLES = { seconds: 18e-6, bytes: 150 };

/** Time, memory and disk that preparing a log needs. @param reading seconds */
function estimateText(events: number, reading: number, { folder, memory }: Pick<Report, 'folder' | 'memory'>): string {
  const seconds = reading + (events * TABLES.seconds) / availableParallelism();
  const time = seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  const disk = events * TABLES.bytes;
  const { bavail, bsize } = statfsSync(folder);
  const room = bavail * bsize;
  const short = room < disk ? ` There are only ${gigabytes(room)} free: it may not suffice.` : '';
  return `About ${Math.round(events / 1e5) / 10} million events: about ${time}, at most ${gigabytes(memory)} of memory, and meanwhile ${gigabytes(disk)} of disk in ${folder}.${short}`;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
