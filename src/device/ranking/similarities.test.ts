import { expect, it } from 'vitest';
import { similarities, similarity, vectorOf } from './similarities';

it('is the dot product of every row, for any number of rows', () => {
  const width = 5;
  const query = Float32Array.from({ length: width }, (_, d) => Math.cos(d));
  for (const count of [0, 1, 3, 4, 9]) {
    const values = Float32Array.from({ length: count * width }, (_, at) => Math.sin(at));
    const expected = Array.from({ length: count }, (_, row) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += values[row * width + d] * query[d];
      return Math.fround(sum);
    });
    expect([...similarities({ count, width, values }, query)]).toEqual(expected);
  }
});

it('is the same for one pair and for one row', () => {
  const [count, width] = [300, 6];
  const vectors = { count, width, values: Float32Array.from({ length: count * width }, (_, at) => Math.sin(at * at)) };
  for (const row of [299, 4, 0, 17]) {
    const similar = similarities(vectors, vectorOf(vectors, row));
    for (const other of [0, 255, 256, 299]) expect(similarity(vectors, row, other)).toBe(similar[other]);
  }
});
