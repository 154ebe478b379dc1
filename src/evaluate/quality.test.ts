import { describe, expect, it } from 'vitest';
import { estimate, meanQuality, methodResult, type Quality, QualityMeter } from './quality';

describe('QualityMeter', () => {
  it('averages over events as the formulas say', () => {
    const meter = new QualityMeter();
    for (const rank of [1, 3, 20]) meter.add(rank);
    const { events, hr10, ndcg10, mrr, lnRank } = meter.quality;
    expect(events).toBe(3);
    expect(hr10).toBeCloseTo(2 / 3);
    expect(ndcg10).toBeCloseTo((1 + 0.5) / 3);
    expect(mrr).toBeCloseTo((1 + 1 / 3 + 1 / 20) / 3);
    expect(lnRank).toBeCloseTo((Math.log(3) + Math.log(20)) / 3);
  });
});

it('a mean over units leaves out those in which nothing was ranked', () => {
  const meter = new QualityMeter();
  const none = meter.quality;
  meter.add(1);
  const ndcg10 = ({ ndcg10: own }: Quality): number => own;
  expect(meanQuality([meter.quality, none, { ...meter.quality, ndcg10: 0.5 }], ndcg10)).toBeCloseTo(0.75);
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

  it('knows the standard error of a mean', () => {
    expect(estimate([1, 3])).toEqual({ mean: 2, se: 1 });
    expect(estimate([5])).toEqual({ mean: 5, se: 0 });
  });
});
