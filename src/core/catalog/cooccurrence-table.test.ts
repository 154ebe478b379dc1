import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CooccurrenceTable, decodeCooccurrence, encodeCooccurrence, pickCooccurrence } from './cooccurrence';

/** A table of the given rows and lifts per item. */
function table(entries: [row: number, lift: number][][]): CooccurrenceTable {
  const all = entries.flat();
  const offsets = new Uint32Array(entries.length + 1);
  for (const [item, own] of entries.entries()) offsets[item + 1] = offsets[item] + own.length;
  return {
    count: entries.length,
    offsets,
    rows: Uint32Array.from(all, ([row]) => row),
    lifts: Float32Array.from(all, ([, lift]) => lift),
  };
}

const small = table([
  [
    [1, 3],
    [2, 0.5],
  ],
  [[0, 3]],
  [],
]);

describe('a co-occurrence table', () => {
  it('is the same after writing and reading, except for the rounding of its lifts', () => {
    const own = (count: number) =>
      fc.array(fc.tuple(fc.nat(count - 1), fc.float({ min: Math.fround(0.01), max: 9, noNaN: true })), {
        maxLength: 5,
      });
    const tables = fc
      .integer({ min: 1, max: 12 })
      .chain((count) => fc.array(own(count), { minLength: count, maxLength: count }));
    void fc.assert(
      fc.property(tables, (entries) => {
        const before = table(entries);
        const after = decodeCooccurrence(encodeCooccurrence(before).buffer, before.count);
        expect(after.count).toBe(before.count);
        expect(after.offsets).toEqual(before.offsets);
        expect(after.rows).toEqual(before.rows);
        const step = Math.max(0, ...before.lifts) / 255;
        for (const [at, lift] of after.lifts.entries()) {
          expect(Math.abs(lift - before.lifts[at])).toBeLessThanOrEqual(step + 1e-6);
          expect(lift).toBeGreaterThan(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes 3 bytes for an entry, 5 in a catalogue of more than 65,536 items, whose last it can name', () => {
    expect(encodeCooccurrence(small).byteLength).toBe(12 + 3 * 4 + 3 * 3);
    const count = 65_537;
    const offsets = new Uint32Array(count + 1).fill(1);
    offsets[0] = 0;
    const large = { count, offsets, rows: Uint32Array.of(count - 1), lifts: Float32Array.of(2) };
    const bytes = encodeCooccurrence(large);
    expect(bytes.byteLength).toBe(12 + count * 4 + 5);
    expect(decodeCooccurrence(bytes.buffer, count)).toEqual(large);
  });

  const refused = expect.objectContaining({
    code: 'bundle/invalid',
    message: expect.stringContaining('sidestream train'),
  });

  it('keeps the support of its entries without changing the lifts', () => {
    const support = Uint16Array.of(3, 0, 65_535);
    const bytes = encodeCooccurrence({ ...small, support });
    expect(bytes.byteLength).toBe(encodeCooccurrence(small).byteLength + 2 * 3);
    const read = decodeCooccurrence(bytes.buffer, 3, true);
    expect(read).toEqual({ ...decodeCooccurrence(encodeCooccurrence(small).buffer, 3), support });
    const turned = pickCooccurrence(read, [1, 2, 0]);
    expect([...turned.rows]).toEqual([2, 0, 1]);
    expect([...(turned.support ?? [])]).toEqual([65_535, 3, 0]);
  });

  it('is refused if the manifest contradicts its support, or names fewer orders than the minimum', () => {
    const { buffer } = encodeCooccurrence({ ...small, support: Uint16Array.of(3, 0, 7) });
    expect(() => decodeCooccurrence(buffer, 3)).toThrow(refused);
    expect(() => decodeCooccurrence(encodeCooccurrence(small).buffer, 3, true)).toThrow(refused);
    new DataView(buffer).setUint16(buffer.byteLength - 2, 2, true);
    expect(() => decodeCooccurrence(buffer, 3, true)).toThrow(refused);
  });

  it.each([0, 11, 12, -1, 1])('is refused if it is truncated or too long: %i', (length) => {
    const bytes = encodeCooccurrence(small);
    const whole = length === 1 ? Uint8Array.of(...bytes, 0) : bytes.slice(0, length);
    expect(() => decodeCooccurrence(whole.buffer, 3)).toThrow(refused);
  });

  it.each<[string, (view: DataView) => void]>([
    ['it is about another number of items', (view) => view.setUint32(0, 4, true)],
    ['an entry is no item', (view) => view.setUint16(24, 3, true)],
    ['counts do not add up', (view) => view.setUint32(12, 1, true)],
    [
      'counts add up only beyond 32 bits',
      (view) => {
        view.setUint32(12, 0xffff_ffff, true);
        view.setUint32(16, 4, true);
      },
    ],
    ['a lift is not a number', (view) => view.setFloat32(8, Number.NaN, true)],
    ['a lift makes scores infinite', (view) => view.setFloat32(8, 3e38, true)],
    ['a lift is below 0', (view) => view.setFloat32(8, -1, true)],
  ])('is refused when %s', (_, damage) => {
    const { buffer } = encodeCooccurrence(small);
    damage(new DataView(buffer));
    expect(() => decodeCooccurrence(buffer, 3)).toThrow(refused);
  });
});
