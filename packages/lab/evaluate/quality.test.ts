import { describe, expect, it } from 'vitest';
import { estimate } from '../../../src/core/common/estimate';
import { meanQuality, methodResult, type Quality, qualityOf } from './quality';

describe('qualityOf', () => {
  it('averages over events as the formulas say', () => {
    const { events, hr10, ndcg10, mrr, lnRank, ranks } = qualityOf([1, 3, 20]);
    expect(events).toBe(3);
    expect(hr10).toBeCloseTo(2 / 3);
    expect(ndcg10).toBeCloseTo((1 + 0.5) / 3);
    expect(mrr).toBeCloseTo((1 + 1 / 3 + 1 / 20) / 3);
    expect(lnRank).toBeCloseTo((Math.log(3) + Math.log(20)) / 3);
    expect(ranks).toEqual([1, 3, 20]);
  });

  it('counts a choice of several items once', () => {
    const { events, hr10, ndcg10, mrr, lnRank, ranks } = qualityOf([2, [1, 16]]);
    expect([events, hr10]).toEqual([2, 0.75]);
    expect(ndcg10).toBeCloseTo((1 / Math.log2(3) + 0.5) / 2);
    expect(mrr).toBeCloseTo((0.5 + (1 + 1 / 16) / 2) / 2);
    expect(lnRank).toBeCloseTo((Math.log(2) + Math.log(16) / 2) / 2);
    expect(ranks).toEqual([2, expect.closeTo(4)]);
  });
});

it('a mean over units leaves out those in which nothing was ranked', () => {
  const [none, one] = [[], [1]].map(qualityOf);
  const ndcg10 = ({ ndcg10: own }: Quality): number => own;
  expect(meanQuality([one, none, { ...one, ndcg10: 0.5 }], ndcg10)).toBeCloseTo(0.75);
  expect(meanQuality([none], ndcg10)).toBeNaN();
});

describe('methodResult', () => {
  it('compares shopper by shopper', () => {
    const quality = (lnRank: number) => ({ events: 1, hr10: 0, ndcg10: lnRank / 10, mrr: 0, lnRank });
    const result = methodResult('better', [1, 2, 3].map(quality), [2, 3, 2].map(quality));
    expect(result.lnRankChange).toBeCloseTo(-1 / 3);
    expect(result.worse).toBeCloseTo(1 / 3);
    expect(result.se).toBeCloseTo(estimate([-1, -1, 1]).se);
    expect(result.ndcg10Change).toBeCloseTo(-1 / 30);
    expect(result.ndcg10Se).toBeCloseTo(estimate([-0.1, -0.1, 0.1]).se);
  });

  it('tells units that are worse from those that are worse beyond their own error', () => {
    // Worse in all of ten choices; in one of ten; better; worse in its only choice.
    const units = [Array(10).fill(4), [...Array(9).fill(2), 9], Array(10).fill(1), [9]].map(qualityOf);
    const reference = [Array(10).fill(2), Array(10).fill(2), Array(10).fill(2), [2]].map(qualityOf);
    const { worse, worseBeyondError } = methodResult('other', units, reference);
    expect([worse, worseBeyondError]).toEqual([0.75, 0.25]);
    expect(methodResult('same', reference, reference).worseBeyondError).toBe(0);
    // It is unknown if the single choices are missing or differ.
    const means = units.map(({ ranks: _, ...quality }) => quality);
    expect(methodResult('means', means, reference)).not.toHaveProperty('worseBeyondError');
    expect(methodResult('others', units, units.toReversed())).not.toHaveProperty('worseBeyondError');
  });

  it('knows the standard error of a mean', () => {
    expect(estimate([1, 3])).toEqual({ mean: 2, se: 1 });
    expect(estimate([5])).toEqual({ mean: 5, se: 0 });
  });
});
