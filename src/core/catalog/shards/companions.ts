import { isModerate, littleEndian } from '../../common/bytes';
import { hash32 } from '../../common/hash';
import {
  type CooccurrenceTable,
  invalidCooccurrence,
  MIN_SUPPORT,
  numbersBelow,
  STEPS,
  widthBelow,
} from '../cooccurrence';
import type { Demand } from '../demand';
import type { SideModel } from '../side-model/side-model';
import type { Shard } from './shard-file';

/** Maximum number of entries of an item, the best lifts: a page loads those of thousands of items. */
const MAX_ENTRIES = 24;

/**
 * The co-occurrence of some items of a catalogue, which refers to other items wherever they are: by the number of their shard and
 * the lowest 16 bits of the hash of their id, which no other item of that shard shares.
 */
export interface Companions {
  /** [items + 1] The entries of item i are at `offsets[i]` to `offsets[i + 1]`, the best lift first. */
  offsets: Uint32Array;
  /** Shard of each other item. */
  shards: Uint32Array;
  /** The end of its hash, below 2^16, same length. */
  hashes: Uint32Array;
  /** As in `CooccurrenceTable`, same length. */
  lifts: Float32Array;
  support?: Uint16Array;
}

/** How files refer to the items of a catalogue, by row. */
export interface References {
  shards: Uint32Array;
  /** The ends of the hashes of their ids. */
  hashes: Uint32Array;
  /** Whether an earlier item of the same shard has the same end. */
  taken: Uint8Array;
}

const HASHES = 2 ** 16;
const keyOf = (shard: number, hash: number): number => shard * HASHES + hash;
const hashEnd = (id: string): number => hash32(id) % HASHES;

/** @param members rows of each shard */
export function referencesTo(items: readonly { id: string }[], members: readonly (readonly number[])[]): References {
  const hashes = Uint32Array.from(items, ({ id }) => hashEnd(id));
  const [shards, taken] = [new Uint32Array(items.length), new Uint8Array(items.length)];
  for (const [shard, rows] of members.entries()) {
    const seen = new Set<number>();
    for (const row of rows) {
      shards[row] = shard;
      taken[row] = Number(seen.has(hashes[row]));
      seen.add(hashes[row]);
    }
  }
  return { shards, hashes, taken };
}

/**
 * The best entries of some items of a catalogue.
 * @param table of the whole catalogue
 * @param rows the items
 */
export function companionsOf(
  { offsets, rows: others, lifts, support }: CooccurrenceTable,
  rows: readonly number[],
  { shards, hashes, taken }: References,
): Companions {
  const starts = new Uint32Array(rows.length + 1);
  const entries: number[] = [];
  for (const [n, row] of rows.entries()) {
    const own = Array.from({ length: offsets[row + 1] - offsets[row] }, (_, k) => offsets[row] + k)
      .filter((at) => !taken[others[at]])
      .sort((a, b) => lifts[b] - lifts[a] || hashes[others[a]] - hashes[others[b]])
      .slice(0, MAX_ENTRIES);
    entries.push(...own);
    starts[n + 1] = entries.length;
  }
  return {
    offsets: starts,
    shards: Uint32Array.from(entries, (at) => shards[others[at]]),
    hashes: Uint32Array.from(entries, (at) => hashes[others[at]]),
    lifts: Float32Array.from(entries, (at) => lifts[at]),
    ...(support && { support: Uint16Array.from(entries, (at) => support[at]) }),
  };
}

/**
 * Writes companions, little-endian: float32 largest lift; uint8 entries of each item; of each entry uint16 shard, but uint32 above
 * 65,536 shards; uint16 end of the hash; uint8 lift as a share of the largest; with support, uint16.
 * @param shards number of shards of the catalogue
 */
export function encodeCompanions(
  { offsets, shards: of, hashes, lifts, support }: Companions,
  shards: number,
): Uint8Array<ArrayBuffer> {
  const largest = lifts.reduce((max, lift) => Math.max(max, lift), 0);
  return littleEndian(
    Float32Array.of(largest),
    Uint8Array.from({ length: offsets.length - 1 }, (_, n) => offsets[n + 1] - offsets[n]),
    numbersBelow(shards, of),
    Uint16Array.from(hashes),
    Uint8Array.from(lifts, (lift) => Math.max(1, Math.round((STEPS * lift) / largest))),
    ...(support ? [support] : []),
  );
}

/**
 * Reads the output of `encodeCompanions`.
 * @param count number of items
 * @param shards number of shards of the catalogue
 * @param supported whether there is support, according to the manifest
 * @throws SidestreamError `bundle/invalid`
 */
export function decodeCompanions(bytes: ArrayBuffer, count: number, shards: number, supported: boolean): Companions {
  const view = new DataView(bytes);
  if (bytes.byteLength < 4 + count) throw invalidCooccurrence('its length is wrong');
  const largest = view.getFloat32(0, true);
  const offsets = new Uint32Array(count + 1);
  for (let item = 0; item < count; item++) offsets[item + 1] = offsets[item] + view.getUint8(4 + item);
  const length = offsets[count];
  const wide = widthBelow(shards);
  const from = 4 + count;
  if (bytes.byteLength !== from + length * (wide + 3 + (supported ? 2 : 0))) {
    throw invalidCooccurrence('its length is wrong');
  }
  const numbers = (at: number, width: 2 | 4): Uint32Array =>
    Uint32Array.from({ length }, (_, n) =>
      width === 2 ? view.getUint16(at + 2 * n, true) : view.getUint32(at + 4 * n, true),
    );
  const named = numbers(from, wide);
  if (!(largest >= 0 && isModerate(largest)) || named.some((shard) => shard >= shards)) {
    throw invalidCooccurrence('its numbers are out of range');
  }
  const strengths = from + length * (wide + 2);
  const lifts = Float32Array.from(new Uint8Array(bytes, strengths, length), (step) => (step * largest) / STEPS);
  const read = { offsets, shards: named, hashes: numbers(from + length * wide, 2), lifts };
  if (!supported) return read;
  const support = Uint16Array.from(numbers(strengths + length, 2));
  if (support.some((orders) => orders > 0 && orders < MIN_SUPPORT)) {
    throw invalidCooccurrence('its support is out of range');
  }
  return { ...read, support };
}

/** Some items in memory: of a shard, of a head, or added by a device. */
export interface Part extends Pick<Shard, 'number' | 'side' | 'demand' | 'companions'> {
  items: readonly { id: string }[];
  /** Place of each item in the rest. Default: their order. */
  places?: readonly number[];
  /** Of a head: the shard of each item. */
  shards?: Uint32Array;
}

/** The co-occurrence of the items of several parts among each other, part after part; null if no part has any. */
export function joinCompanions(parts: readonly Part[]): CooccurrenceTable | null {
  const known = parts.flatMap(({ companions }) => companions ?? []);
  if (known.length === 0) return null;
  const rowOf = new Map<number, number>();
  let count = 0;
  for (const { items, number, shards, places } of parts) {
    for (const [n, { id }] of items.entries()) {
      const shard = shards?.[places?.[n] ?? n] ?? number;
      const key = shard === undefined ? -1 : keyOf(shard, hashEnd(id));
      // The first of equal hashes is meant, see `referencesTo`; items keep the order of their shard.
      if (key >= 0 && !rowOf.has(key)) rowOf.set(key, count);
      count++;
    }
  }
  const most = known.reduce((sum, { lifts }) => sum + lifts.length, 0);
  const offsets = new Uint32Array(count + 1);
  const [rows, lifts, support] = [new Uint32Array(most), new Float32Array(most), new Uint16Array(most)];
  let [row, end] = [0, 0];
  for (const { items, places, companions } of parts) {
    for (let n = 0; n < items.length; n++, row++) {
      const place = places?.[n] ?? n;
      for (let at = companions?.offsets[place] ?? 0; companions && at < companions.offsets[place + 1]; at++) {
        const other = rowOf.get(keyOf(companions.shards[at], companions.hashes[at]));
        if (other === undefined) continue;
        rows[end] = other;
        lifts[end] = companions.lifts[at];
        if (companions.support) support[end] = companions.support[at];
        end++;
      }
      offsets[row + 1] = end;
    }
  }
  const joined = { count, offsets, rows: rows.slice(0, end), lifts: lifts.slice(0, end) };
  return known[0].support ? { ...joined, support: support.slice(0, end) } : joined;
}

/** The demand for the items of several parts, NaN for a part without any; null if no part has any. */
export function joinDemand(parts: readonly Part[]): Demand | null {
  const [known] = parts.flatMap(({ demand }) => demand ?? []);
  if (!known) return null;
  const column = (of: (demand: Demand) => Float32Array | undefined, unknown: number): Float32Array =>
    Float32Array.from(
      parts.flatMap(({ items, places, demand }) => {
        const values = demand && of(demand);
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
 * The side model of the items of several parts.
 * @param head a model with the states
 * @returns also the rows that it does not know
 */
export function joinSide(head: SideModel, parts: readonly Part[]): { model: SideModel; unknown: number[] } {
  const { width } = head;
  const count = parts.reduce((sum, { items }) => sum + items.length, 0);
  const [vectors, biases] = [new Float32Array(count * width), new Float32Array(count)];
  const unknown: number[] = [];
  let row = 0;
  for (const { items, places, side } of parts) {
    for (let n = 0; n < items.length; n++, row++) {
      if (!side) unknown.push(row);
      if (!side) continue;
      const place = places?.[n] ?? n;
      vectors.set(side.vectors.subarray(place * width, (place + 1) * width), row * width);
      biases[row] = side.biases[place];
    }
  }
  return { model: { ...head, vectors, biases }, unknown };
}
