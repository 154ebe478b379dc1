import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import {
  columnsOf,
  LOG_FIELDS,
  type LogField,
  type LogReading,
  type LogSink,
  missingColumn,
  REQUIRED,
  rowTaker,
} from '../../shop/logs';
import { chunksOf, numberOf, quoted, withDatabase } from './duckdb';
import type { EventFile } from './event-files';

const WHOLE = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'HUGEINT'];
const NUMBERS = [...WHOLE, 'FLOAT', 'DOUBLE', 'DECIMAL'];
const TEXTS = ['VARCHAR', 'ENUM'];
const DAYS = ['DATE', 'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMP WITH TIME ZONE'];

/** The types that a column of each field may have, and how messages call them. */
const TYPES: Record<LogField, { types: readonly string[]; words: string }> = {
  user: { types: [...TEXTS, ...WHOLE, 'UUID'], words: 'a text or a whole number' },
  item: { types: [...TEXTS, ...WHOLE, 'UUID'], words: 'a text or a whole number' },
  time: {
    types: [...DAYS, ...NUMBERS],
    words: 'a timestamp, a date or a number of seconds or milliseconds since 1970',
  },
  type: { types: TEXTS, words: 'a text' },
  title: { types: TEXTS, words: 'a text' },
  quantity: { types: NUMBERS, words: 'a number' },
};

interface Column {
  field: LogField;
  name: string;
  /** Without its parameters. */
  type: string;
  /** Stands for a missing value, as in a table of text. */
  without: '' | undefined;
}

/** Reads a Parquet file row by row, as a log in text is read. @throws SidestreamError `runtime/invalid-input` if it cannot be read, or a column is missing or has a wrong type */
export function readParquet(
  { path, bytes }: EventFile,
  sink: LogSink,
  onBytes: (bytes: number) => void,
): Promise<LogReading> {
  // The rows are written to another database while they are read.
  return withDatabase(async (connection) => {
    const { columns, reading } = await parquetColumns(path, connection);
    sink.header?.(reading);
    const take = rowTaker(sink, reading);
    // Rows come in the order of the file.
    await connection.run('SET threads = 1');
    const rows = await numberOf(connection, `SELECT num_rows FROM parquet_file_metadata(${quoted(path)})`);
    const values = columns.map(cellOf).join(', ');
    const sql = `SELECT file_row_number + 1, ${values} FROM read_parquet(${quoted(path)}, file_row_number = true)`;
    for await (const chunk of chunksOf(connection, sql)) {
      for (const [line, ...cells] of chunk.getRows()) {
        const raw = columns.map(({ field, without }, n) => [field, cells[n] ?? without]);
        take(Number(line), Object.fromEntries(raw));
      }
      onBytes((bytes * chunk.rowCount) / rows);
    }
    return reading;
  });
}

/** The columns that a log needs, and how the file was read. */
async function parquetColumns(path: string, connection: DuckDBConnection) {
  const described = await connection
    .runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${quoted(path)})`)
    .catch((cause: unknown) => {
      throw invalidInput(
        `${path} is not read as Parquet: ${messageOf(cause).split('\n')[0]}. Is the file whole? Copy or export it again.`,
        { cause },
      );
    });
  const header = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  const names = header.map(({ name }) => name);
  const fields = columnsOf(names);
  const missing = REQUIRED.find((field) => !fields.includes(field));
  if (missing) {
    throw invalidInput(
      `${path}, field ${missing}: ${missingColumn(missing)}. The columns found are ${names.join(', ')}.`,
    );
  }
  const columns = LOG_FIELDS.filter((field) => fields.includes(field)).map((field): Column => {
    const { name, type } = header[fields.indexOf(field)];
    const plain = type.replace(/\(.*/, '');
    const without = REQUIRED.some((one) => one === field) ? '' : undefined;
    if (TYPES[field].types.includes(plain)) return { field, name, type: plain, without };
    throw invalidInput(
      `${path}: the column ${name} (${field}) has the type ${type}, but must be ${TYPES[field].words}. Cast it, and write the file again.`,
    );
  });
  const read = Object.fromEntries(columns.map(({ field, name }) => [field, [name]]));
  return { columns, reading: { columns: read, header: names, returns: 0, shown: 0 } satisfies LogReading };
}

/** The value of a column: a day as its time in UTC, numbers as numbers, ids and texts as texts. */
function cellOf({ field, name, type }: Column): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  const day =
    type === 'TIMESTAMP WITH TIME ZONE' ? `make_timestamp(epoch_us(${column}))` : `CAST(${column} AS TIMESTAMP)`;
  if (DAYS.includes(type)) return `strftime(${day}, '%Y-%m-%dT%H:%M:%S.%g')`;
  return `CAST(${column} AS ${field === 'time' || field === 'quantity' ? 'DOUBLE' : 'VARCHAR'})`;
}
