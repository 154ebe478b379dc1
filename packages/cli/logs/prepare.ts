import { existsSync, rmSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import * as v from 'valibot';
import type { Item } from '../../../src/core/catalog';
import { fromJson, sha256 } from '../../../src/core/common/bytes';
import { invalidInput } from '../../../src/error';
import { makeFolder, requireRoom } from '../../encoders/folders';
import { HALF_LIFE, itemNames, LOG_FIELDS, logNotes } from '../../shop/logs';
import type { Meter } from '../../shop/pipeline';
import { withLock } from '../bundler';
import { type Database, inWords, loadDuckdb, numberOf, openDatabase, quoted, runMetered } from './duckdb';
import { type Impressions, importLog } from './import-log';
import { PREPARED_FILE, type Prepared, preparedText, readPrepared, tableFiles } from './prepared-folder';
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
  /** Choices of fewer shoppers are not published: demand and vectors of products, and pairs of them. Default 1 */
  minShoppers?: number;
  /** Size of a sample of shoppers. Default: all. */
  shoppers?: number;
  /** Default: `left-out` */
  impressions?: Impressions;
  /** The first share of the events that is used. Default 1 */
  past?: number;
  /** Adds the events that are newer than the tables in `out`, if there are such tables. Default: the tables are made anew. */
  continues?: boolean;
  /** Continues an interrupted preparation of the same files. Default: it starts again. */
  resume?: boolean;
  meter: Meter;
  say(line: string): void;
}

/** Default of `PrepareRequest.minShoppers`. */
export const MIN_SHOPPERS = 1;

const GB = 1e9;
/** Bytes of memory for this process beside the database's own. */
const BESIDE = 0.6 * GB;
/** Share of the memory for what the database takes above its limit, most of it while it writes files. */
const BESIDE_SHARE = 0.3;
/** Others that each item keeps. */
const MOST = 256;
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
  const work = join(part, 'work');
  let database: Database | null = null;
  const onExit = (): void => {
    database?.connection.interrupt();
    // Nothing that `resume` could continue.
    if (!existsSync(join(work, IMPORTED_FILE))) rmSync(part, { recursive: true, force: true });
  };
  process.once('exit', onExit);
  try {
    const earlier = request.continues && existsSync(join(out, PREPARED_FILE)) ? await readPrepared(out) : null;
    const fingerprint = await fingerprintOf(request, earlier);
    if (!(await isResumable(part, fingerprint, request))) {
      await rm(part, { recursive: true, force: true });
      await mkdir(work, { recursive: true });
      await writeFile(join(part, FINGERPRINT_FILE), fingerprint);
    }
    const whole = request.memory ?? Math.min(4 * GB, totalmem() / 2);
    const memory = whole - Math.max(BESIDE, BESIDE_SHARE * whole);
    if (memory < 0.2 * GB) throw invalidInput('--memory must be at least 800MB.');
    database = await openDatabase(memory, availableParallelism(), work);
    const stored = await tablesOf(database.connection, part, { ...request, out, memory: whole }, earlier);
    database.close();
    database = null;
    if (!stored) {
      await rm(part, { recursive: true });
      return readPrepared(out);
    }
    await rm(work, { recursive: true });
    await rm(join(part, FINGERPRINT_FILE));
    await rm(out, { recursive: true, force: true });
    await rename(part, out);
    return readPrepared(out);
  } catch (thrown) {
    throw inWords(thrown, dirname(out));
  } finally {
    process.off('exit', onExit);
    database?.close();
    database = null;
    onExit();
  }
}

/** Identifies what a preparation reads and makes, so that an interrupted one is continued only with the same. */
const FINGERPRINT_FILE = 'request.txt';

async function fingerprintOf(
  { events, items, seed, minShoppers, shoppers, past, impressions }: PrepareRequest,
  earlier: Prepared | null,
): Promise<string> {
  const files = await Promise.all(
    events.map((path) =>
      stat(path).then(
        ({ size, mtimeMs }) => [path, size, mtimeMs],
        // Patterns.
        () => [path],
      ),
    ),
  );
  const { products } = itemNames(items);
  const options = [seed, minShoppers, shoppers, past, impressions];
  const request = [files, [...products.placeOf], items.map(({ title }) => title), ...options];
  return sha256(new TextEncoder().encode(JSON.stringify([request, earlier])));
}

/** Whether an interrupted preparation can be continued. */
async function isResumable(part: string, fingerprint: string, { resume, say }: PrepareRequest): Promise<boolean> {
  if (!resume) return false;
  const found = await readFile(join(part, FINGERPRINT_FILE), 'utf8').catch(() => null);
  if (found === null) say('Prepared from the start: there is no interrupted preparation.');
  else if (found !== fingerprint) say('Prepared from the start: events, bundle or options have changed since.');
  return found === fingerprint;
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

/** @returns whether there are new choices */
async function tablesOf(
  connection: DuckDBConnection,
  folder: string,
  request: PrepareRequest & { memory: number },
  earlier: Prepared | null,
): Promise<boolean> {
  const { meter, say, memory, seed = 1, minShoppers = MIN_SHOPPERS, shoppers = null, out } = request;
  if (earlier && (earlier.seed !== seed || earlier.sample !== null || shoppers !== null || earlier.until !== null)) {
    throw invalidInput(
      `The log in ${out} was prepared with another seed, or is a sample or a part of a log, so nothing can be added to it. Prepare the whole log without --continue.`,
    );
  }
  await connection.run('CREATE TABLE IF NOT EXISTS done (stage VARCHAR, parts INT)');
  const log = await importedLog(connection, folder, request, earlier);
  const settings: Settings = {
    seed,
    shoppers,
    min_shoppers: minShoppers,
    most: MOST,
    half_life: HALF_LIFE,
    earlier_events: earlier?.events ?? 0,
  };
  if ((await numberOf(connection, 'SELECT count(*) FROM done')) === 1) {
    if (earlier && (await numberOf(connection, 'SELECT count(*) FROM events')) === 0) {
      say(`The log has no events after ${new Date(earlier.lastTime).toISOString()}: nothing was added.`);
      return false;
    }
    await openEarlier(connection, earlier ? out : null);
  }
  let pairs = 0;
  for (const table of TABLES) {
    if (table === 'pairs') pairs = await pairsOfChoices(connection);
    const done = await numberOf(connection, `SELECT count(*) FROM done WHERE stage = '${table}'`);
    // An interrupted preparation may have had other memory, but its number of parts must stay.
    const parts =
      done > 0
        ? await numberOf(connection, `SELECT max(parts) FROM done WHERE stage = '${table}'`)
        : Math.max(1, Math.ceil((pairs * (BYTES_PER_PAIR[table] ?? 0)) / (memory - BESIDE)));
    const statements = statementsOf(table, await statementOf(table), settings, parts).slice(done);
    if (statements.length > 0) await runMetered(connection, meter, `Table ${table}`, statements);
    if (table === 'choices') await connection.run('DROP TABLE IF EXISTS events; DROP TABLE IF EXISTS places');
    if (table === 'passed') await connection.run('DROP TABLE IF EXISTS shown');
  }
  await writeTables(connection, meter, folder, earlier ? out : null);
  const prepared = await summary(connection, settings, log, earlier);
  for (const note of prepared.notes) say(note);
  await writeFile(join(folder, PREPARED_FILE), preparedText(prepared));
  return true;
}

/** Results of reading the files, beside the table `events`. */
const importedSchema = v.object({
  columns: v.record(v.picklist(LOG_FIELDS), v.array(v.string())),
  header: v.array(v.string()),
  returns: v.number(),
  shown: v.number(),
  refused: v.number(),
  byTitle: v.number(),
  until: v.nullable(v.number()),
});
type Imported = v.InferOutput<typeof importedSchema>;
const IMPORTED_FILE = 'log.json';

/** Reads the files, unless an interrupted preparation has read them. */
async function importedLog(
  connection: DuckDBConnection,
  folder: string,
  { events, items, meter, say, memory, impressions, past = 1 }: PrepareRequest & { memory: number },
  earlier: Prepared | null,
): Promise<Imported> {
  const file = join(folder, 'work', IMPORTED_FILE);
  if ((await numberOf(connection, 'SELECT count(*) FROM done')) > 0) {
    return v.parse(importedSchema, fromJson(await readFile(file)));
  }
  const names = itemNames(items);
  const log = await importLog(connection, events, names, { meter, say, folder, memory, impressions });
  for (const reason of log.reasons.slice(0, SHOWN)) say(reason);
  if (log.reasons.length > SHOWN) say(`… and ${log.reasons.length - SHOWN} more`);
  const until = past < 1 ? await endOfPast(connection, past) : null;
  if (until !== null) {
    for (const table of ['events', 'shown']) await connection.run(`DELETE FROM ${table} WHERE time >= ${until}`);
  }
  if (earlier) await connection.run(`DELETE FROM events WHERE time <= ${earlier.lastTime}`);
  const imported = { ...log, byTitle: names.byTitle, until };
  await writeFile(file, JSON.stringify(imported));
  await connection.run("INSERT INTO done VALUES ('events', 1)");
  return imported;
}

/** The tables `earlier_…`: those of the preparation that this one continues, otherwise empty ones. */
async function openEarlier(connection: DuckDBConnection, folder: string | null): Promise<void> {
  for (const [table, columns] of Object.entries(KEPT)) {
    const name = `earlier_${table === 'known' ? 'shoppers' : table}`;
    await connection.run(
      folder === null
        ? `CREATE TABLE IF NOT EXISTS ${name} (${columns})`
        : `CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet(${quoted(await tableFiles(folder, table))})`,
    );
  }
}

/** Writes the tables that stay. The choices of the earlier preparation are kept as they are, beside the new ones. */
async function writeTables(
  connection: DuckDBConnection,
  meter: Meter,
  folder: string,
  earlier: string | null,
): Promise<void> {
  const choices = join(folder, 'choices.parquet');
  await rm(choices, { recursive: true, force: true });
  await mkdir(choices);
  const before = earlier === null ? [] : (await readdir(join(earlier, 'choices.parquet'))).sort();
  for (const name of before) {
    const from = join(earlier ?? '', 'choices.parquet', name);
    // Some file systems have no links.
    await link(from, join(choices, name)).catch(() => copyFile(from, join(choices, name)));
  }
  const next = `${String(before.length + 1).padStart(6, '0')}.parquet`;
  const files = Object.keys(KEPT).map((table) => {
    const file = table === 'choices' ? join(choices, next) : join(folder, `${table}.parquet`);
    return `COPY ${table} TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd)`;
  });
  await runMetered(connection, meter, 'Files', files);
}

/** The pairs of choices within 30 steps, both ways. */
const pairsOfChoices = (connection: DuckDBConnection): Promise<number> =>
  numberOf(connection, 'SELECT 2 * coalesce(sum(least(step, 30)), 0) FROM choices');

/** The statements that make a table part by part. Each is done wholly or not at all, and noted when it is done. */
function statementsOf(table: Table, sql: string, settings: Settings, parts: number): string[] {
  return Array.from({ length: parts }, (_, part) =>
    [
      'BEGIN',
      settingsStatement(settings, part, parts),
      part === 0 ? `CREATE TABLE ${table} AS ${sql}` : `INSERT INTO ${table} ${sql}`,
      `INSERT INTO done VALUES ('${table}', ${parts})`,
      'COMMIT',
    ].join(';\n'),
  );
}

/** As `endOfPast` of a log in memory. */
async function endOfPast(connection: DuckDBConnection, past: number): Promise<number> {
  const events = await numberOf(connection, 'SELECT count(*) FROM events');
  return numberOf(connection, `SELECT time FROM events ORDER BY time LIMIT 1 OFFSET ${Math.floor(events * past)}`);
}

async function summary(
  connection: DuckDBConnection,
  settings: Settings,
  log: Imported,
  earlier: Prepared | null,
): Promise<Omit<Prepared, 'version'>> {
  const read = await connection.runAndReadAll(`
    SELECT digest.*, (SELECT count(*) FROM pairs) AS pairs, (SELECT coalesce(sum(mass), 0) FROM products) AS mass,
      (SELECT count(*) FROM known) AS shoppers, (SELECT count(*) FROM products) AS products, (SELECT count(*) FROM passed) AS passed
    FROM digest`);
  const [row] = read.getRowObjects();
  const [firstTime, lastTime] = [Number(row.first_time), Number(row.last_time)];
  const own = String(row.digest);
  const notes = logNotes({
    ...log,
    events: Number(row.events),
    firstTime,
    lastTime,
    tied: Number(row.tied),
    repeated: Number(row.repeated),
    passed: Number(row.passed),
  });
  return {
    seed: settings.seed,
    minShoppers: settings.min_shoppers,
    most: settings.most,
    sample: settings.shoppers,
    until: log.until,
    events: settings.earlier_events + Number(row.events),
    shoppers: Number(row.shoppers),
    products: Number(row.products),
    pairs: Number(row.pairs),
    firstTime: earlier?.firstTime ?? firstTime,
    lastTime,
    digest: earlier ? await sha256(new TextEncoder().encode(earlier.digest + own)) : own,
    mass: Number(row.mass),
    refused: log.refused,
    returns: log.returns,
    notes,
  };
}
