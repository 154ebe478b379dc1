import { describe, expect, test } from 'vitest';
import { type LadderBatch, ladderBatch, type TrainRequest } from './ladder-batch';

const request = (history: number[], count: number, more: Partial<TrainRequest> = {}): TrainRequest => ({
  history: Int32Array.from(history),
  eventWeights: new Float32Array(history.length).fill(1),
  popularity: new Float32Array(count),
  steps: 1,
  seed: 1,
  ...more,
});

const made = (given: TrainRequest, count: number): LadderBatch => {
  const batch = ladderBatch(given, count);
  if (!batch) throw new Error('nothing to learn');
  return batch;
};

/** Entries of a target's row by catalogue row, zeros left out. */
const byRow = (
  batch: LadderBatch,
  field: 'preference' | 'keep' | 'offset' | 'label',
  target: number,
): Map<number, number> => {
  const width = batch.rows.length;
  const values = [...batch[field].slice(target * width, (target + 1) * width)];
  return new Map(values.flatMap((value, column) => (value === 0 ? [] : [[batch.rows[column], value] as const])));
};

const recency = (age: number): number => Math.fround(0.5 ** (age / 20));

describe('batch of the experts', () => {
  test('the preference is the choices before, by recency and strength', () => {
    const batch = made(request([5, 6, 5, 7], 9, { eventWeights: Float32Array.from([1, 2, 4, 1]) }), 9);
    expect(batch.targets).toBe(3);
    expect(byRow(batch, 'preference', 0)).toEqual(new Map([[5, 1]]));
    expect(byRow(batch, 'preference', 1)).toEqual(
      new Map([
        [5, recency(1)],
        [6, 2],
      ]),
    );
    const third = byRow(batch, 'preference', 2);
    expect(third.get(5)).toBeCloseTo(recency(2) + 4, 5);
    expect(third.get(6)).toBeCloseTo(2 * recency(1), 5);
  });

  test('a row counts its own target and the items never chosen', () => {
    const batch = made(request([5, 6, 7], 9), 9);
    const negatives = [0, 1, 2, 3, 4, 8];
    expect([...byRow(batch, 'keep', 0).keys()].sort()).toEqual([...negatives, 6].sort());
    expect([...byRow(batch, 'keep', 1).keys()].sort()).toEqual([...negatives, 7].sort());
  });

  test('targets weigh by their strength', () => {
    const batch = made(request([5, 6, 7], 9, { eventWeights: Float32Array.from([9, 1, 3]) }), 9);
    expect([...batch.share]).toEqual([0.25, 0.75]);
    expect(byRow(batch, 'label', 0)).toEqual(new Map([[6, 0.25]]));
    expect(byRow(batch, 'label', 1)).toEqual(new Map([[7, 0.75]]));
  });

  test('logits carry log popularity, negatives also what they stand for', () => {
    const count = 1002;
    const popularity = Float32Array.from({ length: count }, (_, row) => row);
    const batch = made(request([1000, 1001], count, { popularity }), count);
    const offset = byRow(batch, 'offset', 0);
    expect(batch.rows.length).toBe(66);
    for (const row of batch.rows.slice(2)) {
      expect(offset.get(row) ?? 0).toBeCloseTo(Math.log1p(row) + Math.log(1000 / 64), 4);
    }
    expect(offset.get(1001)).toBeCloseTo(Math.log1p(1001), 4);
    expect(offset.get(1000)).toBe(-1e4);
  });

  test.each([80, 2000])('negatives of %i items are distinct, never chosen ones, and follow the seed', (count) => {
    const history = Array.from({ length: 10 }, (_, i) => i * 3);
    const draw = (seed: number): number[] => [...made(request(history, count, { seed }), count).rows.slice(10)];
    const drawn = draw(4);
    expect(drawn).toHaveLength(64);
    expect(new Set(drawn).size).toBe(64);
    for (const row of drawn) expect(history).not.toContain(row);
    expect(draw(4)).toEqual(drawn);
    expect(draw(5)).not.toEqual(drawn);
  });

  test('a long history is cut to the last choices, but older ones are still no negatives', () => {
    const history = Array.from({ length: 300 }, (_, i) => i);
    const batch = made(request(history, 330), 330);
    expect(batch.targets).toBe(24);
    expect([...batch.rows.slice(0, 96)]).toEqual(history.slice(-96));
    expect([...batch.rows.slice(96)].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => 300 + i));
  });

  test('with one choice, or nothing left to compare with, there is nothing to learn', () => {
    expect(ladderBatch(request([1], 5), 5)).toBe(null);
    expect(ladderBatch(request([], 5), 5)).toBe(null);
    expect(ladderBatch(request([0, 1, 2], 3), 3)).toBe(null);
  });

  test.each([
    ['a row outside of the catalogue', request([0, 5], 5), 'history'],
    ['a negative row', request([0, -1], 5), 'history'],
    ['weights of another length', request([0, 1], 5, { eventWeights: new Float32Array(1) }), 'eventWeights'],
    ['a weight of 0', request([0, 1], 5, { eventWeights: new Float32Array(2) }), 'eventWeights'],
    ['a weight that is no number', request([0, 1], 5, { eventWeights: Float32Array.of(1, NaN) }), 'eventWeights'],
    ['popularity of another length', request([0, 1], 5, { popularity: new Float32Array(4) }), 'popularity'],
    ['negative popularity', request([0, 1], 5, { popularity: new Float32Array(5).fill(-1) }), 'popularity'],
    ['no steps', request([0, 1], 5, { steps: 0 }), 'steps'],
  ])('%s is refused', (_, given, field) => {
    expect(() => ladderBatch(given, 5)).toThrowError(
      expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(field) }),
    );
  });
});
