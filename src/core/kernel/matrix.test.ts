import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Matrix, ScriptMatrix } from './matrix';
import { compileKernel } from './wasm-matrix';

const KINDS = {
  'a matrix of the kernel': compileKernel()!.matrix,
  'a matrix in JavaScript': (count: number, width: number) => new ScriptMatrix(count, width),
};

function filled(matrix: Matrix): Matrix {
  for (let row = 0; row < matrix.count; row++) {
    for (let d = 0; d < matrix.width; d++) matrix.row(row)[d] = Math.sin(row * 7 + d * 3);
  }
  return matrix;
}

const vectors = (count: number, length: number): Float32Array[] =>
  Array.from({ length: count }, (_, n) => Float32Array.from({ length }, (_unused, d) => Math.cos(n * 31 + d)));

describe.each(Object.entries(KINDS))('%s', (_, make) => {
  // Rows, columns and queries are processed in blocks, and more queries than fit in several calls.
  it('multiplies any number of rows with any number of queries', () => {
    fc.assert(
      fc.property(fc.nat(140), fc.integer({ min: 1, max: 37 }), fc.nat(19), (count, width, queries) => {
        const matrix = filled(make(count, width));
        const given = vectors(queries, width);
        const products = matrix.products(given);
        expect(products.map(({ length }) => length)).toEqual(given.map(() => count));
        const errors = products.flatMap((own, n) =>
          Array.from(own, (product, row) =>
            Math.abs(product - matrix.row(row).reduce((sum, value, d) => sum + value * given[n][d], 0)),
          ),
        );
        expect(errors.filter((error) => !(error < 1e-4))).toEqual([]);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('adds up any number of rows by any number of lists of weights', () => {
    fc.assert(
      fc.property(fc.nat(140), fc.integer({ min: 1, max: 37 }), fc.nat(19), (count, width, lists) => {
        const matrix = filled(make(count, width));
        const weights = vectors(lists, count);
        const sums = matrix.weightedSums(weights);
        expect(sums.map(({ length }) => length)).toEqual(weights.map(() => width));
        const errors = sums.flatMap((sum, n) =>
          Array.from(sum, (value, d) => {
            let expected = 0;
            for (let row = 0; row < count; row++) expected += weights[n][row] * matrix.row(row)[d];
            return Math.abs(value - expected);
          }),
        );
        expect(errors.filter((error) => !(error < 1e-4))).toEqual([]);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('gives equal rows equal products, wherever they are', () => {
    const matrix = make(71, 29);
    for (let row = 0; row < 71; row++) for (let d = 0; d < 29; d++) matrix.row(row)[d] = Math.sin(d);
    for (const own of matrix.products(vectors(3, 29))) expect(new Set(own).size).toBe(1);
  });

  it('returns results that later products do not change', () => {
    const matrix = filled(make(9, 5));
    const [first] = matrix.products(vectors(1, 5));
    const before = [...first];
    matrix.products(vectors(2, 5).toReversed());
    expect([...first]).toEqual(before);
  });
});

describe('createMatrix', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('computes in JavaScript until the kernel is loaded', async () => {
    const { createMatrix, loadKernel } = await import('./index');
    expect(createMatrix(3, 2).constructor.name).toBe('ScriptMatrix');
    await loadKernel();
    expect(createMatrix(3, 2).constructor.name).toBe('WasmMatrix');
  });

  it('computes in JavaScript without WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const { createMatrix, loadKernel } = await import('./index');
    await loadKernel();
    expect(createMatrix(3, 2).constructor.name).toBe('ScriptMatrix');
  });

  it('computes in JavaScript if a content security policy forbids compiling, and does not try again', async () => {
    const compile = vi.fn(function compile() {
      throw new Error('Refused to compile or instantiate WebAssembly module');
    });
    vi.stubGlobal('WebAssembly', { Module: compile });
    const { createMatrix, loadKernel } = await import('./index');
    await loadKernel();
    const tried = compile.mock.calls.length;
    await loadKernel();
    expect(createMatrix(3, 2).constructor.name).toBe('ScriptMatrix');
    expect(tried).toBeGreaterThan(0);
    expect(compile).toHaveBeenCalledTimes(tried);
  });

  it('computes in JavaScript if memory is short', async () => {
    const { createMatrix, loadKernel } = await import('./index');
    await loadKernel();
    const { Instance } = WebAssembly;
    const Memory = vi.fn(function memory() {
      throw new RangeError('WebAssembly.Memory(): could not allocate memory');
    });
    vi.stubGlobal('WebAssembly', { Instance, Memory });
    expect(createMatrix(3, 2).constructor.name).toBe('ScriptMatrix');
    expect(Memory).toHaveBeenCalledTimes(1);
  });
});
