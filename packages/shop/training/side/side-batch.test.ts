import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../../src/core/common/random';
import { MAX_PIECE, type SideSequence, sideBatch, sideBatches } from './side-batch';
import { firstChoices, sequencesFrom } from './side-sequences';

const rowsOf = (...rows: number[]): Int32Array => Int32Array.from(rows);
const evenly = (rows: Int32Array): SideSequence => ({ rows, weights: new Float32Array(rows.length).fill(1) });

describe('items that were passed over', () => {
  it('are candidates of their shopper alone, at every place', () => {
    const sequences = {
      ...sequencesFrom([
        [4, 7, 4, 9],
        [1, 2],
      ]),
      passed: [[3, 5, 6], []],
    };
    const { offsets, rows, weights } = firstChoices(sequences, 1);
    expect([...offsets]).toEqual([0, 5, 7]);
    expect([...rows]).toEqual([4, ~6, 7, ~5, 9, 1, 2]);
    expect([...weights]).toEqual([1, 0, 1, 0, 1, 1, 1]);
    const pieces = [0, 5].map((from, n) => ({
      rows: rows.subarray(from, offsets[n + 1]),
      weights: weights.subarray(from, offsets[n + 1]),
    }));
    const options = { known: rowsOf(8, 4), negatives: 10, historyDropout: 0 };
    const found = new Set<number>();
    for (let seed = 1; seed < 20; seed++) {
      const batch = sideBatch(pieces, options, seededRandom(seed));
      expect([batch.length, batch.sequences]).toEqual([3, 2]);
      expect([...batch.weights]).toEqual([1, 1, 1, 1, 1, 0]);
      expect(
        Array.from(
          batch.chosen.filter((_, n) => batch.weights[n] > 0),
          (n) => batch.rows[n],
        ),
      ).toEqual([4, 1, 7, 2, 9]);
      for (let column = 2; column < batch.sampled; column++) {
        found.add(batch.rows[column]);
        for (const t of [0, 1, 2]) {
          const [own, other] = [0, 1].map((b) => batch.offsets[(2 * t + b) * batch.sampled + column]);
          expect(own).toBe(0);
          expect(other).toBeLessThan(-1e6);
        }
      }
    }
    expect(found).toEqual(new Set([5, 6]));
  });
});

describe('sideBatch', () => {
  const known = Int32Array.from({ length: 10 }, (_, row) => 2 * row);
  const pieces = [rowsOf(6, 10, 14, 3), rowsOf(10, 4)];
  const all = { known, negatives: 10, historyDropout: 0 };
  const batch = sideBatch(pieces.map(evenly), all, seededRandom(1));
  const at = (t: number, b: number): number => t * batch.sequences + b;

  it('lays sequences side by side, each item once, and weighs padding 0', () => {
    expect([batch.length, batch.sequences, batch.sampled]).toEqual([4, 2, 10]);
    expect(new Set(batch.rows).size).toBe(batch.rows.length);
    // Items that were not sampled come after the sampled ones.
    expect([...batch.rows]).toEqual([...known, 3]);
    for (const [b, piece] of pieces.entries()) {
      for (const [t, row] of piece.entries()) expect(batch.rows[batch.chosen[at(t, b)]]).toBe(row);
    }
    expect([...batch.weights]).toEqual([1, 1, 1, 1, 1, 0, 1, 0]);
    expect([...batch.remembered]).toEqual([...batch.weights]);
    expect([batch.chosen[at(2, 1)], batch.chosen[at(3, 1)]]).toEqual([0, 0]);
  });

  it('has items as candidates only until they are chosen, and only in their own sequence', () => {
    for (const [b, piece] of pieces.entries()) {
      for (let t = 0; t < piece.length; t++) {
        for (let n = 0; n < batch.sampled; n++) {
          const chosen = piece.indexOf(batch.rows[n]);
          const isExcluded = batch.offsets[at(t, b) * batch.sampled + n] < -1e8;
          expect(isExcluded).toBe(chosen >= 0 && chosen <= t);
        }
      }
    }
  });

  it('samples some of the known items, once each and others every time', () => {
    const random = seededRandom(2);
    const samples = Array.from({ length: 20 }, () => {
      const { rows, sampled, chosen, weights } = sideBatch(pieces.map(evenly), { ...all, negatives: 4 }, random);
      expect(sampled).toBe(4);
      const first = [...rows.subarray(0, 4)];
      expect(new Set(rows).size).toBe(rows.length);
      expect(first.every((row) => known.includes(row))).toBe(true);
      // All chosen items are included, sampled or not.
      expect(new Set([...chosen].filter((_, n) => weights[n] > 0).map((n) => rows[n]))).toEqual(
        new Set(pieces.flatMap((piece) => [...piece])),
      );
      return first.sort((a, b) => a - b).join();
    });
    expect(new Set(samples).size).toBeGreaterThan(10);
  });

  it('leaves choices out of the states at random, and none of them out of the loss', () => {
    const long = [Int32Array.from({ length: 100 }, (_, n) => n), rowsOf(1, 2)].map(evenly);
    const { remembered, weights } = sideBatch(long, { ...all, historyDropout: 0.3 }, seededRandom(3));
    const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
    expect(sum(weights)).toBe(102);
    expect(sum(remembered)).toBeGreaterThan(55);
    expect(sum(remembered)).toBeLessThan(85);
    expect(remembered.every((value, n) => value <= weights[n])).toBe(true);
    expect(sum(sideBatch(long, { ...all, historyDropout: 1 }, seededRandom(3)).remembered)).toBe(0);
  });
});

/** All batches of an epoch. */
function batchesOf(sequences: readonly SideSequence[], random: Random): SideSequence[][] {
  const flat = sequencesFrom(sequences.map(({ rows }) => rows));
  const weights = Float32Array.from(sequences.flatMap((own) => [...own.weights]));
  const batches = sideBatches({ ...flat, weights }, random);
  return Array.from({ length: batches.length }, (_, n) => batches.at(n));
}

describe('sideBatches', () => {
  // Rows are unique over all sequences, so that every piece says where it is from.
  let next = 0;
  const lengths = [1, 2, 5, 111, 112, 113, 114, 224, 300, ...Array.from({ length: 200 }, (_, n) => 2 + (n % 7))];
  const sequences = lengths.map((length) => evenly(Int32Array.from({ length }, () => next++)));

  it('has all choices of all sequences once, in pieces of their own order', () => {
    const found = batchesOf(sequences, seededRandom(1)).flat();
    for (const { rows } of found) {
      expect(rows.length).toBeGreaterThan(1);
      expect(rows.length).toBeLessThanOrEqual(MAX_PIECE);
      expect([...rows]).toEqual(Array.from(rows, (_, n) => rows[0] + n));
    }
    const all = found.flatMap(({ rows }) => [...rows]);
    const once = new Set(all);
    expect(once.size).toBe(all.length);
    // Only a first or last choice may be cut off alone: a piece of one choice does not involve states.
    for (const { rows } of sequences) {
      const missing = [...rows].filter((row) => !once.has(row));
      const ends = rows.length === 1 || rows.length > MAX_PIECE ? [rows[0], rows[rows.length - 1]] : [];
      expect(missing.filter((row) => !ends.includes(row))).toEqual([]);
    }
  });

  it('keeps the weight of each choice', () => {
    const weighed = sequences.map(({ rows }) => ({ rows, weights: Float32Array.from(rows, (row) => 1 / (1 + row)) }));
    const found = batchesOf(weighed, seededRandom(1)).flat();
    for (const { rows, weights } of found) expect(weights).toEqual(Float32Array.from(rows, (row) => 1 / (1 + row)));
    const longest = found.filter(({ rows }) => rows.length === MAX_PIECE);
    const batch = sideBatch(longest, { known: rowsOf(1), negatives: 1, historyDropout: 0 }, seededRandom(1));
    for (const [place, weight] of batch.weights.entries()) {
      expect(weight).toBeCloseTo(1 / (1 + batch.rows[batch.chosen[place]]), 6);
    }
  });

  it('cuts long sequences at other places in each epoch', () => {
    const long = evenly(Int32Array.from({ length: 300 }, (_, row) => row));
    const random = seededRandom(1);
    const starts = Array.from({ length: 50 }, () => batchesOf([long], random).flat()).flatMap((pieces) =>
      pieces.map(({ rows }) => rows[0]),
    );
    expect(new Set(starts).size).toBeGreaterThan(50);
    const short = evenly(long.rows.subarray(0, MAX_PIECE));
    for (let epoch = 0; epoch < 50; epoch++) expect(batchesOf([short], random)).toEqual([[short]]);
  });

  it('have similar lengths and a bounded size, and change from epoch to epoch', () => {
    const batches = batchesOf(sequences, seededRandom(1));
    for (const batch of batches) {
      const longest = Math.max(...batch.map(({ rows }) => rows.length));
      expect(batch.length).toBeLessThanOrEqual(128);
      expect(batch.length === 1 || batch.length * longest <= 1792).toBe(true);
    }
    const firsts = (seed: number): string =>
      JSON.stringify(batchesOf(sequences, seededRandom(seed)).map((batch) => batch.map(({ rows }) => rows[0])));
    expect(firsts(1)).toBe(firsts(1));
    expect(firsts(1)).not.toBe(firsts(2));
  });

  it('are empty if nobody chose twice', () => {
    expect(batchesOf([rowsOf(1), rowsOf()].map(evenly), seededRandom(1))).toEqual([]);
  });
});
