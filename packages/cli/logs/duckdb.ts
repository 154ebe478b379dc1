import { join } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { codeOf, messageOf } from '../../../src/core/common/text';
import { invalidInput, SidestreamError } from '../../../src/error';
import { type Meter, metered, progressTo } from '../../shop/pipeline';

/** @throws SidestreamError `runtime/not-installed` */
export function loadDuckdb(): Promise<typeof import('@duckdb/node-api')> {
  return import('@duckdb/node-api').catch((cause: unknown) => {
    const fault = codeOf(cause) === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : 'does not load';
    const message = `Preparing a log needs DuckDB, whose package @duckdb/node-api ${fault}. Run "npm install @duckdb/node-api" in this folder; its binaries are inside the packages, no install script is needed.`;
    throw new SidestreamError('runtime/not-installed', message, { cause });
  });
}

export interface Database {
  connection: DuckDBConnection;
  close(): void;
}

/** Bytes of memory that one thread of DuckDB should have at least. */
const PER_THREAD = 256e6;

/**
 * Opens a database.
 * @param memory bytes that it may use
 * @param folder where it keeps its tables, and what exceeds the memory. Default: it has none, and must not exceed it
 */
export async function openDatabase(memory: number, threads: number, folder?: string): Promise<Database> {
  const { DuckDBInstance } = await loadDuckdb();
  const instance = await DuckDBInstance.create(folder === undefined ? ':memory:' : join(folder, 'log.duckdb'), {
    memory_limit: `${Math.round(memory / 1e6)}MB`,
    threads: String(Math.max(1, Math.min(threads, Math.floor(memory / PER_THREAD)))),
    temp_directory: folder === undefined ? '' : join(folder, 'spill'),
    // Tables are sorted where their order counts.
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  await connection.run(
    'SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 1',
  );
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Runs some work with a database that holds no tables, for reading files. */
export async function withDatabase<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const { connection, close } = await openDatabase(1e9, 2);
  try {
    return await work(connection);
  } finally {
    close();
  }
}

/** Interval at which progress is asked for, ms. */
const INTERVAL = 200;

/** Runs statements one after the other as one stage under a meter. */
export const runMetered = (
  connection: DuckDBConnection,
  meter: Meter,
  label: string,
  statements: readonly string[],
): Promise<void> =>
  metered(meter, label, 100, async (advance) => {
    const show = progressTo(advance);
    for (const [n, sql] of statements.entries()) {
      const at = (percent: number): void => show(Math.floor((100 * n + percent) / statements.length));
      const timer = setInterval(() => at(Math.max(0, connection.progress.percentage)), INTERVAL);
      await connection.run(sql).finally(() => clearInterval(timer));
      at(100);
    }
  });

/** The value of the first column of the first row, as a number. */
export async function numberOf(connection: DuckDBConnection, sql: string): Promise<number> {
  const [[value]] = (await connection.runAndReadAll(sql)).getRows();
  return Number(value);
}

/** A result, chunk by chunk. */
export async function* chunksOf(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk;
}

/**
 * Hands over the numbers of a result row by row.
 * @param take gets functions that read a column at a row of the present chunk, and the row
 */
export async function eachRow(
  connection: DuckDBConnection,
  sql: string,
  take: (columns: ((row: number) => number)[], row: number) => void,
): Promise<void> {
  for await (const chunk of chunksOf(connection, sql)) {
    const vectors = Array.from({ length: chunk.columnCount }, (_, n) => chunk.getColumnVector(n));
    const columns = vectors.map((vector) => (row: number) => Number(vector.getItem(row)));
    for (let row = 0; row < chunk.rowCount; row++) take(columns, row);
  }
}

/** A text in SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** An error of DuckDB or of the disk in words. @param folder that is written */
export function inWords(thrown: unknown, folder: string): unknown {
  if (thrown instanceof SidestreamError) return thrown;
  const text = messageOf(thrown);
  const options = { cause: thrown };
  if (/no space left|disk quota|max_temp_directory_size/i.test(text) || ['ENOSPC', 'EDQUOT'].includes(codeOf(thrown))) {
    return invalidInput(
      `The disk of ${folder} is full. Free some space there or name another place with --out; nothing was written.`,
      options,
    );
  }
  if (/out of memory/i.test(text)) {
    return invalidInput(
      'The memory does not suffice for this log. Allow more with --memory, such as --memory 4GB; nothing was written.',
      options,
    );
  }
  return thrown;
}
