import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/core/common/random';
import { sideModel, withAdapters } from '../../../../testing/side-models';
import { choiceRanks, rankableChoices } from './choice-ranks';
import { heldOutQuality } from './held-out-quality';

describe('the ranks of choices', () => {
  it('follow the states after all earlier choices, as computed by hand', () => {
    const count = 40;
    const model = sideModel(count, 3, [0.4, 0.9], 7);
    const { width, states, vectors, biases } = model;
    const random = seededRandom(2);
    const sequences = Array.from({ length: 6 }, () =>
      Int32Array.from(new Set(Array.from({ length: 12 }, () => Math.floor(random() * count)))),
    );
    const isCandidate = (row: number): boolean => row % 5 > 0;
    for (const from of [0, 1, 3]) {
      const ranks: number[] = [];
      for (const rows of sequences) {
        for (let place = from; place < rows.length; place++) {
          if (!isCandidate(rows[place])) continue;
          const score = (item: number): number => {
            let sum = biases[item];
            for (const { decay, gain } of states) {
              for (let past = 0; past < place; past++) {
                const left = decay ** (place - 1 - past);
                for (let d = 0; d < width; d++) {
                  sum += left * gain[d] * vectors[rows[past] * width + d] * vectors[item * width + d];
                }
              }
            }
            return sum;
          };
          const others = [...biases.keys()].filter((row) => isCandidate(row) && !rows.slice(0, place).includes(row));
          ranks.push(1 + others.filter((row) => score(row) > score(rows[place]) + 1e-6).length);
        }
      }
      const shoppers = sequences.map((rows) => ({ rows, from }));
      expect(choiceRanks(model, shoppers, isCandidate)).toEqual(ranks);
      expect(rankableChoices(shoppers, isCandidate)).toBe(ranks.length);
    }
  });

  // One state that keeps only the last choice; item 3 is not a candidate.
  const model = {
    width: 1,
    states: [{ decay: 0, gain: Float32Array.of(1) }],
    vectors: Float32Array.of(1, 1, -1, 5),
    biases: Float32Array.of(0, 0.1, 0.5, 9),
  };
  const isKnown = (row: number): boolean => row < 3;

  it('are among the candidates not chosen', () => {
    // After 0 the scores of 1 and 2 are 1.1 and -0.5; after 2, only 1 is left, so it is the first.
    expect(choiceRanks(model, [{ rows: [0, 2, 1], from: 1 }], isKnown)).toEqual([2, 1]);
    expect(choiceRanks(model, [{ rows: [0, 2, 1], from: 2 }], isKnown)).toEqual([1]);
    expect(choiceRanks(model, [{ rows: [0, 3, 1], from: 1 }], isKnown)).toEqual([1]);
  });

  it('are the mean place among equal scores, so that a model of equal vectors is not praised', () => {
    const count = 101;
    const equal = { ...model, vectors: new Float32Array(count).fill(1), biases: new Float32Array(count) };
    expect(choiceRanks(equal, [{ rows: [0, 50], from: 1 }], () => true)).toEqual([50.5]);
    expect(heldOutQuality(equal, [Int32Array.of(0, 50)], () => true).hr10).toBe(0);
  });

  it.each([
    ['the choice', 1],
    ['another item', 2],
  ])('end with an error if a score is not finite: of %s', (_, row) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const broken = { ...model, biases: model.biases.with(row, value) };
      expect(() => choiceRanks(broken, [{ rows: [0, 1], from: 1 }], isKnown)).toThrow(
        expect.objectContaining({ code: 'model/not-finite' }),
      );
    }
  });

  it('are computed only for the requested choices', () => {
    const shoppers = [{ rows: [0, 2, 1], from: 1 }];
    expect(rankableChoices(shoppers, isKnown)).toBe(2);
    expect(choiceRanks(model, shoppers, isKnown, (n) => n === 1)).toEqual([1]);
  });
});

const rowsOf = (...rows: number[]): Int32Array => Int32Array.from(rows);

describe('choiceRanks with adapters', () => {
  const shoppers = [{ rows: rowsOf(3, 8, 15, 21, 39), from: 1 }];
  const ranksAt = (...rates: [number, number]) =>
    choiceRanks(withAdapters(sideModel(40, 11, [0.4, 0.9], 7), rates), shoppers, () => true);

  it('ranks by what they learned from the choices before', () => {
    const [first, ...later] = ranksAt(5, 5);
    const [same, ...others] = ranksAt(0, 0);
    // Before the second choice, there was no context to learn with.
    expect(first).toBe(same);
    expect(later).not.toEqual(others);
  });
});
