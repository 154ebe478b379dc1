import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './safetensors';
import type { Weights } from './weights';

const weights: Weights = {
  'b.weight': { shape: [2, 3], values: Float32Array.from([1, 2, 3, 4, 5, -0.5]) },
  a: { shape: [], values: Float32Array.from([7]) },
  empty: { shape: [0, 4], values: new Float32Array(0) },
};

/** A file with this header and the given number of bytes of data. */
function file(header: unknown, data = 0): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + encoded.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  return bytes;
}

test('weights are read as they were written', () => {
  const { weights: read, metadata } = decodeSafetensors(encodeSafetensors(weights, { made: 'today' }));
  expect({ ...read }).toEqual(weights);
  expect(metadata).toEqual({ made: 'today' });
});

test('any names, shapes and numbers survive', () => {
  const stored = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).chain((shape) => {
    const length = shape.reduce((product, side) => product * side, 1);
    return fc.record({
      shape: fc.constant(shape),
      values: fc.float32Array({ minLength: length, maxLength: length, noNaN: true }),
    });
  });
  const name = fc.string().filter((text) => text !== '__metadata__' && text !== '__proto__');
  fc.assert(
    fc.property(fc.dictionary(name, stored, { noNullPrototype: true }), (given) => {
      expect({ ...decodeSafetensors(encodeSafetensors(given)).weights }).toEqual(given);
    }),
    { seed: 5 },
  );
});

test('the layout follows the format', () => {
  const bytes = encodeSafetensors({ x: { shape: [1], values: Float32Array.from([1]) } });
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
    __metadata__: {},
    x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
  });
  expect(view.getFloat32(8 + length, true)).toBe(1);
  expect(bytes.length).toBe(8 + length + 4);
});

test('equal weights give equal bytes in any order of names, also from inside a larger buffer', () => {
  const bytes = encodeSafetensors(weights);
  expect(encodeSafetensors(Object.fromEntries(Object.entries(weights).reverse()))).toEqual(bytes);
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  expect({ ...decodeSafetensors(larger.subarray(3)).weights }).toEqual(weights);
});

describe('refuses', () => {
  const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  const huge = file({});
  new DataView(huge.buffer).setBigUint64(0, 2n ** 60n, true);
  const cases: [string, Uint8Array][] = [
    ['an empty file', new Uint8Array(0)],
    ['a header longer than the file', huge],
    ['a header that is not JSON', file('{"a":')],
    ['a header that is not UTF-8', file('{"a": 1}').fill(0xff, 9, 12)],
    ['a header that is a list', file([])],
    ['a header that is a number', file(3)],
    ['another type', file({ x: { ...entry, dtype: 'I32' } }, 4)],
    ['half precision', file({ x: { ...entry, dtype: 'F16' } }, 4)],
    ['a shape that is no list', file({ x: { ...entry, shape: 1 } }, 4)],
    ['a negative side', file({ x: { ...entry, shape: [-1] } }, 4)],
    ['a fraction as side', file({ x: { ...entry, shape: [0.5, 2] } }, 4)],
    ['offsets that do not fit the shape', file({ x: { ...entry, shape: [2] } }, 8)],
    ['offsets in the wrong order', file({ x: { ...entry, data_offsets: [4, 0] } }, 4)],
    ['offsets beyond the file', file({ x: { ...entry, data_offsets: [4, 8] } }, 4)],
    ['overlapping data', file({ x: entry, y: entry }, 4)],
    ['a hole before the data', file({ x: { ...entry, data_offsets: [4, 8] } }, 8)],
    ['data that nothing names', file({ x: entry }, 8)],
    ['missing data', file({ x: entry }, 3)],
    ['metadata that is not text', file({ __metadata__: { a: 1 }, x: entry }, 4)],
  ];
  test.each(cases)('%s', (_, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrowError(expect.objectContaining({ code: 'model/bad-weights' }));
  });

  test('every cut of a good file', () => {
    const bytes = encodeSafetensors(weights);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrowError(
        expect.objectContaining({ code: 'model/bad-weights' }),
      );
    }
  });
});
