import { describe, expect, it } from 'vitest';
import type { SideModel } from '../../../../src/core/catalog';
import { sideModel, withAdapters } from '../../../../testing/side-models';
import { choiceRanks } from './choice-ranks';
import { heldOutQuality, judgedAdapters, rankChange } from './held-out-quality';

// One state that keeps only the last choice; of two models, the second one turns the order of items 1 and 2 after a choice of 0.
const before = {
  width: 1,
  states: [{ decay: 0, gain: Float32Array.of(1) }],
  vectors: Float32Array.of(1, 1, -1, 5),
  biases: Float32Array.of(0, 0, 0, 9),
};
const now = { ...before, vectors: Float32Array.of(1, -1, 1, 5) };
const isKnown = (row: number): boolean => row < 3;

it('is the mean over shoppers of the change of their ln ranks, with its error', () => {
  const [first, second] = [Int32Array.of(0, 2), Int32Array.of(0, 1)];
  expect(rankChange(before, now, [first], isKnown)).toEqual({ mean: expect.closeTo(-Math.LN2), se: 0 });
  const both = rankChange(before, now, [first, second], isKnown);
  expect(both).toEqual({ mean: expect.closeTo(0), se: expect.closeTo(Math.LN2) });
  // One more choice of a shopper counts no more than one of another.
  const three = rankChange(before, now, [Int32Array.of(0, 2, 1), second], isKnown);
  expect(three?.mean).toBeCloseTo((-Math.LN2 / 2 + Math.LN2) / 2);
  expect(rankChange(before, before, [first, second], isKnown)).toEqual({ mean: 0, se: 0 });
});

it('is unknown if no choice can be ranked', () => {
  expect(rankChange(before, now, [], isKnown)).toBeNull();
  expect(rankChange(before, now, [Int32Array.of(0, 3), Int32Array.of(1)], isKnown)).toBeNull();
});

const rowsOf = (...rows: number[]): Int32Array => Int32Array.from(rows);

describe('judgedAdapters', () => {
  const model = withAdapters(sideModel(40, 11, [0.4, 0.9], 7), [0.5, 0.25]);
  const judge = (lnRankOf: (rates: number[]) => number, choices = 9) => {
    const lines: string[] = [];
    const quality = ({ adapters }: SideModel) => ({
      lnRank: lnRankOf([...(adapters?.rates ?? [])]),
      hr10: 0,
      choices,
    });
    const { adapters } = judgedAdapters(model, quality, (line) => lines.push(line));
    return { rates: [...(adapters?.rates ?? [])], lines };
  };

  it('keeps the adapters that help, and stops those without which the held-out choices rank better', () => {
    const without = (rates: number[]): number => 5 - 0.1 * rates[0] + 0.1 * rates[1];
    expect(judge(without)).toEqual({ rates: [0.5, 0], lines: ['Adapters that learn on the device: text'] });
    expect(judge(() => 5).rates).toEqual([0.5, 0.25]);
    const none = judge((rates) => 5 + rates[0] + rates[1]);
    expect(none.rates).toEqual([0, 0]);
    expect(none.lines[0]).toContain('No adapter learns on the device');
  });

  it('keeps all of them if nobody was held out', () => {
    expect(judge((rates) => rates[0], 0)).toEqual({ rates: [0.5, 0.25], lines: [] });
    expect(
      judgedAdapters(
        sideModel(3),
        () => ({ lnRank: 0, hr10: 0, choices: 1 }),
        () => {},
      ).adapters,
    ).toBeUndefined();
  });
});

describe('heldOutQuality', () => {
  it('is the mean log rank and the share of the first ten of the choices after the first', () => {
    const model = sideModel(40, 3, [0.4, 0.9], 7);
    const isCandidate = (row: number): boolean => row % 5 > 0;
    const sequences = [rowsOf(3, 8, 15, 21, 39), rowsOf(7, 1, 2), rowsOf(4, 36)];
    const shoppers = sequences.map((rows) => ({ rows, from: 1 }));
    const ranks = choiceRanks(model, shoppers, isCandidate);
    expect(ranks).toHaveLength(6);
    const quality = heldOutQuality(model, sequences, isCandidate);
    expect(quality.choices).toBe(ranks.length);
    expect(quality.lnRank).toBeCloseTo(ranks.reduce((sum, rank) => sum + Math.log(rank), 0) / ranks.length, 9);
    expect(quality.hr10).toBeCloseTo(ranks.filter((rank) => rank <= 10).length / ranks.length, 9);
  });

  it('is absent if no choice is ranked', () => {
    expect(heldOutQuality(sideModel(3), [rowsOf(1), rowsOf()], () => true)).toEqual({ lnRank: 0, hr10: 0, choices: 0 });
  });
});
