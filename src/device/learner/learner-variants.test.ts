import { describe, expect, it } from 'vitest';
import { threeGroups } from '../../../testing/three-groups';
import { withVariants } from '../../../testing/variants';
import type { EventType, LoggedEvent } from '../../core/events';
import { catalogIndex, rank } from '../ranking';
import { productVariants } from '../ranking/variants';
import { Learner, type LearnerCatalog } from './learner';

const EACH = 5;
const COUNT = 150;
function variantShop(change?: Parameters<typeof withVariants>[3]): LearnerCatalog {
  const { index, table, blend } = threeGroups(COUNT);
  const made = withVariants(index.items, table, EACH, change);
  return {
    blend,
    table: made.table,
    index: catalogIndex(made.items, made.table, blend, { variants: productVariants(made.items) }),
  };
}

const event = (id: number, itemId: string, type: EventType = 'click'): LoggedEvent => ({
  id,
  type,
  itemId,
  time: 1_700_000_000_000 + 60_000 * id,
});

/** Every other choice comes with a second one of another variant, and some products come back much later. */
const CHOICES = Array.from({ length: 24 }, (_, n) => (n % 8 === 7 ? n - 7 : 3 * n + 1));

describe('a learner of a catalogue with variants', () => {
  it('learns the same as with one item per product, whichever variants are chosen', () => {
    const plain = new Learner(threeGroups(COUNT));
    const shop = variantShop();
    const learner = new Learner(shop);
    let id = 0;
    for (const [n, row] of CHOICES.entries()) {
      const type = n % 6 === 5 ? 'dismiss' : 'click';
      plain.observe(event(++id, `item-${row}`, type));
      // The first variant, so that its place in the catalogue is the same.
      learner.observe(event(id, `item-${row}.0`, type));
      id++;
      plain.observe(event(id, `item-${row}`, 'impression'));
      learner.observe(event(id, `item-${row}.${(n % (EACH - 1)) + 1}`, type));
    }
    expect(learner.history.total).toBe(plain.history.total);
    expect(learner.history.rows).toEqual(plain.history.rows.map((row) => row * EACH));
    const dismissed = new Set([...learner.history.dismissed].map((row) => Math.floor(row / EACH)));
    expect(dismissed).toEqual(plain.history.dismissed);
    const { status } = learner;
    const known = plain.weightsAt();
    for (const [name, weight] of Object.entries(learner.weightsAt())) {
      expect([name, weight]).toEqual([name, expect.closeTo(known[name as keyof typeof known], 3)]);
    }
    expect(status.experts.map(({ state, choices }) => [state, choices])).toEqual(
      plain.status.experts.map(({ state, choices }) => [state, choices]),
    );
    const scores = learner.stateAt().residualScores ?? new Float32Array();
    for (const [row, value] of (plain.stateAt().residualScores ?? new Float32Array()).entries())
      expect(scores[row * EACH]).toBeCloseTo(value, 3);
    const request = { placement: 'for-you', row: null, limit: 12, exclude: new Set<number>() } as const;
    const listed = rank(shop.index, learner.stateAt(), request).map(({ row }) => Math.floor(row / EACH));
    expect(listed).toEqual(rank(threeGroups(COUNT).index, plain.stateAt(), request).map(({ row }) => row));
  });

  it('treats consecutive variants as one choice, and a product as chosen for every variant', () => {
    const learner = new Learner(variantShop());
    for (const [n, id] of ['item-4.1', 'item-4.3', 'item-8.0', 'item-4.2'].entries()) learner.observe(event(n + 1, id));
    expect(learner.history.rows).toEqual([4 * EACH + 1, 8 * EACH, 4 * EACH + 1]);
    expect(learner.status.experts[0].choices).toBe(2);
    learner.observe(event(9, 'item-4.0', 'purchase'));
    expect(learner.history.strengths).toEqual([1, 1, 3]);
    // The purchase is of the variant.
    expect([...learner.history.record.owned]).toEqual([4 * EACH]);
  });

  it('undoes the dismissal of a product by any variant', () => {
    const [learner, plain] = [new Learner(variantShop()), new Learner(variantShop())];
    for (const one of [learner, plain]) for (const n of [1, 2]) one.observe(event(n, `item-${n}.0`));
    learner.observe(event(3, 'item-7.2', 'dismiss'));
    learner.observe(event(4, 'item-7.3', 'dismiss'));
    expect([...learner.history.dismissed]).toEqual([7 * EACH + 2, 7 * EACH + 3]);
    learner.observe(event(5, 'item-7.4', 'undismiss'));
    expect(learner.history.dismissed.size).toBe(0);
    for (const [row, value] of (plain.stateAt().residualScores ?? []).entries())
      expect(learner.stateAt().residualScores?.[row]).toBeCloseTo(value, 5);
    learner.observe(event(6, 'item-7.2', 'dismiss'));
    learner.observe(event(7, 'item-7.0'));
    expect(learner.history.dismissed.size).toBe(0);
  });

  it('is the same across a reload, also of a profile from before the catalogue had groups', () => {
    const alone = variantShop(() => ({ group: undefined }));
    const before = new Learner(alone);
    for (const [n, id] of ['item-4.1', 'item-4.3', 'item-8.0'].entries()) before.observe(event(n + 1, id));
    expect(before.history.rows).toHaveLength(3);
    const learner = new Learner(variantShop());
    learner.restore(before.save());
    expect(new Set(learner.history.rows)).toEqual(new Set([4 * EACH + 1, 8 * EACH]));
    const next = new Learner(variantShop());
    next.restore(learner.save());
    expect(next.history.rows).toEqual(learner.history.rows);
  });

  it('learns a preference for a variant: it shows the one most like the chosen items', () => {
    const red = (_: object, variant: number) => ({ price: variant === 3 ? 90 : 10, category: 'Shirts' });
    const shop = variantShop(red);
    const learner = new Learner(shop);
    for (const [n, product] of [3, 9, 15, 21].entries()) learner.observe(event(n + 1, `item-${product}.3`));
    const request = { placement: 'for-you', row: null, limit: 8, exclude: new Set<number>() } as const;
    const listed = rank(shop.index, learner.stateAt(), request).map(({ row }) => row % EACH);
    expect(listed).toEqual(Array.from({ length: 8 }, () => 3));
  });
});
