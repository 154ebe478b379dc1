import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ByteRows, byteQuery, roundedRows } from './byte-matrix';
import { createByteMatrix, loadKernel } from './index';
import { compileByteKernel } from './wasm-byte-matrix';

const make = compileByteKernel()!;

/** Shapes whose rows, columns and queries are not multiples of the block sizes, and the numbers of their rows. */
const shapes = fc
  .record({
    count: fc.nat(140),
    own: fc.integer({ min: 1, max: 37 }),
    parts: fc.integer({ min: 1, max: 3 }),
    queries: fc.nat(19),
    seed: fc.nat(1000),
  })
  .map((shape) => ({ ...shape, width: shape.own * shape.parts }));
type Shape = { count: number; width: number; parts: number; seed: number };

function rowsOf({ count, width, parts, seed }: Shape): ByteRows {
  // Extremes among them.
  const values = Int8Array.from({ length: count * width }, (_, at) => Math.round(160 * Math.sin(seed + at * 7)) | 0);
  for (let at = seed % 5; at < values.length; at += 5) values[at] = at % 2 ? -128 : 127;
  return { count, values, scales: Float32Array.from({ length: count * parts }, (_, at) => Math.cos(seed + at)) };
}

const vectors = (count: number, length: number): Float32Array[] =>
  Array.from({ length: count }, (_, n) => Float32Array.from({ length }, (_unused, d) => Math.cos(n * 31 + d)));

/** Product of a row with a query, from integers and scales, without rounding. */
function exact({ values, scales }: ByteRows, row: number, query: Float32Array, parts: number): number {
  const width = query.length;
  const rounded = byteQuery(query, parts);
  let product = 0;
  for (let part = 0; part < parts; part++) {
    let sum = 0;
    for (let d = (part * width) / parts; d < ((part + 1) * width) / parts; d++) {
      sum += values[row * width + d] * rounded.values[d];
    }
    product += sum * scales[row * parts + part] * rounded.scales[part];
  }
  return product;
}

describe('a matrix of bytes', () => {
  it('multiplies any number of rows with any number of queries', () => {
    fc.assert(
      fc.property(shapes, ({ queries, ...shape }) => {
        const rows = rowsOf(shape);
        const matrix = make(shape.count + (shape.seed % 9), shape.width, shape.parts);
        matrix.fill(rows);
        const given = vectors(queries, shape.width);
        const products = matrix.products(given);
        expect(products.map(({ length }) => length)).toEqual(given.map(() => shape.count));
        const wrong = products.flatMap((own, n) =>
          [...own.keys()].filter((row) => {
            const expected = exact(rows, row, given[n], shape.parts);
            return !(Math.abs(own[row] - expected) <= 1e-5 * (1 + Math.abs(expected)) * shape.width);
          }),
        );
        expect(wrong).toEqual([]);
      }),
      { seed: 1, numRuns: 80 },
    );
  });

  it('multiplies its rows with each other, exactly except for the scales', () => {
    const shape = { count: 71, width: 58, parts: 2, seed: 3 };
    const rows = { ...rowsOf(shape), scales: new Float32Array(142).fill(1) };
    const matrix = make(80, 58, 2);
    matrix.fill(rows);
    const wanted = [0, 70, 13, 13];
    for (const [n, products] of matrix.rowProducts(wanted).entries()) {
      for (let row = 0; row < 71; row++) {
        let expected = 0;
        for (let d = 0; d < 58; d++) expected += rows.values[row * 58 + d] * rows.values[wanted[n] * 58 + d];
        expect(products[row]).toBe(expected);
      }
    }
  });

  it('does not overflow at the extremes, however long a row is', () => {
    for (const width of [1, 512, 2048]) {
      const matrix = make(1, width, 1);
      const query = new Float32Array(width).fill(-2);
      for (const extreme of [-128, 127]) {
        matrix.fill({ count: 1, values: new Int8Array(width).fill(extreme), scales: Float32Array.of(0.5) });
        const [[product]] = matrix.products([query]);
        expect(product / (-extreme * width)).toBeCloseTo(1, 5);
      }
    }
  });

  it('does not depend on earlier content, nor do later results change earlier ones', () => {
    const shape = { count: 60, width: 20, parts: 2, seed: 4 };
    const [used, fresh] = [make(60, 20, 2), make(60, 20, 2)];
    used.fill(rowsOf(shape));
    const [query] = vectors(1, 20);
    const before = used.products([query, query, query]);
    const copies = before.map((values) => values.slice());
    const [head, tail] = [rowsOf({ ...shape, count: 7, seed: 9 }), rowsOf({ ...shape, count: 30, seed: 8 })];
    for (const matrix of [used, fresh]) {
      matrix.fill(head);
      matrix.fill(tail, 7);
    }
    expect(used.count).toBe(37);
    expect(used.products([query])).toEqual(fresh.products([query]));
    expect(before).toEqual(copies);
  });

  it('treats non-finite values as 0', () => {
    const matrix = make(4, 6, 2);
    const values = Float32Array.from({ length: 24 }, (_, at) => Math.sin(at));
    values[3] = Number.NaN;
    values[8] = Number.POSITIVE_INFINITY;
    matrix.fillRounded(values);
    const query = Float32Array.of(1, Number.NaN, 0.5, 1, Number.NEGATIVE_INFINITY, -1);
    for (const product of [...matrix.products([query]), ...matrix.rowProducts([0, 1])].flatMap((all) => [...all])) {
      expect(product).toBeTypeOf('number');
      expect(Number.isFinite(product)).toBe(true);
    }
    const zeros = make(4, 6, 2);
    zeros.fillRounded(new Float32Array(24));
    expect(zeros.products([query, new Float32Array(6)])).toEqual([new Float32Array(4), new Float32Array(4)]);
  });

  it('gives equal rows equal products, wherever they are', () => {
    const matrix = make(71, 29, 1);
    matrix.fillRounded(Float32Array.from({ length: 71 * 29 }, (_unused, at) => Math.sin(at % 29)));
    for (const own of matrix.products(vectors(3, 29))) expect(new Set(own).size).toBe(1);
  });
});

it('rounding recovers the integers that floats were made from', () => {
  const rows = rowsOf({ count: 40, width: 24, parts: 2, seed: 6 });
  // As `quantizeRow` makes them: the largest magnitude is 127.
  const values = rows.values.map((value, at) => (at % 12 === 0 ? 127 : Math.max(-127, value)));
  const scales = rows.scales.map(Math.abs);
  const floats = Float32Array.from(values, (value, at) => value * scales[Math.floor(at / 12)]);
  const rounded = roundedRows(floats, 24, 2);
  expect(rounded.values).toEqual(values);
  for (const [at, scale] of rounded.scales.entries()) expect(scale / scales[at]).toBeCloseTo(1, 6);
});

it('rounding also recovers integers with a smaller maximum, up to a common factor', () => {
  const integers = [90, -45, 7, 0, 3, -3];
  const rounded = roundedRows(
    Float32Array.from(integers, (value) => value * 0.0371),
    6,
    1,
  );
  expect([...rounded.values]).toEqual(integers);
  expect(rounded.scales[0]).toBeCloseTo(0.0371, 6);
});

describe('createByteMatrix', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('is missing until the kernel is loaded', async () => {
    const { createByteMatrix, loadKernel } = await import('./index');
    expect(createByteMatrix(3, 2, 1)).toBeNull();
    await loadKernel();
    expect(createByteMatrix(3, 2, 1)).not.toBeNull();
  });

  it('is missing if a content security policy forbids compiling, and without WebAssembly', async () => {
    const forbidden = {
      Module: function compile() {
        throw new Error('Refused to compile or instantiate WebAssembly module');
      },
    };
    for (const value of [undefined, forbidden]) {
      vi.stubGlobal('WebAssembly', value);
      vi.resetModules();
      const { createByteMatrix, loadKernel } = await import('./index');
      await loadKernel();
      expect(createByteMatrix(3, 2, 1)).toBeNull();
    }
  });

  it('is missing if memory is short', async () => {
    await loadKernel();
    const { Instance } = WebAssembly;
    const Memory = vi.fn(function memory() {
      throw new RangeError('WebAssembly.Memory(): could not allocate memory');
    });
    vi.stubGlobal('WebAssembly', { Instance, Memory });
    expect(createByteMatrix(3, 2, 1)).toBeNull();
    expect(Memory).toHaveBeenCalledTimes(1);
  });
});
