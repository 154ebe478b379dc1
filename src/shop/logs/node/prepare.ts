import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Item } from '../../../core/catalog';
import { invalidInput } from '../../../error';
import { makeFolder, requireRoom, withLock } from '../../bundler';
import type { Meter } from '../../pipeline';
import { type ItemNames, itemNames } from '../item-names';
import { preparedNotes } from '../log-notes';
import { type Database, inWords, loadDuckdb, numberOf, openDatabase, quoted, runMetered } from './duckdb';
import { type ImportedLog, importLog } from './import-log';
import { PREPARED_FILE, type Prepared, preparedText, readPrepared } from './prepared-folder';
import { BYTES_PER_PAIR, KEPT, type Settings, settingsStatement, statementOf, TABLES, type Table } from './statements';

export interface PrepareRequest {
  /** Files in CSV, JSON lines or Parquet, folders of such files, and patterns. */
  events: readonly string[];
  /** The items of the bundle: choices of a variant count for its product. */
  items: Item[];
  /** Folder that gets the tables; it may have those of an earlier preparation. */
  out: string;
  /** Bytes of memory that the process may use. Default: half of the machine's, at most 4 GB. */
  memory?: number;
  seed?: number;
  /** Pairs of fewer shoppers are left out. Default 1 */
  minShoppers?: number;
  /** Size of a sample of shoppers. Default: all. */
  shoppers?: number;
  /** The first share of the events that is used. Default 1 */
  past?: number;
  meter: Meter;
  say(line: string): void;
}

const GB = 1e9;
/** Bytes of memory for this process beside the database's own. */
const BESIDE = 0.6 * GB;
/** Others that each item keeps. */
const MOST = 256;
/** Share of the log after which a choice counts half; see `recentPopularity`. */
const HALF_LIFE = 1 / 4;
/** Maximum number of reasons for refused lines that are shown. */
const SHOWN = 20;

/**
 * Makes the tables from which a side model is trained, as Parquet. The statements in `sql/` run in DuckDB, which keeps on disk what
 * exceeds the memory. The folder appears whole or not at all.
 * @throws SidestreamError `runtime/invalid-input` if the log cannot be read or the folder cannot be written, `runtime/not-installed`
 */
export async function prepareLog(request: PrepareRequest): Promise<Prepared> {
  const out = resolve(request.out);
  await loadDuckdb();
  await requireRoom('--out', dirname(out));
  await requirePrepared(out);
  await makeFolder(dirname(out));
  const lock = join(dirname(out), `.${basename(out)}.lock`);
  return withLock(lock, () => prepareInto(out, request), { what: `the prepared log in ${out}`, say: request.say });
}

async function prepareInto(out: string, request: PrepareRequest): Promise<Prepared> {
  const part = `${out}.part`;
  let database: Database | null = null;
  const remove = (): void => rmSync(part, { recursive: true, force: true });
  const onExit = (): void => {
    database?.connection.interrupt();
    remove();
  };
  process.once('exit', onExit);
  try {
    remove();
    await mkdir(part);
    const work = join(part, 'work');
    await mkdir(work);
    const whole = request.memory ?? Math.min(4 * GB, totalmem() / 2);
    const memory = whole - BESIDE;
    if (memory < 0.2 * GB) throw invalidInput('--memory must be at least 800MB.');
    database = await openDatabase(memory, availableParallelism(), work);
    const prepared = await tablesOf(database.connection, part, { ...request, memory: whole });
    database.close();
    database = null;
    await rm(work, { recursive: true });
    await rm(out, { recursive: true, force: true });
    await rename(part, out);
    return prepared;
  } catch (thrown) {
    throw inWords(thrown, dirname(out));
  } finally {
    process.off('exit', onExit);
    database?.close();
    remove();
  }
}

/** @throws SidestreamError `runtime/invalid-input` if the folder has files of other kinds */
async function requirePrepared(out: string): Promise<void> {
  const names: string[] = await readdir(out).catch(() => []);
  if (names.length > 0 && !names.includes(PREPARED_FILE)) {
    throw invalidInput(
      `--out ${out}: the folder has other files (${names.slice(0, 3).join(', ')}), and a prepared log is a folder of its own. Name a new folder.`,
    );
  }
}

async function tablesOf(
  connection: DuckDBConnection,
  folder: string,
  request: PrepareRequest & { memory: number },
): Promise<Prepared> {
  const { meter, say, memory, seed = 1, minShoppers = 1, shoppers = null, past = 1 } = request;
  const names = itemNames(request.items);
  const log = await importLog(connection, request.events, names, { meter, say, folder, memory });
  for (const reason of log.reasons.slice(0, SHOWN)) say(reason);
  if (log.reasons.length > SHOWN) say(`… and ${log.reasons.length - SHOWN} more`);
  const settings: Settings = {
    seed,
    shoppers,
    until: past < 1 ? await endOfPast(connection, past) : null,
    min_shoppers: minShoppers,
    most: MOST,
    half_life: HALF_LIFE,
  };
  let pairs = 0;
  for (const table of TABLES) {
    const parts = Math.max(1, Math.ceil((pairs * (BYTES_PER_PAIR[table] ?? 0)) / (memory - BESIDE)));
    const sql = await statementOf(table);
    await runMetered(connection, meter, `Table ${table}`, statementsOf(table, sql, settings, parts));
    if (table === 'choices') {
      await connection.run('DROP TABLE events; DROP TABLE places');
      pairs = await pairsOfChoices(connection);
    }
  }
  const files = KEPT.map(
    (table) => `COPY ${table} TO ${quoted(join(folder, `${table}.parquet`))} (FORMAT parquet, COMPRESSION zstd)`,
  );
  await runMetered(connection, meter, 'Files', files);
  const prepared = await summary(connection, settings, log, names);
  for (const note of prepared.notes) say(note);
  await writeFile(join(folder, PREPARED_FILE), preparedText(prepared));
  return readPrepared(folder);
}

/** The pairs of choices within 30 steps, both ways. */
const pairsOfChoices = (connection: DuckDBConnection): Promise<number> =>
  numberOf(connection, 'SELECT 2 * coalesce(sum(least(step, 30)), 0) FROM choices');

function statementsOf(table: Table, sql: string, settings: Settings, parts: number): string[] {
  return Array.from({ length: parts }, (_, part) => [
    settingsStatement(settings, part, parts),
    part === 0 ? `CREATE TABLE ${table} AS ${sql}` : `INSERT INTO ${table} ${sql}`,
  ]).flat();
}

/** As `endOfPast` of a log in memory. */
async function endOfPast(connection: DuckDBConnection, past: number): Promise<number> {
  const events = await numberOf(connection, 'SELECT count(*) FROM events');
  return numberOf(connection, `SELECT time FROM events ORDER BY time LIMIT 1 OFFSET ${Math.floor(events * past)}`);
}

async function summary(
  connection: DuckDBConnection,
  settings: Settings,
  log: ImportedLog,
  names: ItemNames,
): Promise<Omit<Prepared, 'version'>> {
  const read = await connection.runAndReadAll(`
    SELECT digest.*, (SELECT count(*) FROM pairs) AS pairs, (SELECT coalesce(sum(mass), 0) FROM products) AS mass FROM digest`);
  const [row] = read.getRowObjects();
  const events = Number(row.events);
  const [firstTime, lastTime] = [Number(row.first_time), Number(row.last_time)];
  const notes = preparedNotes({
    ...log,
    events,
    firstTime,
    lastTime,
    tied: Number(row.tied),
    repeated: Number(row.repeated),
    byTitle: names.byTitle,
  });
  return {
    seed: settings.seed,
    minShoppers: settings.min_shoppers,
    most: settings.most,
    sample: settings.shoppers,
    until: settings.until,
    events,
    shoppers: Number(row.shoppers),
    products: Number(row.products),
    pairs: Number(row.pairs),
    firstTime,
    lastTime,
    digest: String(row.digest),
    mass: Number(row.mass),
    refused: log.refused,
    returns: log.returns,
    notes,
  };
}
