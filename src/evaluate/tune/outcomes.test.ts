import { describe, expect, it } from 'vitest';
import { beats, changesOf, gainOf, losesNothing, partOf, type ShopperRanks } from './outcomes';

/** A shopper whose choices stood at rank 10 without learning. */
const ranked = (...learned: number[]): ShopperRanks => ({ alone: learned.map(() => 10), learned });

describe('what learning did to shoppers', () => {
  it('is the mean ln rank, the share made worse, and the mean probability of it', () => {
    // Means of ln(rank / 10): -ln 2, and 0.25 ln 2 with a standard error of 0.25 ln 2.
    const { lnRank, worse, risk } = partOf([ranked(5, 5, 5, 5), ranked(20, 10, 10, 10)], [ranked(10), ranked(10)]);
    expect(lnRank.defaults).toBeCloseTo(Math.log(10) - (3 / 8) * Math.log(2), 10);
    expect(worse).toEqual({ defaults: 0.5, tuned: 0 });
    // The first for certain not; of the second 84.13 %, one standard error. Without a change it may be either.
    expect(risk.defaults).toBeCloseTo(0.84134 / 2, 5);
    expect(risk.tuned).toBe(0.5);
  });

  it('counts shoppers and choices, and pairs the changes by shopper', () => {
    const [before, after] = [
      [ranked(20, 20), ranked(8, 12)],
      [ranked(10, 10), ranked(4, 6)],
    ];
    const { shoppers, choices, change } = partOf(before, after);
    expect([shoppers, choices]).toEqual([2, 4]);
    expect(change.lnRank.mean).toBeCloseTo(-Math.log(2), 10);
    expect(change.lnRank.se).toBeCloseTo(0, 10);
    expect(change.worse).toEqual({ mean: -0.5, se: 0.5 });
    expect(changesOf(before, after)).toEqual(change);
  });
});

describe('settings that beat others', () => {
  const better = { mean: -0.03, se: 0.014 };
  const same = { mean: 0, se: 0.008 };
  const changes = { lnRank: same, worse: same, risk: same };

  it('lower the risk or the ln rank by two standard errors', () => {
    expect(beats({ ...changes, risk: better })).toBe(true);
    expect(beats({ ...changes, lnRank: better })).toBe(true);
    expect(beats({ ...changes, risk: { mean: -0.03, se: 0.016 } })).toBe(false);
    // A share of few shoppers is too coarse for it.
    expect(beats({ ...changes, worse: better })).toBe(false);
    expect(beats(changes)).toBe(false);
  });

  it.each(['lnRank', 'worse', 'risk'] as const)('lose nothing, neither of %s', (measure) => {
    const lost = { lnRank: better, risk: better, worse: better, [measure]: { mean: 0.001, se: 0.01 } };
    expect(losesNothing(lost)).toBe(false);
    // A rise of the ln rank that is nothing is no loss; one that may be two places in a hundred is.
    expect(beats(lost)).toBe(false);
    if (measure === 'lnRank') expect(beats({ ...lost, lnRank: { mean: 0.001, se: 0.009 } })).toBe(true);
  });

  it('gain in standard errors', () => {
    expect(gainOf({ lnRank: { mean: -0.02, se: 0.01 }, worse: same, risk: { mean: 0.01, se: 0.01 } })).toBeCloseTo(0.5);
    expect(gainOf({ lnRank: { mean: 0, se: 0 }, worse: same, risk: { mean: 0, se: 0 } })).toBe(0);
  });
});
