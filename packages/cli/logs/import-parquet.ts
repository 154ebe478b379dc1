import type { DuckDBConnection } from '@duckdb/node-api';
import type { RejectedRow } from '../../../src/core/catalog';
import { messageOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import type { ItemNames } from '../../shop/logs';
import {
  COMPACT_DAY,
  columnsOf,
  IMPRESSIONS,
  type LogField,
  type LogReading,
  MAX_MILLISECONDS,
  missingColumn,
  NO_CHOICES,
  PURCHASES,
  REQUIRED,
  SECONDS_BELOW,
} from '../../shop/logs';
import { quoted } from './duckdb';
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

/** Texts of ids that are refused, as `idSchema` has them. */
const ABSENT = '(NaN|nan|null|NULL|undefined)';
const ROUNDED = '-?\\d+([.,]\\d+)?[eE]\\+\\d+';

/** The columns of a Parquet file. @throws SidestreamError `runtime/invalid-input` if one is missing or has a wrong type */
async function parquetColumns({ path }: EventFile, connection: DuckDBConnection) {
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
  const found: Partial<Record<LogField, { name: string; type: string }>> = {};
  for (const [n, field] of columnsOf(names).entries()) if (field) found[field] = header[n];
  for (const field of REQUIRED) {
    if (!found[field]) {
      throw invalidInput(
        `${path}, field ${field}: ${missingColumn(field)}. The columns found are ${names.join(', ')}.`,
      );
    }
  }
  const columns: LogReading['columns'] = {};
  for (const [field, { types, words }] of Object.entries(TYPES) as [LogField, (typeof TYPES)[LogField]][]) {
    const column = found[field];
    if (!column) continue;
    if (!types.includes(column.type.replace(/\(.*/, ''))) {
      throw invalidInput(
        `${path}: the column ${column.name} (${field}) has the type ${column.type}, but must be ${words}. Cast it, and write the file again.`,
      );
    }
    columns[field] = [column.name];
  }
  return { found, reading: { columns, header: names, returns: 0, shown: 0 } satisfies LogReading };
}

/**
 * Reads a Parquet file into the table `events`, and impressions into `shown` if they are wanted.
 * @param header called with its columns, before it is read
 * @param refused gets the first row of each reason, and the number of rows
 */
export async function importParquet(
  file: EventFile,
  connection: DuckDBConnection,
  names: ItemNames,
  wantsShown: boolean,
  header: (reading: LogReading) => void,
  refused: (row: RejectedRow, count: number) => void,
): Promise<LogReading> {
  const { found, reading } = await parquetColumns(file, connection);
  header(reading);
  const text = (field: LogField): string =>
    found[field] ? `nullif(trim(CAST(${identifier(found[field].name)} AS VARCHAR)), '')` : 'CAST(NULL AS VARCHAR)';
  await connection.run(`
    CREATE OR REPLACE TEMP VIEW raw_events AS
    SELECT *, ${refusal(found.time)} AS refused,
      CASE WHEN ${returned(found.quantity?.name)} THEN 'returned' ${wantsShown ? `WHEN ${named(IMPRESSIONS)} THEN 'impression'` : ''} WHEN ${named(NO_CHOICES)} THEN 'shown' END AS left_out
    FROM (
      SELECT file_row_number + 1 AS line, ${text('user')} AS shopper, ${text('type')} AS type, ${text('title')} AS title,
        coalesce(${text('item')}, left(${text('title')}, 256)) AS item, ${timeOf(found.time)} AS time,
        ${found.quantity ? `CAST(${identifier(found.quantity.name)} AS DOUBLE)` : 'NULL'} AS quantity
      FROM read_parquet(${quoted(file.path)}, file_row_number = true)
    )`);
  await nameTitles(connection, names);
  const product = `coalesce(variants.product, titles.product, raw_events.item)
    FROM raw_events
    LEFT JOIN variants ON raw_events.item = variants.item
    LEFT JOIN titles ON raw_events.title = titles.title
    WHERE refused IS NULL AND left_out`;
  await connection.run(`
    INSERT INTO events (time, type, shopper, item) SELECT time, type, shopper, ${product} IS NULL;
    INSERT INTO shown (shopper, time, item) SELECT shopper, time, ${product} = 'impression'`);
  const left = await connection.runAndReadAll(`
    SELECT coalesce(left_out, refused) AS why, min(line), count(*)
    FROM raw_events WHERE coalesce(left_out, refused) <> 'impression' GROUP BY 1 ORDER BY 2`);
  for (const [why, line, count] of left.getRows()) {
    if (why === 'returned') reading.returns = Number(count);
    else if (why === 'shown') reading.shown = Number(count);
    else {
      const [field, reason] = String(why).split('|');
      refused({ line: Number(line), field, reason }, Number(count));
    }
  }
  const titled = await connection.runAndReadAll(`
    SELECT count(*) FROM raw_events JOIN titles ON raw_events.title = titles.title LEFT JOIN variants ON raw_events.item = variants.item
    WHERE variants.item IS NULL AND refused IS NULL AND left_out IS NULL`);
  names.byTitle += Number(titled.getRows()[0][0]);
  return reading;
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Milliseconds; numbers as `readLogTime` reads them. */
function timeOf(column: { name: string; type: string } | undefined): string {
  const name = identifier(column?.name ?? '');
  if (column?.type === 'TIMESTAMP WITH TIME ZONE') return `epoch_ms(${name})`;
  if (column && DAYS.includes(column.type)) return `epoch_ms(CAST(${name} AS TIMESTAMP))`;
  const number = `CAST(${name} AS DOUBLE)`;
  return `CAST(round(CASE WHEN isfinite(${number}) THEN CASE WHEN ${number} < ${SECONDS_BELOW} THEN ${number} * 1000 ELSE ${number} END END) AS BIGINT)`;
}

const badId = (column: string, field: string): string => `
  WHEN ${column} IS NULL THEN '${field}|is empty'
  WHEN length(${column}) > 256 THEN '${field}|must be at most 256 characters'
  WHEN regexp_full_match(${column}, '${ABSENT}') THEN '${field}|is a text that stands for a missing value'
  WHEN regexp_full_match(${column}, '${ROUNDED}') THEN '${field}|is a number that a spreadsheet has rounded; export the column as text'`;

const refusal = (
  time: { type: string } | undefined,
): string => `CASE ${badId('shopper', 'user')} ${badId('item', 'item')}
  WHEN time IS NULL THEN 'time|is empty'
  ${DAYS.includes(time?.type ?? '') ? '' : `WHEN regexp_full_match(CAST(time // 1000 AS VARCHAR), ${quoted(COMPACT_DAY.source)}) THEN 'time|may be a day or a number of seconds'`}
  WHEN time < 0 THEN 'time|must not lie before 1970'
  WHEN time >= ${MAX_MILLISECONDS} THEN 'time|must not lie beyond the year 5138'
  WHEN length(type) > 64 THEN 'type|must be at most 64 characters'
END`;

/** Whether the type of an event has one of some names. */
const named = (names: readonly string[]): string =>
  `coalesce(regexp_replace(lower(type), '[\\s_-]', '', 'g') IN (${names.map(quoted).join(', ')}), false)`;

/** A negative quantity, and a purchase of none, say that nothing was bought. */
const returned = (name: string | undefined): string =>
  name === undefined
    ? 'false'
    : `coalesce(quantity < 0 OR (quantity = 0 AND (type IS NULL OR ${named(PURCHASES)})), false)`;

/** Finds the products of the items that the bundle lacks by their titles: the table `titles`. */
async function nameTitles(connection: DuckDBConnection, names: ItemNames): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE titles (title VARCHAR, product VARCHAR)');
  const unknown = await connection.runAndReadAll(`
    SELECT DISTINCT title FROM raw_events LEFT JOIN variants ON raw_events.item = variants.item
    WHERE variants.item IS NULL AND title IS NOT NULL`);
  const appender = await connection.createAppender('titles');
  for (const [title] of unknown.getRows()) {
    const product = names.titled(String(title));
    if (product === null) continue;
    appender.appendVarchar(String(title));
    appender.appendVarchar(product);
    appender.endRow();
  }
  appender.closeSync();
}
