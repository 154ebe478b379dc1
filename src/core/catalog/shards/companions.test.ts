import { describe, expect, it } from 'vitest';
import type { CooccurrenceTable } from '../cooccurrence';
import { hashId } from './cluster-directory';
import { decodeClusterCompanions, encodeClusterCompanions, joinCompanions } from './cluster-learned';

const IDS = ['a', 'b', 'c', 'd'];
const CLUSTER = Uint32Array.of(0, 0, 1, 2);
const REFERENCES = { hashes: Uint32Array.from(IDS, hashId), clusters: CLUSTER, count: 3 };
/** a with b, c and d; c with a. */
const TABLE: CooccurrenceTable = {
  count: 4,
  offsets: Uint32Array.of(0, 3, 3, 4, 4),
  rows: Uint32Array.of(1, 2, 3, 0),
  lifts: Float32Array.of(1, 5, 2, 5),
  support: Uint16Array.of(0, 7, 3, 7),
};
const itemsOf = (cluster: number) => IDS.filter((_, row) => CLUSTER[row] === cluster).map((id) => ({ id }));
const rowsOf = (cluster: number) => [...IDS.keys()].filter((row) => CLUSTER[row] === cluster);
const encoded = (cluster: number) => encodeClusterCompanions(TABLE, rowsOf(cluster), REFERENCES);
const part = (cluster: number) => ({
  items: itemsOf(cluster),
  cluster,
  learned: { companions: decodeClusterCompanions(encoded(cluster).buffer, rowsOf(cluster).length, 3, true) },
});

describe('the co-occurrence of a cluster', () => {
  it('names items of other clusters, the best first, and joins with those that are loaded', () => {
    expect(joinCompanions([])).toBeNull();
    const { companions } = part(0).learned;
    expect([...companions.table.rows].map((place) => companions.clusters[place])).toEqual([1, 2, 0]);
    const some = joinCompanions([part(0), part(1)]);
    // d is not loaded.
    expect([...(some?.rows ?? [])]).toEqual([2, 1, 0]);
    expect([...(some?.offsets ?? [])]).toEqual([0, 2, 2, 3]);
    expect([...(some?.support ?? [])]).toEqual([7, 0, 7]);
    const all = joinCompanions([part(2), part(1), part(0)]);
    expect([...(all?.rows ?? [])]).toEqual([2, 1, 0, 3]);
    // Items of a head are found by their ids alone; the second of a part may be the only one left of it.
    const head = { items: [{ id: 'c' }], learned: {} };
    const left = joinCompanions([head, { ...part(0), items: [{ id: 'a' }], places: [0] }]);
    expect([...(left?.rows ?? [])]).toEqual([0]);
  });

  it('has the same bytes in a catalogue in another order', () => {
    const order = [3, 1, 0, 2];
    const turned = { hashes: REFERENCES.hashes, clusters: CLUSTER };
    const other = {
      hashes: Uint32Array.from(order, (row) => turned.hashes[row]),
      clusters: Uint32Array.from(order, (row) => turned.clusters[row]),
      count: 3,
    };
    const table = { ...TABLE, offsets: Uint32Array.of(0, 0, 0, 3, 4), rows: Uint32Array.of(1, 3, 0, 2) };
    expect(encodeClusterCompanions(table, [2, 1], other)).toEqual(encoded(0));
  });

  it('is refused if it is cut, or names a cluster that the catalogue lacks', () => {
    const invalid = expect.objectContaining({ code: 'bundle/invalid' });
    const bytes = encoded(0);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeClusterCompanions(bytes.slice(0, length).buffer, 2, 3, true), `${length}`).toThrow(invalid);
    }
    expect(() => decodeClusterCompanions(bytes.buffer, 2, 2, true)).toThrow(invalid);
    expect(() => decodeClusterCompanions(bytes.buffer, 1, 3, true)).toThrow(invalid);
    expect(() => decodeClusterCompanions(new Uint8Array([255, 255, 255, 255]).buffer, 1, 3, true)).toThrow(invalid);
  });
});
