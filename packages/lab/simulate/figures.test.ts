import { describe, expect, it } from 'vitest';
import type { ShopBlock } from './block';
import { coverage, figuresOf, gini, jackknifeError, leavingOut, topDecile } from './figures';
import type { VisitRecord } from './visit';

const RECORD: VisitRecord = {
  hr10: 0.1,
  ndcg10: 0.05,
  mrr: 0.04,
  steady: null,
  clicks: 0.2,
  start: 3,
  adaptation: null,
  gradual: null,
  returned: null,
  fitBefore: null,
  fitAfter: null,
  novelty: 9,
  popularityBias: 0.1,
  diversity: 0.5,
  newWants: 0,
  newHits: 0,
  experts: null,
};
const block = (records: Partial<VisitRecord>[], listed = [1, 0, 0]): ShopBlock => ({
  name: 'shop',
  records: records.map((record) => ({ ...RECORD, ...record })),
  listed,
  chosen: [0, 0, 0],
  fit: {},
  experts: { count: [], sum: [], squares: [] },
  updateMs: [],
});

describe('figures of a shop', () => {
  it('are means over the shoppers to whom they apply, with 1.96 standard errors to both sides', () => {
    const { clicks, adaptation, gradual } = figuresOf([
      block([{ clicks: 0.1, adaptation: 4 }, { clicks: 0.3 }]),
      block([{ clicks: 0.2, adaptation: 8 }, { clicks: 0.4 }]),
    ]);
    expect(clicks.mean).toBeCloseTo(0.25, 10);
    // The sample's deviation is sqrt(0.05 / 3).
    expect(clicks.high - clicks.mean).toBeCloseTo((1.96 * Math.sqrt(0.05 / 3)) / 2, 10);
    expect(clicks.mean - clicks.low).toBeCloseTo(clicks.high - clicks.mean, 10);
    expect(adaptation.mean).toBe(6);
    expect(gradual.mean).toBeNaN();
  });

  it('are ratios of sums if single shoppers would have none', () => {
    const { newItems, retention } = figuresOf([
      block([
        { newWants: 3, newHits: 1, fitBefore: 0.4, fitAfter: 0.5 },
        { newWants: 1, newHits: 1, fitBefore: 0.8, fitAfter: 0.4 },
        // Never listed before, so nothing could be retained.
        { fitBefore: 0.1, fitAfter: 0.9 },
        {},
      ]),
    ]);
    expect(newItems.mean).toBe(0.5);
    expect(retention.mean).toBeCloseTo(0.75, 10);
  });

  it('have the same errors for a ratio of constant denominators as for a mean', () => {
    const values = [0.2, 0.5, 0.1, 0.7];
    const { hr10, newItems } = figuresOf([
      block(values.map((value) => ({ hr10: value, newWants: 10, newHits: 10 * value }))),
    ]);
    expect(newItems.high).toBeCloseTo(hr10.high, 10);
  });

  it('differ with the error of the difference, which is smaller if the same shoppers are easy for both', () => {
    const ease = [0, 0.2, 0.4, 0.6, 0.8];
    const own = [block(ease.map((value) => ({ hr10: value + 0.1 })))];
    const other = [block(ease.map((value, n) => ({ hr10: value + 0.001 * n })))];
    const change = figuresOf(own, other).hr10;
    expect(change.mean).toBeCloseTo(0.098, 10);
    expect(change.low).toBeGreaterThan(0.09);
    expect(figuresOf(own).hr10.high - figuresOf(own).hr10.mean).toBeGreaterThan(0.2);
    expect(figuresOf(own, own).coverage).toMatchObject({ mean: 0 });
  });

  it('count items over all shoppers, with errors from leaving blocks out', () => {
    const blocks = [block([{}], [2, 0, 0, 1]), block([{}], [1, 0, 1, 0])];
    const found = figuresOf(blocks).coverage;
    expect(found.mean).toBe(3 / 4);
    expect(found.high).toBeGreaterThan(found.mean - 1e-12);
    const { parts } = leavingOut(
      [
        [2, 0, 0, 1],
        [1, 0, 1, 0],
        [1, 0, 0, 0],
      ],
      coverage,
    );
    expect(parts).toEqual([0.5, 0.5, 0.75]);
    expect(jackknifeError(parts)).toBeCloseTo(Math.sqrt((2 / 3) * (2 * (1 / 12) ** 2 + (1 / 6) ** 2)), 10);
    expect(jackknifeError([1])).toBeNaN();
  });
});

describe('concentration', () => {
  it('is 0 if all items are chosen equally, and near 1 if one item has all choices', () => {
    expect(gini([3, 3, 3, 3])).toBe(0);
    expect(gini([0, 0, 0, 12])).toBe(0.75);
    expect(gini([1, 2, 3, 4])).toBeCloseTo(0.25, 10);
  });

  it('is the share of the top tenth', () => {
    expect(topDecile([...Array<number>(10).fill(1), ...Array<number>(10).fill(0)])).toBeCloseTo(0.2, 10);
    expect(topDecile([8, 1, 1])).toBe(0.8);
  });
});
