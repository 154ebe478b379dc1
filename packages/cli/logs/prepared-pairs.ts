import { type CooccurrenceTable, logLift, pairWeight, REACH } from '../../../src/core/catalog';
import { eachRow } from './duckdb';
import { type PreparedLog, withTables } from './prepared-log';

/** Weights of pairs that are subtracted, millionths. */
interface Subtracted {
  /** By item and other, as numbers of the tables. */
  pairs: Map<number, number>;
  /** By row. */
  masses: Map<number, number>;
  total: number;
}

/**
 * The co-occurrence table of a prepared log.
 * @param without places in `offsets` of shoppers whose choices do not count, at most a few thousand
 */
export function preparedCooccurrence(log: PreparedLog, without: Iterable<number> = []): Promise<CooccurrenceTable> {
  const { folder, rowOf, masses, shopperOf, minShoppers } = log;
  const enough = `FROM pairs WHERE shoppers >= ${minShoppers}`;
  const count = masses.length;
  return withTables(folder, async (connection) => {
    const left = ['NULL', ...Array.from(without, (shopper) => shopperOf[shopper])].join(', ');
    const own: { shopper: number; item: number }[] = [];
    const of = `SELECT shopper, item FROM choices WHERE shopper IN (${left}) ORDER BY shopper, step`;
    await eachRow(connection, of, ([shopper, item], n) => {
      own.push({ shopper: shopper(n), item: item(n) });
    });
    const subtracted = pairsOf(own, rowOf);
    const offsets = new Uint32Array(count + 1);
    const known = (item: number, other: number): boolean => rowOf[item] >= 0 && rowOf[other] >= 0;
    await eachRow(connection, `SELECT item, other ${enough}`, ([item, other], n) => {
      if (known(item(n), other(n))) offsets[rowOf[item(n)] + 1]++;
    });
    for (let row = 0; row < count; row++) offsets[row + 1] += offsets[row];
    const ends = offsets.slice();
    const others = new Uint32Array(offsets[count]);
    const lifts = new Float32Array(offsets[count]);
    const mass = (row: number): number => masses[row] - (subtracted.masses.get(row) ?? 0);
    const columns = `SELECT item, other, CAST(weight AS DOUBLE) ${enough}`;
    await eachRow(connection, columns, ([item, other, weight], n) => {
      if (!known(item(n), other(n))) return;
      const left = weight(n) - (subtracted.pairs.get(keyOf(item(n), other(n))) ?? 0);
      if (left <= 0) return;
      const [row, to] = [rowOf[item(n)], rowOf[other(n)]];
      others[ends[row]] = to;
      lifts[ends[row]++] = logLift(left, mass(row), mass(to), log.mass - subtracted.total);
    });
    return closed({ count, offsets, rows: others, lifts }, ends);
  });
}

const keyOf = (item: number, other: number): number => item * 2 ** 26 + other;

/** The pairs of some shoppers. @param choices shopper by shopper, oldest first */
function pairsOf(choices: readonly { shopper: number; item: number }[], rowOf: Int32Array): Subtracted {
  const sum: Subtracted = { pairs: new Map(), masses: new Map(), total: 0 };
  const add = (item: number, other: number, weight: number): void => {
    const key = keyOf(item, other);
    sum.pairs.set(key, (sum.pairs.get(key) ?? 0) + weight);
    sum.masses.set(rowOf[item], (sum.masses.get(rowOf[item]) ?? 0) + weight);
    sum.total += weight;
  };
  for (const [later, { shopper, item }] of choices.entries()) {
    for (let distance = 1; distance <= Math.min(REACH, later); distance++) {
      const before = choices[later - distance];
      if (before.shopper !== shopper) break;
      if (before.item === item) continue;
      add(item, before.item, pairWeight(distance));
      add(before.item, item, pairWeight(distance));
    }
  }
  return sum;
}

/** The table without its gaps, with the entries of each item by lift. @param ends of the entries of each item */
function closed({ count, offsets, rows, lifts }: CooccurrenceTable, ends: Uint32Array): CooccurrenceTable {
  const kept = new Uint32Array(count + 1);
  let end = 0;
  for (let row = 0; row < count; row++) {
    const places = Array.from({ length: ends[row] - offsets[row] }, (_, n) => offsets[row] + n);
    const isBefore = (a: number, b: number): boolean =>
      lifts[a] > lifts[b] || (lifts[a] === lifts[b] && rows[a] < rows[b]);
    if (places.some((place, n) => n > 0 && isBefore(place, places[n - 1]))) {
      places.sort((a, b) => lifts[b] - lifts[a] || rows[a] - rows[b]);
    }
    const entries = places.map((place) => [rows[place], lifts[place]]);
    for (const [other, lift] of entries) {
      rows[end] = other;
      lifts[end++] = lift;
    }
    kept[row + 1] = end;
  }
  return { count, offsets: kept, rows: rows.subarray(0, end), lifts: lifts.subarray(0, end) };
}
