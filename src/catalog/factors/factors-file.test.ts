import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extendFactors, FACTOR_BLOCKS, type Factors, pickFactors } from './factors';
import { decodeFactors, encodeFactors } from './factors-file';
import type { GradientMap } from './gradient-map';

/** Factors of `count` items with values from -1 to 1; the blocks that have a width. */
const factorsOf = (count: number, widths: Partial<Record<(typeof FACTOR_BLOCKS)[number], number>>): Factors => ({
  blocks: FACTOR_BLOCKS.flatMap((name) => {
    const width = widths[name] ?? 0;
    const values = Float32Array.from({ length: count * width }, (_, at) => Math.sin(at * 1.7 + name.length));
    return width > 0 ? [{ name, width, values }] : [];
  }),
});
const both = factorsOf(5, { cooccurrence: 3, users: 2 });
const refused = expect.objectContaining({ code: 'bundle/invalid' });
const decode = (buffer: ArrayBuffer, count = 5) => decodeFactors(buffer, 'factors-1.bin', count);

describe('a file of factors', () => {
  it('has the same blocks after writing and reading, each row within half a step', () => {
    const width = fc.integer({ min: 0, max: 64 });
    void fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), width, width, (count, cooccurrence, users) => {
        const before = factorsOf(count, { cooccurrence, users });
        const after = decode(encodeFactors(before, count).buffer, count);
        expect(after.blocks.map(({ name, width: wide }) => [name, wide])).toEqual(
          before.blocks.map(({ name, width: wide }) => [name, wide]),
        );
        for (const [n, block] of after.blocks.entries()) {
          for (const [at, value] of block.values.entries()) {
            expect(Math.abs(value - before.blocks[n].values[at])).toBeLessThanOrEqual(0.51 / 127);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('takes a byte for each value and 4 for each row of a block, and keeps a zero row', () => {
    const factors = structuredClone(both);
    factors.blocks[1].values.fill(0, 2, 4);
    const bytes = encodeFactors(factors, 5);
    expect(bytes.byteLength).toBe(24 + 5 * (4 + 3) + 5 * (4 + 2));
    expect([...decode(bytes.buffer).blocks[1].values.subarray(2, 4)]).toEqual([0, 0]);
  });

  it('has a map only beside the base model that it was made with', () => {
    const map: GradientMap = {
      blocks: [{ name: 'users 2', width: 2 }],
      eigenvalues: Float32Array.of(3),
      eigenvectors: Float32Array.of(0, 1),
    };
    const { buffer } = encodeFactors({ ...both, map }, 5, 'base');
    const read = decodeFactors(buffer, 'factors-1.bin', 5, 'base');
    expect(read.map).toMatchObject({ blocks: map.blocks, eigenvalues: map.eigenvalues });
    expect([...(read.map?.eigenvectors ?? [])]).toEqual([0, expect.closeTo(1)]);
    const plain = decode(encodeFactors(both, 5).buffer);
    expect(decode(buffer)).toEqual(plain);
    expect(decodeFactors(buffer, 'factors-1.bin', 5, 'another')).toEqual(plain);
    expect(() => encodeFactors({ ...both, map }, 5)).toThrow(refused);
    expect(() => decode(buffer.slice(0, -1))).toThrow(refused);
    // A map is of items in this order, and stays where items are added.
    expect(pickFactors({ ...both, map }, [4, 3, 2, 1, 0]).map).toBeUndefined();
    expect(extendFactors({ ...both, map }, 6).map).toBe(map);
  });

  it.each<[string, Factors]>([
    ['are of other items', factorsOf(4, { users: 2 })],
    ['are too wide', factorsOf(5, { users: 65 })],
    ['have a block twice', { blocks: [both.blocks[0], both.blocks[0]] }],
    ['are not finite', { blocks: [{ name: 'users', width: 1, values: Float32Array.of(0, 1, Number.NaN, 0, 0) }] }],
  ])('is not written when factors %s', (_, factors) => {
    expect(() => encodeFactors(factors, 5)).toThrow(refused);
  });

  it.each([0, 11, 19, 20, -1, 1])('is refused when it is cut or goes on: %i', (length) => {
    const bytes = encodeFactors(both, 5);
    const other = length === 1 ? Uint8Array.of(...bytes, 0) : bytes.slice(0, length);
    expect(() => decode(other.buffer)).toThrow(refused);
  });

  it.each<[string, (view: DataView) => void]>([
    ['it is about another number of items', (view) => view.setUint32(0, 6, true)],
    ['a width is not the one of its rows', (view) => view.setUint32(4, 4, true)],
    ['a block is wider than 64', (view) => view.setUint32(8, 0xffff_ffff, true)],
    ['a scale is no number', (view) => view.setFloat32(24, Number.NaN, true)],
    ['a scale is infinite', (view) => view.setFloat32(24, Number.POSITIVE_INFINITY, true)],
    ['a scale is below 0', (view) => view.setFloat32(24 + 5 * 7, -1, true)],
    ['the cold popularity is marked by 2', (view) => view.setUint32(12, 2, true)],
    ['it lacks the cold popularity', (view) => view.setUint32(12, 1, true)],
    ['the lift is no number', (view) => view.setFloat32(20, Number.NaN, true)],
  ])('is refused when %s', (_, damage) => {
    const { buffer } = encodeFactors(both, 5);
    damage(new DataView(buffer));
    expect(() => decode(buffer)).toThrow(refused);
  });

  it('refuses a block wider than 64 even where the length fits', () => {
    const { buffer } = encodeFactors(factorsOf(1, { users: 64 }), 1);
    const wide = new ArrayBuffer(buffer.byteLength + 1);
    new Uint8Array(wide).set(new Uint8Array(buffer));
    new DataView(wide).setUint32(8, 65, true);
    expect(() => decode(wide, 1)).toThrow(refused);
  });
});

it('keeps the cold popularity to a step of its largest value, in another order too', () => {
  const coldPopularity = Float32Array.of(0, -1.25, 0.5, 0, 2);
  const file = encodeFactors({ ...both, coldPopularity }, 5);
  expect(file.length).toBe(encodeFactors(both, 5).length + 4 + 5);
  const read = decodeFactors(file.buffer, 'factors.bin', 5);
  for (const [row, value] of coldPopularity.entries()) expect(read.coldPopularity?.[row]).toBeCloseTo(value, 1.5);
  expect([...(pickFactors(read, [4, 0, 1, 2, 3]).coldPopularity ?? [])]).toEqual(
    [4, 0, 1, 2, 3].map((row) => read.coldPopularity?.[row]),
  );
  expect(extendFactors(read, 7).coldPopularity?.slice(5)).toEqual(new Float32Array(2));
  expect(() => encodeFactors({ ...both, coldPopularity: new Float32Array(4) }, 5)).toThrow(refused);
  expect(() => encodeFactors({ ...both, coldPopularity: new Float32Array(5).fill(Number.NaN) }, 5)).toThrow(refused);
});

it('keeps the lift of new items, and refuses one out of range', () => {
  const file = encodeFactors({ ...both, coldStart: 0 }, 5);
  expect(decodeFactors(file.buffer, 'factors.bin', 5).coldStart).toBe(0);
  expect(decodeFactors(encodeFactors(both, 5).buffer, 'factors.bin', 5).coldStart).toBeUndefined();
  expect(pickFactors({ ...both, coldStart: 0.5 }, [4, 0, 1, 2, 3]).coldStart).toBe(0.5);
  expect(extendFactors({ ...both, coldStart: 0.5 }, 7).coldStart).toBe(0.5);
  for (const coldStart of [-0.1, 2.1, Number.NaN])
    expect(() => encodeFactors({ ...both, coldStart }, 5)).toThrow(refused);
  new DataView(file.buffer).setFloat32(20, 3, true);
  expect(() => decodeFactors(file.buffer, 'factors.bin', 5)).toThrow(refused);
});

it('gives factors in another order, and with zero rows for further items', () => {
  const { blocks } = extendFactors(pickFactors(both, [4, 3, 2, 1, 0]), 6);
  const [{ values }] = both.blocks;
  expect([...blocks[0].values]).toEqual([
    ...[4, 3, 2, 1, 0].flatMap((row) => [...values.subarray(3 * row, 3 * row + 3)]),
    0,
    0,
    0,
  ]);
  expect(blocks[1].values).toHaveLength(12);
});
