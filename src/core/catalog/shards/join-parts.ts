import type { CooccurrenceTable } from '../cooccurrence';
import type { Demand } from '../demand';
import type { SideModel } from '../side-model/side-model';
import { hashEnd, referenceOf } from './companions';
import type { Shard } from './shard-file';

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
      const key = shard === undefined ? -1 : referenceOf(shard, hashEnd(id));
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
        const other = rowOf.get(referenceOf(companions.shards[at], companions.hashes[at]));
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
  const column = (of: (demand: Demand) => Float32Array): Float32Array =>
    Float32Array.from(
      parts.flatMap(({ items, places, demand }) => {
        const values = demand && of(demand);
        return items.map((_, n) => values?.[places?.[n] ?? n] ?? Number.NaN);
      }),
    );
  return { ...known, choices: column(({ choices }) => choices), recent: column(({ recent }) => recent) };
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
