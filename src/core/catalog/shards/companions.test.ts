import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash32 } from '../../common/hash';
import type { CooccurrenceTable } from '../cooccurrence';
import { companionsOf, decodeCompanions, encodeCompanions, referencesTo } from './companions';
import { joinCompanions, type Part } from './join-parts';

/** A table of the given rows and lifts of each item. */
function table(entries: (readonly [row: number, lift: number])[][]): CooccurrenceTable {
  const offsets = new Uint32Array(entries.length + 1);
  for (const [item, own] of entries.entries()) offsets[item + 1] = offsets[item] + own.length;
  return {
    count: entries.length,
    offsets,
    rows: Uint32Array.from(entries.flat(), ([row]) => row),
    lifts: Float32Array.from(entries.flat(), ([, lift]) => lift),
  };
}

const ITEMS = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
/** Rows of each shard. */
const MEMBERS = [[0, 1], [2], [3]];
/** a with b, c and d; c with a. */
const TABLE: CooccurrenceTable = {
  ...table([
    [
      [1, 1],
      [2, 5],
      [3, 2],
    ],
    [],
    [[0, 5]],
    [],
  ]),
  support: Uint16Array.of(0, 7, 3, 7),
};
const REFERENCES = referencesTo(ITEMS, MEMBERS);
const encoded = (shard: number) => encodeCompanions(companionsOf(TABLE, MEMBERS[shard], REFERENCES), 3);
const partOf = (number: number): Part => ({
  number,
  items: MEMBERS[number].map((row) => ITEMS[row]),
  companions: decodeCompanions(encoded(number).buffer, MEMBERS[number].length, 3, true),
});
const invalid = expect.objectContaining({
  code: 'bundle/invalid',
  message: expect.stringContaining('sidestream train'),
});

describe('the companions of a shard', () => {
  it('name items of any shard, the best first, and join with those that are loaded', () => {
    expect(joinCompanions([])).toBeNull();
    expect(joinCompanions([{ number: 0, items: ITEMS }])).toBeNull();
    expect([...(partOf(0).companions?.shards ?? [])]).toEqual([1, 2, 0]);
    const some = joinCompanions([partOf(0), partOf(1)]);
    // d is not loaded.
    expect([...(some?.rows ?? [])]).toEqual([2, 1, 0]);
    expect([...(some?.offsets ?? [])]).toEqual([0, 2, 2, 3]);
    expect([...(some?.support ?? [])]).toEqual([7, 0, 7]);
    const all = joinCompanions([partOf(2), partOf(1), partOf(0)]);
    expect([...(all?.rows ?? [])]).toEqual([2, 1, 0, 3]);
  });

  it('find items of a head by the shards that it names, and not items that a device added', () => {
    const head: Part = { items: [{ id: 'c' }], shards: Uint32Array.of(1) };
    // Of a part, perhaps only the second item is left.
    const { companions } = partOf(0);
    const left: Part = { number: 0, items: [{ id: 'a' }], places: [0], companions };
    expect([...(joinCompanions([head, left])?.rows ?? [])]).toEqual([0]);
    expect([...(joinCompanions([{ items: [{ id: 'c' }] }, left])?.rows ?? [])]).toEqual([]);
  });

  it('have the same bytes in a catalogue in another order', () => {
    const order = [3, 1, 0, 2];
    const other = referencesTo(
      order.map((row) => ITEMS[row]),
      [[2, 1], [3], [0]],
    );
    const turned = { ...TABLE, offsets: Uint32Array.of(0, 0, 0, 3, 4), rows: Uint32Array.of(1, 3, 0, 2) };
    expect(encodeCompanions(companionsOf(turned, [2, 1], other), 3)).toEqual(encoded(0));
  });

  it('have an order that a build which reads them keeps, whatever the lifts were before they were stored', () => {
    // Lifts that differ by less than a step; the hashes have the opposite order.
    const others = [...Array(20).keys()]
      .map((n) => n + 1)
      .sort((a, b) => (hash32(`${b}`) % 2 ** 16) - (hash32(`${a}`) % 2 ** 16));
    const near = table([others.map((row, n) => [row, 1 + (20 - n) / 1e5] as const), ...others.map(() => [])]);
    const items = [...Array(21).keys()].map((n) => ({ id: `${n}` }));
    const references = referencesTo(items, [[...items.keys()]]);
    const rows = [...items.keys()];
    const written = encodeCompanions(companionsOf(near, rows, references), 1);
    const read = decodeCompanions(written.buffer, 21, 1, false);
    const joined = joinCompanions([{ items, number: 0, companions: read }]);
    if (!joined) throw new Error('there are companions');
    expect(encodeCompanions(companionsOf(joined, rows, references), 1)).toEqual(written);
  });

  it('are at most 24 an item', () => {
    const items = Array.from({ length: 41 }, (_, n) => ({ id: `${n}` }));
    const lifts = items.slice(1).map((_, n) => [n + 1, 1 + ((n * 7) % 40)] as const);
    const wide = table([lifts, ...items.slice(1).map(() => [])]);
    const own = companionsOf(wide, [0], referencesTo(items, [[...items.keys()]]));
    expect([...own.lifts]).toEqual(Array.from({ length: 24 }, (_, n) => 40 - n));
  });

  it('name the first of two items of one shard whose hashes end equally, and neither twice', () => {
    const seen = new Map<number, string>();
    const pair: string[] = [];
    for (let n = 0; pair.length === 0; n++) {
      const end = hash32(`${n}`) % 2 ** 16;
      const other = seen.get(end);
      if (other !== undefined) pair.push(other, `${n}`);
      seen.set(end, `${n}`);
    }
    const items = [...pair, 'x'].map((id) => ({ id }));
    const both = table([
      [],
      [],
      [
        [0, 1],
        [1, 2],
      ],
    ]);
    const joined = (members: number[][]) => {
      const references = referencesTo(items, members);
      const parts = members.map((rows, number) => ({
        number,
        items: rows.map((row) => items[row]),
        companions: companionsOf(both, rows, references),
      }));
      const order = members.flat();
      return [...(joinCompanions(parts)?.rows ?? [])].map((row) => order[row]).sort();
    };
    expect(joined([[0, 1, 2]])).toEqual([0]);
    expect(joined([[0, 1], [2]])).toEqual([0]);
    expect(joined([[0, 2], [1]])).toEqual([0, 1]);
  });
});

describe('the companions of a shard, as bytes,', () => {
  it('are the same after writing and reading, except for the rounding of their lifts', () => {
    const own = (count: number) =>
      fc.uniqueArray(fc.tuple(fc.nat(count - 1), fc.float({ min: Math.fround(0.01), max: 9, noNaN: true })), {
        maxLength: 5,
        selector: ([row]) => row,
      });
    const tables = fc
      .integer({ min: 1, max: 12 })
      .chain((count) => fc.array(own(count), { minLength: count, maxLength: count }));
    void fc.assert(
      fc.property(tables, (entries) => {
        const items = entries.map((_, n) => ({ id: `${n}` }));
        const rows = [...items.keys()];
        const before = companionsOf(table(entries), rows, referencesTo(items, [rows]));
        const bytes = encodeCompanions(before, 7);
        const after = decodeCompanions(bytes.buffer, items.length, 7, false);
        const { lifts, ...exact } = before;
        expect(after).toMatchObject(exact);
        const step = Math.max(0, ...lifts) / 255;
        for (const [at, lift] of after.lifts.entries()) {
          expect(Math.abs(lift - lifts[at])).toBeLessThanOrEqual(step + 1e-6);
          expect(lift).toBeGreaterThan(0);
        }
        // Written again, nothing is lost.
        expect(encodeCompanions(after, 7)).toEqual(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('take 5 bytes an entry, 7 in a catalogue of more than 65,536 shards, whose last they can name, and 2 for support', () => {
    const { support: _, ...plain } = companionsOf(TABLE, MEMBERS[0], REFERENCES);
    expect(encodeCompanions(plain, 3).byteLength).toBe(4 + 2 + 3 * 5);
    expect(encoded(0).byteLength).toBe(4 + 2 + 3 * 7);
    const far = { ...plain, shards: Uint32Array.of(65_536, 1, 2) };
    const bytes = encodeCompanions(far, 65_537);
    expect(bytes.byteLength).toBe(4 + 2 + 3 * 7);
    expect([...decodeCompanions(bytes.buffer, 2, 65_537, false).shards]).toEqual([65_536, 1, 2]);
  });

  it('are refused if they are cut, or for other items, shards or support', () => {
    const bytes = encoded(0);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCompanions(bytes.slice(0, length).buffer, 2, 3, true), `${length}`).toThrow(invalid);
    }
    expect(() => decodeCompanions(Uint8Array.of(...bytes, 0).buffer, 2, 3, true)).toThrow(invalid);
    // The last of three shards is named.
    expect(() => decodeCompanions(bytes.buffer, 2, 2, true)).toThrow(invalid);
    expect(() => decodeCompanions(bytes.buffer, 1, 3, true)).toThrow(invalid);
    expect(() => decodeCompanions(bytes.buffer, 2, 3, false)).toThrow(invalid);
    expect(() => decodeCompanions(new Uint8Array([255, 255, 255, 255]).buffer, 1, 3, true)).toThrow(invalid);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 3e38, -1])('are refused with a largest lift of %f', (lift) => {
    const { buffer } = encoded(0);
    new DataView(buffer).setFloat32(0, lift, true);
    expect(() => decodeCompanions(buffer, 2, 3, true)).toThrow(invalid);
  });

  it('are refused if they reveal fewer orders than the minimum', () => {
    const { buffer } = encoded(0);
    new DataView(buffer).setUint16(buffer.byteLength - 6, 2, true);
    expect(() => decodeCompanions(buffer, 2, 3, true)).toThrow(invalid);
  });
});
