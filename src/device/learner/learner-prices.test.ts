import { beforeEach, describe, expect, it } from 'vitest';
import { threeGroups } from '../../../testing/three-groups';
import type { Item } from '../../core/catalog';
import type { LoggedEvent } from '../../core/events';
import { catalogIndex, patchedIndex } from '../ranking';
import { Learner, type LearnerCatalog } from './learner';

const CHEAP = 5;
const DEAR = 80;
let shop: LearnerCatalog;
let learner: Learner;

/** Clicks on the cheap items of one group. */
const CLICKS: LoggedEvent[] = [0, 6, 12, 18].map((row, n) => ({
  id: n + 1,
  type: 'click',
  itemId: `item-${row}`,
  time: 1_700_000_000_000 + n,
}));

function reprice(prices: Record<number, number | undefined>): void {
  const items = Object.entries(prices).map(([row, price]): [number, Item] => {
    const { price: _, ...item } = shop.index.items[Number(row)];
    return [Number(row), price === undefined ? item : { ...item, price }];
  });
  shop.index = patchedIndex(shop.index, new Map(items));
}

const priced = (row: number): number => (row % 2 ? DEAR : CHEAP) + row / 100;
const expertsOf = (of: Learner): number[] => [...(of.stateAt().residualScores ?? [])];

beforeEach(() => {
  const { index, table, blend } = threeGroups();
  const items = index.items.map((item, row) => ({ ...item, price: priced(row) }));
  shop = { table, blend, index: catalogIndex(items, table, blend) };
  learner = new Learner(shop);
  for (const event of CLICKS) learner.observe(event);
});

describe('a learner, when prices change', () => {
  it("uses the live price in the terms and in its experts' features", () => {
    const far = learner.terms.numericAffinity[21];
    const before = expertsOf(learner);
    reprice({ 21: priced(6) });
    expect(learner.terms.numericAffinity[21]).toBe(learner.terms.numericAffinity[6]);
    expect(learner.terms.numericAffinity[21]).toBeGreaterThan(far + 0.5);
    expect(learner.terms.preference).toBe(learner.stateAt().residualScores);
    const after = expertsOf(learner);
    // It is as cheap as the chosen items, so the experts score it higher; nothing else changes.
    expect(after[21]).toBeGreaterThan(before[21] + 1e-3);
    for (const [row, score] of after.entries()) if (row !== 21) expect(score).toBe(before[row]);
  });

  it('uses it in the terms even without experts', () => {
    const plain = new Learner(shop, { experts: false });
    for (const event of CLICKS) plain.observe(event);
    const far = plain.terms.numericAffinity[21];
    reprice({ 21: priced(6) });
    expect(plain.terms.numericAffinity[21]).toBeGreaterThan(far + 0.5);
  });

  it('keeps the meaning of the learned state, however many prices change', () => {
    const before = expertsOf(learner);
    const all = Object.fromEntries(before.map((_, row) => [row, priced(row) / 2]));
    reprice(all);
    const halved = expertsOf(learner);
    expect(halved).not.toEqual(before);
    reprice(Object.fromEntries(before.map((_, row) => [row, priced(row)])));
    expect(expertsOf(learner)).toEqual(before);
    // A page that opens with those prices gets the same read-outs.
    reprice(all);
    const reopened = new Learner(shop);
    reopened.restore(learner.save());
    for (const [row, score] of expertsOf(reopened).entries()) expect(score).toBeCloseTo(halved[row], 5);
    // So does a page whose features are computed again for another reason.
    learner.featuresChanged();
    for (const [row, score] of expertsOf(learner).entries()) expect(score).toBeCloseTo(halved[row], 5);
  });

  it('continues to learn, and handles an item without a price', () => {
    reprice({ 21: undefined, 3: 1e30 });
    expect(shop.index.numbers.find(({ name }) => name === 'price')?.values[21]).toBeNaN();
    learner.observe({ id: 9, type: 'click', itemId: 'item-21', time: 1_700_000_000_100 });
    expect(expertsOf(learner).every(Number.isFinite)).toBe(true);
    expect(learner.status.rejected).toBe(0);
  });

  it('shares the parts of the index if no price changed', () => {
    const before = shop.index;
    const { items } = before;
    shop.index = patchedIndex(before, new Map([[2, { ...items[2], availability: 'out-of-stock' }]]));
    expect(shop.index.numbers).toBe(before.numbers);
    expect(shop.index.content).toBe(before.content);
    expect(before.items[2].availability).toBe('in-stock');
    expect(patchedIndex(before, new Map())).toBe(before);
  });
});
