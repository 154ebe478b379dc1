import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The tables in the order in which they are made; the file of each has its one statement. */
export const TABLES = [
  ...['shoppers', 'items', 'hours', 'places', 'numbers', 'choices', 'passed', 'neighbours'],
  ...['masses', 'products', 'pairs', 'repeats', 'digest', 'known'],
] as const;
export type Table = (typeof TABLES)[number];

/** Those that stay, with their columns: a preparation that continues an earlier one reads them as `earlier_` tables. */
export const KEPT = {
  choices: 'shopper INT, item INT, time BIGINT, type VARCHAR, place BIGINT, step INT, first INT, tied INT',
  passed: 'shopper INT, item INT',
  products: 'id VARCHAR, number INT, choices BIGINT, shoppers BIGINT, recent BIGINT, mass BIGINT',
  pairs: 'item INT, other INT, weight BIGINT, shoppers BIGINT, rank BIGINT',
  repeats: 'item INT, purchases BIGINT, repeats BIGINT',
  known: 'id VARCHAR, number INT, choices BIGINT',
} as const satisfies Partial<Record<Table, string>>;

/** Bytes of memory per pair of choices that a table takes while it is made. It is made part by part, in as many as fit. */
export const BYTES_PER_PAIR: Partial<Record<Table, number>> = { pairs: 64 };

/** The values of the table `settings`, which the statements read. */
export interface Settings {
  seed: number;
  /** Number of shoppers that are kept; null for all. */
  shoppers: number | null;
  min_shoppers: number;
  /** Others that each item keeps. */
  most: number;
  /** Share of the log after which a choice counts half. */
  half_life: number;
  /** Number of choices of the preparation that this one continues. */
  earlier_events: number;
}

/** The statement that makes the table `settings`. */
export function settingsStatement(settings: Settings, part: number, parts: number): string {
  const values = Object.entries({ ...settings, part, parts }).map(([name, value]) =>
    name === 'half_life' ? `CAST(${value} AS DOUBLE) AS ${name}` : `CAST(${value ?? 'NULL'} AS BIGINT) AS ${name}`,
  );
  return `CREATE OR REPLACE TABLE settings AS SELECT ${values.join(', ')}`;
}

/** The published package has the files beside its scripts. */
const FOLDER = fileURLToPath(new URL('./sql/', import.meta.url));

export const statementOf = (table: Table): Promise<string> => readFile(join(FOLDER, `${table}.sql`), 'utf8');
