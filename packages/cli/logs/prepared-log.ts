import type { DuckDBConnection } from '@duckdb/node-api';
import type { Demand, Item } from '../../../src/core/catalog';
import { invalidInput } from '../../../src/error';
import type { LogEvent } from '../../shop/logs';
import { foreignLog, NAMED_IDS, recency, strengthOf } from '../../shop/logs';
import { chunksOf, eachRow, quoted, withDatabase } from './duckdb';
import { type Prepared, readPrepared, tableFiles } from './prepared-folder';

/**
 * The choices of a prepared log on the products of a bundle, in columns, with the demand that it shows. Of products that fewer shoppers chose
 * than `minShoppers` says, it has nothing: no choice, no demand and no pair.
 */
export interface PreparedLog extends Prepared {
  folder: string;
  /** The choices of shopper s are at `offsets[s]` to `offsets[s + 1]`, oldest first. */
  offsets: Uint32Array;
  /** The number of each of these shoppers in the tables: those who chose no item of the bundle are left out. */
  shopperOf: Uint32Array;
  /** Row of each choice in the products of the bundle. */
  rows: Int32Array;
  /** Milliseconds. */
  times: Float64Array;
  /** Place of each choice by time among all that are here, from 0. */
  places: Uint32Array;
  /** See `strengthOf`; absent if all are equal. */
  strengths?: Float32Array;
  /** See `Choices`. */
  passed?: number[][];
  /** Those with choices before these, of which only `demand` and the pairs know. */
  known: ReadonlySet<number>;
  /** Of the whole log. */
  demand: Demand;
  /** Sum of the weights of the pairs of each row, millionths. */
  masses: Float64Array;
  /** Row of each item number of the tables; -1 for items that the bundle lacks. */
  rowOf: Int32Array;
  /** Number of choices left out because the bundle lacks their items. */
  unknown: number;
  /** The most frequent ids among these. */
  unknownIds: string[];
}

/**
 * @param items products of the bundle
 * @param after reads only the choices after this time. Default: all
 * @throws SidestreamError `runtime/invalid-input` if there is no prepared log, or none of these items
 */
export async function openPrepared(
  folder: string,
  items: readonly Item[],
  after = Number.NEGATIVE_INFINITY,
): Promise<PreparedLog> {
  const prepared = await readPrepared(folder);
  return withTables(folder, async (connection) => {
    const counted = await readProducts(connection, prepared, items);
    const choices = await readChoices(connection, prepared, counted.rowOf, after);
    const passed = await readPassed(connection, counted.rowOf, choices.shopperOf);
    return { ...prepared, folder, ...counted, ...choices, ...(passed.length > 0 && { passed }) };
  });
}

/** The events of a prepared log, in its order; shoppers are called by their numbers. */
export function preparedEvents(folder: string): Promise<LogEvent[]> {
  return withTables(folder, async (connection) => {
    const sql = 'SELECT shopper, id, time, type FROM choices JOIN products ON item = number ORDER BY place';
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return rows.map(([user, item, time, type]) => ({
      user: String(user),
      item: String(item),
      time: Number(time),
      ...(type === null ? {} : { type: String(type) }),
    }));
  });
}

/** Runs some work on the tables of a prepared log, as views. */
export function withTables<T>(folder: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  return withDatabase(async (connection) => {
    for (const table of ['choices', 'passed', 'products', 'pairs', 'repeats']) {
      try {
        const files = quoted(await tableFiles(folder, table));
        await connection.run(`CREATE VIEW ${table} AS SELECT * FROM read_parquet(${files})`);
      } catch (cause) {
        throw invalidInput(
          `The prepared log in ${folder} is not whole: ${table}.parquet cannot be read. Prepare it again.`,
          { cause },
        );
      }
    }
    return work(connection);
  });
}

async function readProducts(connection: DuckDBConnection, { products, minShoppers }: Prepared, items: readonly Item[]) {
  const places = new Map(items.map(({ id }, row) => [id, row]));
  const rowOf = new Int32Array(products).fill(-1);
  const choices = new Float32Array(items.length);
  const recent = new Float32Array(items.length);
  const masses = new Float64Array(items.length);
  const lacking: { id: string; choices: number }[] = [];
  let [unknown, found] = [0, false];
  const all = 'SELECT id, number, shoppers, CAST(choices AS DOUBLE), recent / 1e9, CAST(mass AS DOUBLE) FROM products';
  for await (const chunk of chunksOf(connection, all)) {
    for (const [id, number, shoppers, ...counts] of chunk.getRows()) {
      const row = places.get(String(id)) ?? -1;
      const [count, now, mass] = counts.map(Number);
      found = found || row >= 0;
      if (row >= 0 && Number(shoppers) < minShoppers) continue;
      rowOf[Number(number)] = row;
      if (row >= 0) [choices[row], recent[row], masses[row]] = [count, now, mass];
      else {
        unknown += count;
        lacking.push({ id: String(id), choices: count });
      }
    }
  }
  const unknownIds = lacking
    .sort((a, b) => b.choices - a.choices)
    .slice(0, NAMED_IDS)
    .map(({ id }) => id);
  if (!found) throw foreignLog(unknownIds, items);
  let [purchases, repeats] = [0, 0];
  await eachRow(connection, 'SELECT item, purchases, repeats FROM repeats', ([item, bought, again], n) => {
    if (rowOf[item(n)] < 0) return;
    purchases += bought(n);
    repeats += again(n);
  });
  const demand: Demand = { choices, recent, ...(repeats > 0 ? { repeats: repeats / purchases } : {}) };
  return { demand, masses, rowOf, unknown, unknownIds };
}

async function readChoices(
  connection: DuckDBConnection,
  { shoppers, events }: Prepared,
  rowOf: Int32Array,
  after: number,
) {
  const where = Number.isFinite(after) ? `WHERE time > ${after}` : '';
  const starts = new Uint32Array(shoppers + 1);
  const firsts = new Uint32Array(shoppers);
  const sizes = `SELECT shopper, count(*), min(step), min(place) FROM choices ${where} GROUP BY shopper`;
  let before = events;
  await eachRow(connection, sizes, ([shopper, count, step, place], n) => {
    starts[shopper(n) + 1] = count(n);
    firsts[shopper(n)] = step(n);
    before = Math.min(before, place(n));
  });
  for (let n = 0; n < shoppers; n++) starts[n + 1] += starts[n];
  const count = starts[shoppers];
  const rows = new Int32Array(count);
  const times = new Float64Array(count);
  const places = new Uint32Array(count);
  const strengths = new Float32Array(count);
  const types = (await connection.runAndReadAll('SELECT DISTINCT type FROM choices WHERE type IS NOT NULL')).getRows();
  const cases = types.map(([type]) => `WHEN type = ${quoted(String(type))} THEN ${strengthOf(String(type))}`);
  const strengthCase = cases.length > 0 ? `CASE ${cases.join(' ')} ELSE ${strengthOf(null)} END` : '1';
  const columns = `shopper, step, item, CAST(time AS DOUBLE), CAST(place AS DOUBLE), CAST(${strengthCase} AS DOUBLE)`;
  const all = `SELECT ${columns} FROM choices ${where}`;
  await eachRow(connection, all, ([shopper, step, item, time, place, strength], n) => {
    const at = starts[shopper(n)] + step(n) - firsts[shopper(n)];
    rows[at] = rowOf[item(n)];
    times[at] = time(n);
    places[at] = place(n) - before;
    strengths[at] = strength(n);
  });
  return kept({ starts, firsts, rows, times, places, strengths });
}

/** Rows of the items that each of some shoppers was shown and did not choose; empty if the log has none. */
async function readPassed(connection: DuckDBConnection, rowOf: Int32Array, shopperOf: Uint32Array) {
  const lists = new Map<number, number[]>();
  await eachRow(connection, 'SELECT shopper, item FROM passed ORDER BY ALL', ([shopper, item], n) => {
    const own = lists.get(shopper(n)) ?? [];
    lists.set(shopper(n), own);
    if (rowOf[item(n)] >= 0) own.push(rowOf[item(n)]);
  });
  return lists.size === 0 ? [] : Array.from(shopperOf, (shopper) => lists.get(shopper) ?? []);
}

/** The choices of all shoppers; the row of an item that the bundle lacks is -1. */
interface AllChoices extends Required<Pick<PreparedLog, 'rows' | 'times' | 'places' | 'strengths'>> {
  /** As `offsets`. */
  starts: Uint32Array;
  /** Step of the first choice of each shopper. */
  firsts: Uint32Array;
}

/** Only the choices of items that the bundle has. */
function kept({ starts, firsts, rows, times, places, strengths }: AllChoices) {
  const shoppers = starts.length - 1;
  const offsets = new Uint32Array(shoppers + 1);
  const shopperOf = new Uint32Array(shoppers);
  const known = new Set<number>();
  let [end, count] = [0, 0];
  for (let shopper = 0; shopper < shoppers; shopper++) {
    for (let at = starts[shopper]; at < starts[shopper + 1]; at++) {
      if (rows[at] < 0) continue;
      rows[end] = rows[at];
      times[end] = times[at];
      strengths[end] = strengths[at];
      places[end++] = places[at];
    }
    if (end === offsets[count]) continue;
    if (firsts[shopper] > 0) known.add(count);
    shopperOf[count++] = shopper;
    offsets[count] = end;
  }
  if (end < rows.length) closeGaps(places.subarray(0, end), rows.length);
  const own = strengths.subarray(0, end);
  return {
    offsets: offsets.subarray(0, count + 1),
    shopperOf: shopperOf.subarray(0, count),
    rows: rows.subarray(0, end),
    times: times.subarray(0, end),
    places: places.subarray(0, end),
    ...(own.some((strength) => strength !== own[0]) ? { strengths: own } : {}),
    known,
  };
}

/** Renumbers places without gaps, in the same order. @param size greater than every place */
function closeGaps(places: Uint32Array, size: number): void {
  const taken = new Uint32Array(size);
  for (const place of places) taken[place] = 1;
  for (let place = 0, before = 0; place < size; place++) {
    before += taken[place];
    taken[place] = before - taken[place];
  }
  for (const [at, place] of places.entries()) places[at] = taken[place];
}

/** The demand without the choices that are here of some shoppers. @param left their places in `offsets` */
export function demandWithout(log: PreparedLog, left: Iterable<number>): Demand {
  const { demand, events, rows, offsets, places } = log;
  const [choices, recent] = [demand.choices.slice(), demand.recent.slice()];
  const older = events - rows.length;
  for (const shopper of left) {
    for (let at = offsets[shopper]; at < offsets[shopper + 1]; at++) {
      choices[rows[at]]--;
      recent[rows[at]] = Math.max(0, recent[rows[at]] - recency(older + places[at], events));
    }
  }
  return { ...demand, choices, recent };
}
