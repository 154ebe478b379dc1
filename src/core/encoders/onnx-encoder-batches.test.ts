import { describe, expect, it } from 'vitest';
import { alone, equalLengths, equalLengthsInPairs, similarLengths } from './onnx-encoder';

const lengths = Array.from({ length: 300 }, (_, n) => (n < 280 ? (n * 7) % 23 : n));
const all = lengths.map((_, n) => n);
const sorted = (runs: number[][]): number[] => [...new Set(runs.flat())].sort((a, b) => a - b);

describe('batches of texts', () => {
  it.each([
    ['similar lengths', similarLengths],
    ['equal lengths', equalLengths],
    ['equal lengths in pairs', equalLengthsInPairs],
    ['alone', alone],
  ])('contain every text: %s', (_, batching) => {
    expect(sorted(batching(lengths))).toEqual(all);
    expect(batching([])).toEqual([]);
    expect(sorted(batching([0, 5, 0]))).toEqual([0, 1, 2]);
  });

  it('of equal length have no padding, and no more tokens than are worthwhile', () => {
    for (const run of equalLengths(lengths)) {
      expect(new Set(run.map((n) => lengths[n])).size).toBe(1);
      expect(run.length === 1 || run.length * lengths[run[0]] <= 256).toBe(true);
      expect(run.length).toBeLessThanOrEqual(32);
    }
    expect(equalLengths(new Array(9).fill(32)).map((run) => run.length)).toEqual([5, 4]);
  });

  it('in pairs contain no single text', () => {
    const runs = equalLengthsInPairs(lengths);
    expect(Math.min(...runs.map((run) => run.length))).toBe(2);
    for (const run of runs) expect(new Set(run.map((n) => lengths[n])).size).toBe(1);
    expect(equalLengthsInPairs([200, 200, 200])).toEqual([[0, 1, 2]]);
    expect(equalLengthsInPairs([4, 7])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('of similar length need less padding than in the order given', () => {
    const padded = (runs: number[][]): number =>
      runs.reduce((sum, run) => sum + run.length * Math.max(...run.map((n) => lengths[n])), 0);
    const given = Array.from({ length: 10 }, (_, part) => all.slice(part * 32, (part + 1) * 32));
    expect(padded(similarLengths(lengths))).toBeLessThan(0.7 * padded(given));
  });
});
