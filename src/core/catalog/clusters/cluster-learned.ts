import { littleEndian } from '../../common/bytes';
import {
  type CooccurrenceTable,
  decodeCooccurrence,
  encodeCooccurrence,
  invalidCooccurrence,
  numbersBelow,
  widthBelow,
} from '../cooccurrence';
import type { Demand } from '../demand';
import type { SideModel, SideRows } from '../side-model/side-model';
import { hashId } from './cluster-directory';

/** Maximum number of entries of an item in the files of clusters, the best lifts: a page loads those of thousands of items. */
const MAX_ENTRIES = 64;

/** The co-occurrence of some items of a catalogue, which refers to other items by id, wherever they are. */
export interface ClusterCompanions {
  /** Entries of the items, best lift first; its rows are places in the two lists below. */
  table: CooccurrenceTable;
  /** `hashId` of each other item. */
  hashes: Uint32Array;
  /** Its cluster. */
  clusters: Uint32Array;
}

/** What training made for the items of a head or a cluster, in their order. */
export interface ClusterLearned {
  side: SideRows;
  demand: Demand;
  companions: ClusterCompanions;
}

/**
 * Writes the co-occurrence of some items, little-endian: uint32 number m of other items; uint32[m] hashes of their ids;
 * uint16[m] clusters, but uint32 above 65,536 clusters; then `encodeCooccurrence` with places in these lists as rows.
 * @param table of the whole catalogue
 * @param rows the items
 * @param of id hash and cluster of each item of the catalogue, and the number of clusters
 */
export function encodeClusterCompanions(
  { offsets, rows: others, lifts, support }: CooccurrenceTable,
  rows: readonly number[],
  { hashes, clusters, count }: { hashes: Uint32Array; clusters: Uint32Array; count: number },
): Uint8Array<ArrayBuffer> {
  const kept = rows.map((row) =>
    Array.from({ length: offsets[row + 1] - offsets[row] }, (_, n) => offsets[row] + n)
      .sort((a, b) => lifts[b] - lifts[a] || hashes[others[a]] - hashes[others[b]])
      .slice(0, MAX_ENTRIES),
  );
  const entries = kept.flat();
  // By hash: the bytes must not depend on the order of the catalogue.
  const distinct = Uint32Array.from(new Set(entries.map((at) => others[at]))).sort((a, b) => hashes[a] - hashes[b]);
  const placeOf = new Map(Array.from(distinct, (row, place) => [row, place]));
  const starts = new Uint32Array(rows.length + 1);
  for (const [n, own] of kept.entries()) starts[n + 1] = starts[n] + own.length;
  const table = {
    count: rows.length,
    offsets: starts,
    rows: Uint32Array.from(entries, (at) => placeOf.get(others[at]) ?? 0),
    lifts: Float32Array.from(entries, (at) => lifts[at]),
    ...(support && { support: Uint16Array.from(entries, (at) => support[at]) }),
  };
  return littleEndian(
    Uint32Array.of(distinct.length),
    distinct.map((row) => hashes[row]),
    numbersBelow(
      count,
      distinct.map((row) => clusters[row]),
    ),
    encodeCooccurrence(table, distinct.length),
  );
}

/**
 * Reads the output of `encodeClusterCompanions`.
 * @param count number of items
 * @param clusters number of clusters of the catalogue
 * @param supported whether the table has support, according to the manifest
 * @throws SidestreamError `bundle/invalid`
 */
export function decodeClusterCompanions(
  bytes: ArrayBuffer,
  count: number,
  clusters: number,
  supported: boolean,
): ClusterCompanions {
  const view = new DataView(bytes);
  const length = bytes.byteLength < 4 ? 0 : view.getUint32(0, true);
  const wide = widthBelow(clusters);
  const from = 4 + 4 * length;
  if (bytes.byteLength < from + wide * length) throw invalidCooccurrence('its length is wrong');
  const numbers = Uint32Array.from({ length }, (_, n) =>
    wide === 2 ? view.getUint16(from + 2 * n, true) : view.getUint32(from + 4 * n, true),
  );
  if (numbers.some((cluster) => cluster >= clusters)) throw invalidCooccurrence('it names a cluster that is missing');
  return {
    table: decodeCooccurrence(bytes.slice(from + wide * length), count, supported, length),
    hashes: Uint32Array.from({ length }, (_, n) => view.getUint32(4 + 4 * n, true)),
    clusters: numbers,
  };
}

/** Some items in memory. */
export interface LearnedPart {
  items: readonly { id: string }[];
  /** Their cluster; absent for a head, whose items are in several, and for items of no cluster. */
  cluster?: number;
  /** Place of each item in `learned`. Default: their order. */
  places?: readonly number[];
  learned?: Partial<ClusterLearned>;
}

/** Hash and cluster as one number: exact up to two million clusters. */
const keyOf = (hash: number, cluster: number): number => hash * 2 ** 21 + (cluster % 2 ** 21);

/** The co-occurrence of the items of several parts among each other, part after part; null if no part has any. */
export function joinCompanions(parts: readonly LearnedPart[]): CooccurrenceTable | null {
  const tables = parts.flatMap(({ learned }) => learned?.companions?.table ?? []);
  if (tables.length === 0) return null;
  const rowOf = new Map<number, number>();
  const rowOfHash = new Map<number, number>();
  let count = 0;
  for (const { items, cluster } of parts) {
    for (const { id } of items) {
      if (cluster === undefined) rowOfHash.set(hashId(id), count++);
      else rowOf.set(keyOf(hashId(id), cluster), count++);
    }
  }
  const most = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const offsets = new Uint32Array(count + 1);
  const [rows, lifts, support] = [new Uint32Array(most), new Float32Array(most), new Uint16Array(most)];
  let [row, end] = [0, 0];
  for (const { items, places, learned } of parts) {
    const { companions } = learned ?? {};
    const others =
      companions &&
      Int32Array.from(companions.hashes, (hash, n) => {
        return rowOf.get(keyOf(hash, companions.clusters[n])) ?? rowOfHash.get(hash) ?? -1;
      });
    for (let n = 0; n < items.length; n++, row++) {
      if (companions && others) {
        const { table } = companions;
        const place = places?.[n] ?? n;
        for (let at = table.offsets[place]; at < table.offsets[place + 1]; at++) {
          const other = others[table.rows[at]];
          if (other < 0) continue;
          rows[end] = other;
          lifts[end] = table.lifts[at];
          if (table.support) support[end] = table.support[at];
          end++;
        }
      }
      offsets[row + 1] = end;
    }
  }
  const joined = { count, offsets, rows: rows.slice(0, end), lifts: lifts.slice(0, end) };
  return tables[0].support ? { ...joined, support: support.slice(0, end) } : joined;
}

/** The demand for the items of several parts, NaN for a part without any; null if no part has any. */
export function joinDemand(parts: readonly LearnedPart[]): Demand | null {
  const [known] = parts.flatMap(({ learned }) => learned?.demand ?? []);
  if (!known) return null;
  const column = (of: (demand: Demand) => Float32Array | undefined, unknown: number): Float32Array =>
    Float32Array.from(
      parts.flatMap(({ items, places, learned }) => {
        const values = learned?.demand && of(learned.demand);
        return items.map((_, n) => values?.[places?.[n] ?? n] ?? unknown);
      }),
    );
  const { repeats, sums } = known;
  return {
    choices: column(({ choices }) => choices, Number.NaN),
    recent: column(({ recent }) => recent, Number.NaN),
    sums,
    ...(repeats && {
      repeats: {
        ...repeats,
        shares: column((of) => of.repeats?.shares, repeats.share),
        intervals: column((of) => of.repeats?.intervals, repeats.interval),
      },
    }),
  };
}

/**
 * The side model of the items of several parts. Items of a part whose rows are missing count as average items.
 * @param head a model with the average
 * @returns also the rows that it does not know because their part belongs to no cluster
 */
export function joinSide(head: SideModel, parts: readonly LearnedPart[]): { model: SideModel; unknown: number[] } {
  const { width } = head;
  const count = parts.reduce((sum, { items }) => sum + items.length, 0);
  const vectors = new Float32Array(count * width);
  const average = head.biases.reduce((sum, bias) => sum + bias, 0) / Math.max(1, head.biases.length);
  const biases = new Float32Array(count).fill(average);
  const unknown: number[] = [];
  let row = 0;
  for (const { items, cluster, places, learned } of parts) {
    const { side } = learned ?? {};
    for (let n = 0; n < items.length; n++, row++) {
      if (!side && cluster === undefined) unknown.push(row);
      if (!side) continue;
      const place = places?.[n] ?? n;
      vectors.set(side.vectors.subarray(place * width, (place + 1) * width), row * width);
      biases[row] = side.biases[place];
    }
  }
  return { model: { ...head, vectors, biases }, unknown };
}
