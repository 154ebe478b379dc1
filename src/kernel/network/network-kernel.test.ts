import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createNetworkKernel, type NetworkKernel, type Place, padded, ScriptNetworkKernel } from '.';

const KERNELS: Record<string, () => NetworkKernel> = {
  'the kernel in WebAssembly': createNetworkKernel,
  'the kernel in JavaScript': () => new ScriptNetworkKernel(),
};

/** A matrix whose padding is zeros. */
function matrix(kernel: NetworkKernel, rows: number, columns: number, seed: number, stride = padded(columns)): Place {
  const place = kernel.allocate(padded(rows) * stride);
  const view = kernel.view(place, padded(rows) * stride);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      view[row * stride + column] = Math.sin(seed + row * 7 + column * 3);
  }
  return place;
}

/** Calls f with each kernel and compares the floats it leaves at the place that it returns. */
function expectSame(f: (kernel: NetworkKernel) => { place: Place; floats: number; value?: number }): void {
  const [fast, plain] = [createNetworkKernel(), new ScriptNetworkKernel()].map((kernel) => {
    const { place, floats, value = 0 } = f(kernel);
    return [...kernel.view(place, floats), value];
  });
  expect(fast).toHaveLength(plain.length);
  for (const [n, value] of plain.entries())
    expect(Math.abs(fast[n] - value)).toBeLessThan(2e-5 * (1 + Math.abs(value)));
}

const side = fc.integer({ min: 1, max: 21 });

describe.each(Object.entries(KERNELS))('%s', (_, make) => {
  // Columns are taken eight and four at a time, rows four, and the inner side in parts of 1,024.
  it('multiplies matrices of any size, transposed or not, on top or not', () => {
    const inners = fc.oneof(side, fc.integer({ min: 1020, max: 1030 }));
    fc.assert(
      fc.property(side, inners, side, fc.boolean(), fc.boolean(), (rows, inner, columns, transposed, add) => {
        const kernel = make();
        const stride = padded(columns) + 4;
        const a = transposed ? matrix(kernel, inner, rows, 1) : matrix(kernel, rows, inner, 1);
        const aStride = padded(transposed ? rows : inner);
        const b = matrix(kernel, inner, columns, 2);
        const c = matrix(kernel, rows, columns, 3, stride);
        const before = kernel.view(c, padded(rows) * stride).slice();
        const size = { rows: padded(rows), inner: padded(inner), columns: padded(columns) };
        const left = { at: a, stride: aStride, transposed };
        kernel.product(left, { at: b, stride: padded(columns) }, { at: c, stride }, size, add);
        const found = kernel.view(c, padded(rows) * stride);
        for (let row = 0; row < padded(rows); row++) {
          for (let column = 0; column < stride; column++) {
            const inside = row < rows && column < columns;
            let sum = add || !inside ? before[row * stride + column] : 0;
            for (let k = 0; inside && k < inner; k++) {
              const [x, y] = transposed ? [k, row] : [row, k];
              sum += Math.sin(1 + x * 7 + y * 3) * Math.sin(2 + k * 7 + column * 3);
            }
            expect(Math.abs(found[row * stride + column] - sum)).toBeLessThan(1e-3);
          }
        }
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('has GELU by the exact normal distribution, and its derivative', () => {
    const kernel = make();
    const [x, slope] = [kernel.allocate(8), kernel.allocate(8)];
    kernel.view(x, 8).set([1, -1, 0, 3, -3, 30, -30, 0.5]);
    kernel.gelu(x, slope, 8, 1, 8);
    const expected = [0.8413447, -0.1586553, 0, 2.9959503, -0.0040497, 30, 0, 0.3457312];
    const slopes = [1.0833155, -0.0833155, 0.5, 1.0119457, -0.0119457, 1, 0, 0.8674951];
    for (const [n, value] of kernel.view(x, 8).entries()) expect(value).toBeCloseTo(expected[n], 5);
    for (const [n, value] of kernel.view(slope, 8).entries()) expect(value).toBeCloseTo(slopes[n], 5);
  });

  it('closes gates of padding entirely, and passes on what is not a number', () => {
    const kernel = make();
    const [x, bias] = [kernel.allocate(8), kernel.allocate(4)];
    kernel.view(x, 8).set([2, 2, 0, 0, Number.NaN, 1, 0, 0]);
    kernel.view(bias, 4).set([1, 1, -1e30, -1e30]);
    kernel.softmax(x, bias, 2, 4);
    expect([...kernel.view(x, 4)]).toEqual([0.5, 0.5, 0, 0]);
    expect(kernel.view(x, 8)[5]).toBeNaN();
  });

  it('hands out zeros, also where something was released, and keeps what was there when it grows', () => {
    const kernel = make();
    const kept = matrix(kernel, 4, 4, 1);
    const before = [...kernel.view(kept, 16)];
    const mark = kernel.mark();
    matrix(kernel, 8, 8, 2);
    kernel.release(mark);
    const large = kernel.allocate(3_000_000);
    expect(kernel.view(large, 3_000_000).every((value) => value === 0)).toBe(true);
    expect([...kernel.view(kept, 16)]).toEqual(before);
  });
});

describe('both kernels', () => {
  it('compute the same, whatever the size', () => {
    fc.assert(
      fc.property(side, side, (count, width) => {
        const [rows, columns] = [padded(count), padded(width)];
        const floats = rows * columns;
        const flat = (at: Place) => ({ at, stride: columns });
        const two = (kernel: NetworkKernel) => [matrix(kernel, count, width, 1), matrix(kernel, count, width, 2)];
        expectSame((kernel) => {
          const [x, place] = two(kernel);
          kernel.transpose(flat(x), { at: place, stride: rows }, rows, columns);
          return { place, floats };
        });
        expectSame((kernel) => {
          const [x, slope] = two(kernel);
          kernel.gelu(x, slope, columns, rows, columns);
          kernel.multiply(x, slope, columns, rows, columns);
          return { place: x, floats };
        });
        expectSame((kernel) => {
          const [gates, place] = two(kernel);
          kernel.softmax(gates, kernel.allocate(columns), rows, columns);
          kernel.softmaxGradient(gates, place, rows, columns);
          return { place, floats };
        });
        expectSame((kernel) => {
          const [x, place] = two(kernel);
          const factors = matrix(kernel, rows, 3, 3);
          const value = kernel.addScaledRows(place, x, factors + 1, 4, -1, rows, columns);
          kernel.scaleRows(flat(place), factors, 4, rows, columns);
          return { place, floats, value };
        });
        expectSame((kernel) => {
          const [a, b] = two(kernel);
          const place = kernel.allocate(rows * 4);
          kernel.rowDots(a, b, place + 2, 4, rows, columns);
          return { place, floats: rows * 4 };
        });
        expectSame((kernel) => {
          const [x, place] = two(kernel);
          kernel.sumRows(x, place, rows, columns);
          return { place, floats: columns, value: kernel.sumOfSquares(x, floats) };
        });
        expectSame((kernel) => {
          const [x, dy] = two(kernel);
          // One row of zeros.
          kernel.view(x, columns).fill(0);
          kernel.view(dy, columns).fill(0);
          const inverses = kernel.allocate(rows);
          const out = kernel.allocate(floats);
          kernel.unitRows(flat(x), flat(out), inverses, 0.7, rows, columns);
          kernel.unitRowsGradient(flat(x), inverses, 0.7, flat(dy), flat(dy), count, columns);
          return { place: dy, floats, value: kernel.sumOfSquares(out, floats) };
        });
        expectSame((kernel) => {
          const [x, offset] = two(kernel);
          const [keep, label] = [matrix(kernel, count, width, 4), matrix(kernel, count, width, 5)];
          const given = { keep, offset, label, share: matrix(kernel, 1, count, 6) };
          const value = kernel.crossEntropy(x, given, rows, columns);
          return { place: x, floats, value };
        });
        expectSame((kernel) => {
          const [x, gradient] = two(kernel);
          const [m, v] = [kernel.allocate(floats), kernel.allocate(floats)];
          const step = { scale: 0.5, rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
          kernel.adam(x, gradient, m, v, floats, { ...step, correction1: 0.1, correction2: 0.001 });
          kernel.adam(x, gradient, m, v, floats, { ...step, correction1: 0.19, correction2: 0.001999 });
          return { place: x, floats };
        });
      }),
      { seed: 1, numRuns: 40 },
    );
  });
});

describe('createNetworkKernel', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each([
    ['there is no WebAssembly', undefined],
    [
      'a content security policy forbids to compile',
      {
        Module: function compile() {
          throw new Error('Refused to compile or instantiate WebAssembly module');
        },
      },
    ],
  ])('computes in JavaScript where %s', async (_, stub) => {
    vi.stubGlobal('WebAssembly', stub);
    vi.resetModules();
    const { createNetworkKernel: create } = await import('.');
    expect(create().vectors).toBe(false);
  });

  it('computes in JavaScript where memory is short', async () => {
    const { Module, Instance } = WebAssembly;
    const Memory = vi.fn(function memory() {
      throw new RangeError('WebAssembly.Memory(): could not allocate memory');
    });
    vi.stubGlobal('WebAssembly', { Module, Instance, Memory });
    const { createNetworkKernel: create } = await import('.');
    expect(create().vectors).toBe(false);
    expect(Memory).toHaveBeenCalledTimes(1);
  });
});
