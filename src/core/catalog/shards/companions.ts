import { SidestreamError } from '../../../error';
import { isModerate, listReader, littleEndian } from '../../common/bytes';
import { hash32 } from '../../common/hash';
import { type CooccurrenceTable, MIN_SUPPORT } from '../cooccurrence';

/** Maximum number of entries of an item, the best lifts: a page loads the entries of thousands of items. */
const MAX_ENTRIES = 24;
/** Quantisation steps of a stored lift. */
const STEPS = 255;

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

const HASHES = 2 ** 16;
/** A reference as one number. */
export const referenceOf = (shard: number, hash: number): number => shard * HASHES + hash;
/** The end of the hash of an id, by which files refer to it. */
export const hashEnd = (id: string): number => hash32(id) % HASHES;

/**
 * How files refer to the items of a catalogue, by row: by their shards and the ends of the hashes of their ids. An item is `taken` if an
 * earlier one of the same shard has the same end.
 * @param members rows of each shard
 */
export function referencesTo(items: readonly { id: string }[], members: readonly (readonly number[])[]) {
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
  { shards, hashes, taken }: ReturnType<typeof referencesTo>,
): Companions {
  let largest = 0;
  const known = rows.map((row) => {
    const own: number[] = [];
    for (let at = offsets[row]; at < offsets[row + 1]; at++) if (!taken[others[at]]) own.push(at);
    for (const at of own) largest = Math.max(largest, lifts[at]);
    return own;
  });
  // By the lifts as they are stored: a build that reads them must write them in the same order.
  const step = (at: number): number => stepOf(lifts[at], largest);
  const starts = new Uint32Array(rows.length + 1);
  const entries: number[] = [];
  for (const [n, own] of known.entries()) {
    own.sort((a, b) => step(b) - step(a) || hashes[others[a]] - hashes[others[b]]);
    entries.push(...own.slice(0, MAX_ENTRIES));
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

/** Whether the number of a shard fits into 16 bits. */
const isNarrow = (shards: number): boolean => shards <= 65_536;

/** A lift as it is stored. */
const stepOf = (lift: number, largest: number): number => Math.max(1, Math.round((STEPS * lift) / largest));

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
    isNarrow(shards) ? Uint16Array.from(of) : of,
    Uint16Array.from(hashes),
    Uint8Array.from(lifts, (lift) => stepOf(lift, largest)),
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
  if (bytes.byteLength < 4 + count) throw invalid('its length is wrong');
  const read = listReader(bytes);
  const [largest] = read.floats(1);
  const offsets = new Uint32Array(count + 1);
  for (const [item, entries] of read.uint8(count).entries()) offsets[item + 1] = offsets[item] + entries;
  const length = offsets[count];
  if (bytes.byteLength !== 4 + count + length * (isNarrow(shards) ? 2 : 4) + length * (supported ? 5 : 3)) {
    throw invalid('its length is wrong');
  }
  const named = isNarrow(shards) ? Uint32Array.from(read.uint16(length)) : read.uint32(length);
  if (!(largest >= 0 && isModerate(largest)) || named.some((shard) => shard >= shards)) {
    throw invalid('its numbers are out of range');
  }
  const hashes = Uint32Array.from(read.uint16(length));
  const lifts = Float32Array.from(read.uint8(length), (step) => (step * largest) / STEPS);
  if (!supported) return { offsets, shards: named, hashes, lifts };
  const support = read.uint16(length);
  if (support.some((orders) => orders > 0 && orders < MIN_SUPPORT)) throw invalid('its support is out of range');
  return { offsets, shards: named, hashes, lifts, support };
}

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The co-occurrence table cannot be read: ${what}. Train again with \`sidestream train\`, or build again with --links or --orders.`,
  );
