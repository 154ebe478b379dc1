import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHalf, toHalf } from './half';

test('every half survives the way to a number and back', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromHalf(bits);
    if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
    else expect(toHalf(value)).toBe(bits);
  }
});

test('known values convert exactly', () => {
  const cases: [number, number][] = [
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [1 / 3, 0x3555],
    [65520, 0x7c00],
    [1e9, 0x7c00],
    [-1e-9, 0x8000],
    // Ties go to the even neighbour.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
  ];
  for (const [value, bits] of cases) expect(toHalf(value), String(value)).toBe(bits);
});

test('a number is rounded to the nearest half', () => {
  fc.assert(
    fc.property(fc.float({ min: Math.fround(-65000), max: Math.fround(65000), noNaN: true }), (value) => {
      const bits = toHalf(value);
      const error = Math.abs(fromHalf(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        if ((other & 0x7fff) < 0x7c00 && other >= 0) {
          expect(Math.abs(fromHalf(other) - value)).toBeGreaterThanOrEqual(error);
        }
      }
    }),
    { seed: 2 },
  );
});
