import { describe, expect, it } from 'vitest';
import { cosine } from '../../../testing/cosine';
import { decodeProjection, encodeProjection, fitProjection, project } from './projection';

/** [count * width] values that lie on `rank` directions, with individual offsets and spreads. */
function tap(count: number, width: number, rank: number): Float32Array {
  const wave = (i: number, j: number) => Math.sin(1 + i * 12.9898 + j * 78.233 + i * j * 0.37);
  return Float32Array.from({ length: count * width }, (_, i) => {
    const [n, d] = [Math.floor(i / width), i % width];
    let value = 0;
    for (let r = 0; r < rank; r++) value += (wave(n, r) * wave(d, r + 50)) / (r + 1);
    return 5 * wave(d, 99) + (1 + (d % 3)) * value;
  });
}

/** Standardises without the code under test. */
function standardized(values: Float32Array, count: number): Float32Array {
  const width = values.length / count;
  return values.map((x, i) => {
    const column = Array.from({ length: count }, (_, n) => values[n * width + (i % width)]);
    const mean = column.reduce((a, b) => a + b) / count;
    return (x - mean) / Math.sqrt(column.reduce((sum, y) => sum + (y - mean) ** 2, 0) / count);
  });
}

const row = (rows: Float32Array, n: number, width: number) => rows.subarray(n * width, (n + 1) * width);

describe('the projection', () => {
  it.each([
    { count: 40, width: 24, items: 'more items than values' },
    { count: 40, width: 90, items: 'fewer items than values' },
  ])('keeps the cosines of standardised taps when nothing needs to be dropped, of $items', ({ count, width }) => {
    const values = tap(count, width, 8);
    const rows = project(fitProjection([values], count, { dim: 16 }), [values]);
    const standard = standardized(values, count);
    for (const [a, b] of [
      [0, 1],
      [3, 17],
      [22, 39],
    ]) {
      const expected = cosine(row(standard, a, width), row(standard, b, width));
      expect(cosine(row(rows, a, 16), row(rows, b, 16))).toBeCloseTo(expected, 4);
    }
  });

  it.each([1, 6, 16])('multiplies each row by the matrix as a plain loop does, with %i dimensions', (dim) => {
    const values = tap(30, 20, 10);
    const projection = fitProjection([values], 30, { dim });
    const [{ mean, deviation, matrix }] = projection.taps;
    const expected = Array.from({ length: 30 * dim }, (_, i) => {
      const [n, p] = [Math.floor(i / dim), i % dim];
      let sum = 0;
      for (let d = 0; d < 20; d++) sum += ((values[n * 20 + d] - mean[d]) / deviation[d]) * matrix[p * 20 + d];
      return Math.fround(sum);
    });
    expect([...project(projection, [values])]).toEqual(expected);
  });

  it('lays the rows of one item side by side, each with a mean square of 1 per dimension', () => {
    const count = 60;
    const taps = [tap(count, 32, 30), tap(count, 48, 40)];
    const rows = project(fitProjection(taps, count, { dim: 16 }), taps);
    expect(rows).toHaveLength(count * 2 * 16);
    for (const t of [0, 1]) {
      let squares = 0;
      for (let n = 0; n < count; n++) for (const x of row(rows, n * 2 + t, 16)) squares += x * x;
      expect(squares / (count * 16)).toBeCloseTo(1, 3);
    }
    const alone = project(fitProjection([taps[1]], count, { dim: 16 }), [taps[1]]);
    expect(row(rows, 7 * 2 + 1, 16)).toEqual(row(alone, 7, 16));
  });

  it('pads with zeros beyond the rank of the catalogue', () => {
    const values = tap(5, 32, 30);
    const rows = project(fitProjection([values], 5, { dim: 16 }), [values]);
    expect(
      row(rows, 0, 16)
        .subarray(4)
        .every((x) => x === 0),
    ).toBe(true);
    expect(
      row(rows, 0, 16)
        .subarray(0, 4)
        .every((x) => x !== 0),
    ).toBe(true);
  });

  it('takes a tap narrower than D, constant values and a catalogue of one item', () => {
    const narrow = tap(30, 6, 4).map((x, i) => (i % 6 === 2 ? 3 : x));
    const rows = project(fitProjection([narrow], 30), [narrow]);
    expect(rows).toHaveLength(30 * 128);
    expect(rows.every(Number.isFinite)).toBe(true);
    const single = tap(1, 12, 3);
    expect(project(fitProjection([single], 1), [single]).every((x) => x === 0)).toBe(true);
  });

  it('is the same every time', () => {
    const values = tap(50, 200, 60);
    expect(fitProjection([values], 50, { dim: 20 })).toEqual(fitProjection([values], 50, { dim: 20 }));
  });
});

describe('the projection file', () => {
  const text = fitProjection([tap(9, 12, 5), tap(9, 20, 5)], 9, { dim: 8 });
  const image = fitProjection([tap(9, 16, 5)], 9, { dim: 8 });

  const lexical = {
    share: 0.35,
    encoder: {
      dim: 4,
      terms: Uint32Array.of(7, 0xfffffff0),
      scales: Float32Array.of(0.5, 2),
      rows: Int8Array.of(1, -2, 3, -127, 5, 6, 7, 127),
    },
  };

  it('round-trips', () => {
    for (const projections of [{ text, image }, { text }, { image }, {}, { text, image, lexical }, { lexical }]) {
      const bytes = encodeProjection(projections);
      expect(decodeProjection(bytes)).toEqual(projections);
      expect(decodeProjection(bytes.buffer)).toEqual(projections);
    }
  });

  it('refuses any other file', () => {
    const bytes = encodeProjection({ text, image });
    const joined = encodeProjection({ text, image, lexical });
    const swapped = joined.slice();
    // The first two terms.
    swapped.copyWithin(bytes.length + 12, bytes.length + 16, bytes.length + 20);
    const broken = [
      new Uint8Array(3),
      joined.slice(0, -1),
      joined.slice(0, bytes.length + 8),
      swapped,
      bytes.slice(0, 26),
      bytes.slice(0, -4),
      new Uint8Array(bytes.length),
    ];
    broken.push(bytes.map((byte, i) => (i === 4 ? 9 : byte)));
    for (const file of broken) {
      expect(() => decodeProjection(file)).toThrow(expect.objectContaining({ code: 'bundle/invalid' }));
    }
  });
});
