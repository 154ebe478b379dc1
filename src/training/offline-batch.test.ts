import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../model';
import { cutChunks, type OfflineSource, offlineBatch } from './offline-batch';

const rows = (...list: number[]): Int32Array => Int32Array.from(list);

test('every step of every sequence is in exactly one chunk, at positions that differ between epochs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer(),
      (lengths, length, seed) => {
        const sequences = lengths.map((size, s) => Int32Array.from({ length: size }, (_, i) => s * 100 + i));
        const chunks = cutChunks(sequences, length, seededRandom(seed));
        const steps = chunks.flatMap((chunk) => {
          expect(chunk.rows.length).toBeGreaterThan(1);
          expect(chunk.rows.length).toBeLessThanOrEqual(length + 1);
          return Array.from(chunk.rows.subarray(1), (to, i) => {
            expect(chunk.rows[i]).toBe(to - 1);
            expect(Math.floor(to / 100)).toBe(chunk.sequence);
            return to;
          });
        });
        const expected = sequences.flatMap((sequence) => Array.from(sequence.subarray(1)));
        expect(steps.sort((a, b) => a - b)).toEqual(expected);
      },
    ),
    { seed: 1 },
  );
  const long = [Int32Array.from({ length: 50 }, (_, i) => i)];
  const firsts = new Set(
    Array.from({ length: 20 }, (_, seed) => cutChunks(long, 8, seededRandom(seed)).at(0)?.rows[0]),
  );
  expect(firsts.size).toBeGreaterThan(5);
});

const source = (more: Partial<OfflineSource> = {}): OfflineSource => ({
  count: 20,
  own: [new Set([3, 4, 5, 9]), new Set([4, 7])],
  choices: Float32Array.from({ length: 20 }, (_, row) => (row === 4 ? 2 : [3, 5, 9, 7].includes(row) ? 1 : 0)),
  total: 6,
  prior: Float32Array.from({ length: 20 }, (_, row) => row / 10),
  negatives: 6,
  ...more,
});

test('a batch has its items as columns, inputs and labels at the right, own items excluded but for the label', () => {
  const chunks = [
    { sequence: 0, rows: rows(3, 4, 5) },
    { sequence: 1, rows: rows(4, 7) },
  ];
  const batch = offlineBatch(chunks, 3, source(), seededRandom(2));
  const { rows: columns, inputs, labels, mask, offset } = batch;
  const width = columns.length;
  expect(new Set(columns).size).toBe(width);
  expect([...columns.subarray(0, 4)]).toEqual([3, 4, 5, 7]);
  expect(width).toBeGreaterThan(4);
  expect([...mask]).toEqual([0, 1, 1, 0, 0, 1]);
  expect([...labels]).toEqual([-1, 1, 2, -1, -1, 3]);
  expect([...inputs]).toEqual([0, 0, 1, 0, 0, 1]);
  const counts = (step: number): number[] => [...columns].filter((_, column) => offset[step * width + column] > -1e3);
  const strangers = [...columns].filter((row) => ![3, 4, 5, 9, 7].includes(row));
  expect(counts(1).sort()).toEqual([4, 7, ...strangers].sort());
  expect(counts(2).sort()).toEqual([5, 7, ...strangers].sort());
  // 9 may have been drawn: it is the first user's own, but not the second's.
  expect(counts(5)).toEqual(expect.arrayContaining([3, 5, 7, ...strangers]));
  expect(counts(5)).not.toContain(4);
});

test('a logit is corrected by the probability that its column is in the batch', () => {
  const chunks = [{ sequence: 0, rows: rows(3, 4, 5) }];
  const batch = offlineBatch(chunks, 2, source({ own: [new Set()] }), seededRandom(2));
  const column = [...batch.rows].indexOf(4);
  const chance = 1 - (1 - 2 / 6) ** 3 * (1 - 1 / 20) ** 6;
  expect(batch.offset[column]).toBeCloseTo(0.4 - Math.log(chance), 5);

  // Averaged over many batches, weighting columns by 1 / chance counts every item once: that is what the correction does.
  const seen = new Float64Array(20);
  const random = seededRandom(3);
  const flat = source({ own: [new Set()], prior: new Float32Array(20) });
  const pick = (): number => [3, 4, 4, 5, 7, 9][Math.floor(random() * 6)];
  const times = 4000;
  for (let i = 0; i < times; i++) {
    const drawn = offlineBatch([{ sequence: 0, rows: rows(pick(), pick(), pick()) }], 2, flat, random);
    for (const [at, row] of drawn.rows.entries()) seen[row] += Math.exp(drawn.offset[at]) / times;
  }
  for (const weight of seen) expect(weight).toBeCloseTo(1, 0);
});
