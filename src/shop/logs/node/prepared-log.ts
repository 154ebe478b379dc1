import type { DuckDBConnection } from '@duckdb/node-api';
import type { Demand, Item } from '../../../core/catalog';
import { invalidInput } from '../../../error';
import { foreignLog, NAMED_IDS } from '../item-names';
import { eachChunk, quoted, withDatabase } from './duckdb';
import { type Prepared, readPrepared, tableFiles } from './prepared-folder';

/** The choices of a prepared log on the products of a bundle, in columns, with the demand that it shows. */
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

/** @param items products of the bundle @throws SidestreamError `runtime/invalid-input` if there is no prepared log, or none of these items */
export async function openPrepared(folder: string, items: readonly Item[]): Promise<PreparedLog> {
  const prepared = await readPrepared(folder);
  return withTables(folder, async (connection) => {
    const counted = await readProducts(connection, prepared, items);
    const choices = await readChoices(connection, prepared, counted.rowOf);
    return { ...prepared, folder, ...counted, ...choices };
  });
}

/** Runs some work on the tables of a prepared log, as views. */
export function withTables<T>(folder: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  return withDatabase(async (connection) => {
    for (const table of ['choices', 'products', 'pairs', 'repeats']) {
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

async function readProducts(connection: DuckDBConnection, { products }: Prepared, items: readonly Item[]) {
  const places = new Map(items.map(({ id }, row) => [id, row]));
  const rowOf = new Int32Array(products).fill(-1);
  const choices = new Float32Array(items.length);
  const recent = new Float32Array(items.length);
  const masses = new Float64Array(items.length);
  const lacking: { id: string; choices: number }[] = [];
  let unknown = 0;
  const result = await connection.stream(
    'SELECT id, number, CAST(choices AS DOUBLE), recent / 1e9, CAST(mass AS DOUBLE) FROM products',
  );
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const [id, number, ...counts] of chunk.getRows()) {
      const row = places.get(String(id)) ?? -1;
      const [count, now, mass] = counts.map(Number);
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
  if (lacking.length === products) throw foreignLog(unknownIds, items);
  let [purchases, repeats] = [0, 0];
  await eachChunk(connection, 'SELECT item, purchases, repeats FROM repeats', ([item, bought, again], rows) => {
    for (let n = 0; n < rows; n++) {
      if (rowOf[item(n)] < 0) continue;
      purchases += bought(n);
      repeats += again(n);
    }
  });
  const demand: Demand = { choices, recent, ...(repeats > 0 ? { repeats: repeats / purchases } : {}) };
  return { demand, masses, rowOf, unknown, unknownIds };
}

async function readChoices(connection: DuckDBConnection, { shoppers, events }: Prepared, rowOf: Int32Array) {
  const starts = new Uint32Array(shoppers + 1);
  await eachChunk(connection, 'SELECT shopper, count(*) FROM choices GROUP BY shopper', ([shopper, count], rows) => {
    for (let n = 0; n < rows; n++) starts[shopper(n) + 1] = count(n);
  });
  for (let n = 0; n < shoppers; n++) starts[n + 1] += starts[n];
  const rows = new Int32Array(events);
  const times = new Float64Array(events);
  const places = new Uint32Array(events);
  const columns = 'shopper, step, item, CAST(time AS DOUBLE), CAST(place AS DOUBLE)';
  await eachChunk(connection, `SELECT ${columns} FROM choices`, ([shopper, step, item, time, place], count) => {
    for (let n = 0; n < count; n++) {
      const at = starts[shopper(n)] + step(n);
      rows[at] = rowOf[item(n)];
      times[at] = time(n);
      places[at] = place(n);
    }
  });
  return known({ starts, rows, times, places });
}

/** The choices of all shoppers; the row of an item that the bundle lacks is -1. */
interface AllChoices extends Pick<PreparedLog, 'rows' | 'times' | 'places'> {
  /** As `offsets`. */
  starts: Uint32Array;
}

/** Only the choices of items that the bundle has. */
function known({ starts, rows, times, places }: AllChoices) {
  const shoppers = starts.length - 1;
  const offsets = new Uint32Array(shoppers + 1);
  const shopperOf = new Uint32Array(shoppers);
  let [end, kept] = [0, 0];
  for (let shopper = 0; shopper < shoppers; shopper++) {
    for (let at = starts[shopper]; at < starts[shopper + 1]; at++) {
      if (rows[at] < 0) continue;
      rows[end] = rows[at];
      times[end] = times[at];
      places[end++] = places[at];
    }
    if (end === offsets[kept]) continue;
    shopperOf[kept++] = shopper;
    offsets[kept] = end;
  }
  if (end < rows.length) closeGaps(places.subarray(0, end), rows.length);
  return {
    offsets: offsets.subarray(0, kept + 1),
    shopperOf: shopperOf.subarray(0, kept),
    rows: rows.subarray(0, end),
    times: times.subarray(0, end),
    places: places.subarray(0, end),
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
