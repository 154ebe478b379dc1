import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../testing/side-models';
import { threeGroups as catalog, GROUP } from '../../../testing/three-groups';
import { pickRows } from '../../core/catalog';
import type { EventType, LoggedEvent } from '../../core/events';
import { catalogIndex, rank, scores } from '../ranking';
import { Learner, type LearnerCatalog } from './learner';
import { PROFILE_SCHEMA } from './limits';
import { encodeProfile, readProfile } from './profile';

function event(id: number, row: number, type: EventType = 'click'): LoggedEvent {
  return { id, type, itemId: `item-${row}`, time: 1_700_000_000_000 + id };
}

/** Clicks on `count` items of one group, starting with id `from`. */
function clicks(count: number, group = 1, from = 1): LoggedEvent[] {
  return Array.from({ length: count }, (_, n) => event(from + n, ((from + n) % GROUP) * 3 + group));
}

function learned(events: LoggedEvent[], shop = catalog()): Learner {
  const learner = new Learner(shop);
  for (const one of events) learner.observe(one);
  return learner;
}

const topOf = (learner: Learner, shop: LearnerCatalog): number[] =>
  rank(shop.index, learner.stateAt(), { placement: 'for-you', row: null, limit: 10, exclude: new Set() }).map(
    ({ row }) => row,
  );

describe('Learner', () => {
  it('is the same after an undone dismissal, also across a reload', async () => {
    const shop = catalog();
    const plain = learned(clicks(2), shop);
    const taken = new Learner(shop);
    for (const one of [...clicks(2), event(3, 5, 'dismiss')]) taken.observe(one);
    const apart = (learner: Learner) => {
      const expected = plain.stateAt().residualScores ?? new Float32Array();
      return Math.max(
        ...(learner.stateAt().residualScores ?? []).map((residualScores, row) =>
          Math.abs(residualScores - expected[row]),
        ),
      );
    };
    expect(apart(taken)).toBeGreaterThan(1e-3);
    const reloaded = new Learner(shop);
    reloaded.restore(taken.save());
    for (const learner of [taken, reloaded]) {
      // The second one has nothing left to revert.
      for (const id of [9, 10]) {
        learner.observe(event(id, 5, 'undismiss'));
        expect(learner.history.dismissed.size).toBe(0);
        expect(apart(learner)).toBeLessThan(1e-5);
      }
    }
  });

  it('uses features that arrive after its first choices, and learns those choices from them', () => {
    const shop = catalog();
    const [before, without] = [learned(clicks(3), shop), learned(clicks(3))];
    const blocks = (learner: Learner) => Object.entries(learner.save().experts.members[0].expert.blocks);
    expect(blocks(before)).toEqual(blocks(without));
    // Each group has its own size.
    const values = Float32Array.from(shop.index.items, (_, row) => (row % 3 === 1 ? 1 : -1));
    shop.index = { ...shop.index, numbers: [{ name: 'size', values, mean: 0, deviation: 1 }] };
    before.featuresChanged();
    before.observe(event(9, 100));
    const added = blocks(before).filter(([name]) => !blocks(without).some(([other]) => other === name));
    expect(added.map(([name]) => name)).toEqual(['size 17']);
    expect(added[0][1].readout.some((value) => value !== 0)).toBe(true);
  });

  it('moves the list towards the chosen items', async () => {
    const shop = catalog();
    const learner = learned(clicks(8), shop);
    expect(topOf(learner, shop).every((row) => row % 3 === 1)).toBe(true);
    expect(learner.weightsAt().category).toBeGreaterThan(0.5);
  });

  it('ends a window after 40 choices', () => {
    const learner = learned(clicks(43));
    expect(learner.status.windows).toBe(1);
  });

  it('is the same after save and restore, and learns events the profile missed', async () => {
    const shop = catalog();
    const events = clicks(9);
    const first = learned(events, shop);
    const profile = structuredClone(first.save());

    const second = new Learner(shop);
    second.restore(profile);
    expect(second.weightsAt()).toEqual(first.weightsAt());
    expect(topOf(second, shop)).toEqual(topOf(first, shop));

    const third = new Learner(shop);
    third.restore(profile);
    for (const later of [event(10, 0), event(11, 3)]) third.observe(later);
    expect(third.status.events).toBe(11);
    expect(third.weightsAt()).not.toEqual(first.weightsAt());
  });

  it('continues from a file without a difference, with candidates, kept experts and a dismissal', async () => {
    const shop = catalog();
    const events = [...clicks(30), event(31, 5, 'dismiss'), ...clicks(20, 2, 32), ...clicks(5, 0, 52)];
    const more = [event(57, 5, 'undismiss'), ...clicks(12, 1, 60), ...clicks(6, 0, 80)];
    const first = learned(events, shop);
    const second = new Learner(shop);
    second.restore(await readProfile({ schema: PROFILE_SCHEMA, bytes: await encodeProfile(first.save()) }));
    expect(second.status).toEqual(first.status);
    for (const one of more) for (const learner of [first, second]) learner.observe(one);
    expect(second.save()).toEqual(first.save());
    expect(second.stateAt().residualScores).toEqual(first.stateAt().residualScores);
    expect(topOf(second, shop)).toEqual(topOf(first, shop));
    const { experts } = second.status;
    expect(experts.filter(({ state }) => state === 'candidate')).not.toHaveLength(0);
    for (const row of [0, 50, 100]) {
      const parts = second.contributionsOf(row);
      expect(parts.map(({ id }) => id)).toEqual(experts.map(({ id }) => id));
      const sum = parts.reduce((total, { contribution }) => total + contribution, 0);
      expect(sum).toBeCloseTo(second.terms.preference[row] * second.weightsAt().preference, 4);
    }
  });

  it('passes over items the catalogue does not have', async () => {
    const learner = new Learner(catalog(6));
    learner.observe(event(1, 100));
    expect(learner.status.events).toBe(0);
    expect(learner.save().lastEvent).toBe(1);
  });

  it('scores the items of a grown catalogue', async () => {
    const learner = learned(clicks(6));
    const grown = catalog(3 * GROUP + 3);
    learner.setCatalog(grown);
    expect(learner.terms.preference).toHaveLength(grown.table.count);
    expect(topOf(learner, grown)).toHaveLength(10);
  });

  it('stays finite and within bounds over any ten thousand events', async () => {
    const shop = catalog();
    const learner = new Learner(shop);
    const sizes: number[] = [];
    for (let id = 1; id <= 10_000; id++) {
      // Includes a thousand of a single item, and repeated dismissals.
      const row = id > 4000 && id <= 5000 ? 7 : (id * 7) % 120;
      learner.observe(event(id, row, id % 50 === 0 ? 'dismiss' : 'click'));
      if (id % 2500 === 0) sizes.push(JSON.stringify(learner.save().history).length);
    }
    expect(sizes[3]).toBeLessThan(1.05 * sizes[1]);
    expect(Object.values(learner.weightsAt()).every(Number.isFinite)).toBe(true);
    expect(learner.stateAt().residualScores?.every(Number.isFinite)).toBe(true);
    expect(topOf(learner, shop)).toHaveLength(10);
  });
});

it('learns picks as one answer: none of them lowers what resembles the others', () => {
  /** Mean preference for each of the three groups of products after a product of the first and one of the second. */
  const preferences = (placement: string): number[] => {
    const learner = new Learner(catalog());
    for (const [at, row] of [0, 1].entries()) learner.observe({ ...event(at + 1, row), placement });
    const { preference } = learner.terms;
    return [0, 1, 2].map((group) => {
      const own = preference.filter((_, row) => row % 3 === group);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    });
  };
  const [first, second, other] = preferences('pick');
  expect(Math.min(first, second)).toBeGreaterThan(other);
  const [afterClick] = preferences('for-you');
  expect(first).toBeGreaterThan(afterClick);
});

it('learns the same whatever the order of the rows is: pages load products in any order', () => {
  const { index, table, blend } = catalog();
  const order = [...index.items.keys()].sort((a, b) => ((a * 71) % 120) - ((b * 71) % 120));
  const items = order.map((row) => index.items[row]);
  const moved = pickRows(table, order);
  const options = { places: Float32Array.from(order), shopCount: items.length };
  const learners = [
    new Learner({ index, table, blend }),
    new Learner({ index: catalogIndex(items, moved, blend, options), table: moved, blend }),
  ];
  for (const learner of learners) {
    for (let n = 0; n < 30; n++) {
      const itemId = `item-${(n < 15 ? 3 * n : 3 * n + 1) % 120}`;
      learner.observe({ id: n + 1, type: 'click', itemId, time: 1000 * n });
    }
  }
  const [own, other] = learners.map((learner) => scores(learner.terms, learner.weightsAt()));
  for (const [row, at] of order.entries()) expect(other[row]).toBeCloseTo(own[at], 3);
});

describe('start weights that a shop fitted', () => {
  const PAUSE = 31 * 60 * 1000;
  const weights = { popularity: 0.5, preference: 0.8 };
  const withSide = (startWeights: LearnerCatalog['startWeights']): LearnerCatalog => {
    const shop = catalog();
    return { ...shop, index: { ...shop.index, side: sideModel(shop.index.items.length, 4) }, startWeights };
  };
  const opening = { popularity: 0.9, preference: 0.2 };

  it('differ for the first choice of a visit, which follows a pause or an order of several lines', () => {
    const learner = new Learner(withSide({ weights, opening }));
    const shownAt = (now?: number) => {
      const { popularity, preference } = learner.weightsAt(now);
      return [popularity, preference];
    };
    const last = event(1, 4);
    learner.observe(last);
    const within = shownAt();
    expect(within[1]).toBe(1);
    expect(shownAt(last.time + 1000)).toEqual(within);
    // The choices of a visit do not change them.
    expect(shownAt(last.time + PAUSE)).toEqual([0.9, expect.closeTo(0.25, 6)]);
    expect(learner.stateAt(last.time + PAUSE).weights).toEqual(learner.weightsAt(last.time + PAUSE));
    for (const id of [2, 3]) learner.observe({ ...event(id, 4 + id, 'purchase'), time: last.time + 2000 });
    // The next line of the order, and the next choice.
    expect(shownAt(last.time + 2000)[1]).toBe(1);
    expect(shownAt(last.time + 3000)[1]).toBeCloseTo(0.25, 6);
  });

  it.each(['cart', 'pick'])('stay those within a visit after products of one time: %s', (kind) => {
    const learner = new Learner(withSide({ weights, opening }));
    const { time } = event(1, 4);
    for (const id of [1, 2]) {
      const one = { ...event(id, 4 + id, kind === 'cart' ? 'cart' : 'click'), time };
      learner.observe(kind === 'pick' ? { ...one, placement: 'pick' } : one);
    }
    expect(learner.weightsAt(time + 1000).preference).toBe(1);
  });

  it('are those within a visit if the shop has no others', () => {
    const learner = learned(clicks(6), withSide({ weights }));
    const { popularity } = learner.weightsAt();
    expect(popularity).not.toBe(0.5);
    expect(learner.weightsAt(event(6, 4).time + PAUSE).popularity).toBe(popularity);
  });

  it('differ in lists that may repeat what was bought, where the shop fitted them', () => {
    const repeats = { popularity: 0.7, preference: 0, frequency: 1 };
    const learner = learned(clicks(6), withSide({ weights, opening, repeats }));
    const later = event(6, 4).time + PAUSE;
    for (const now of [undefined, later])
      expect(learner.stateAt(now, true).weights).toMatchObject({ popularity: 0.7, preference: 0 });
    const without = learned(clicks(6), withSide({ weights, opening }));
    for (const now of [undefined, later]) expect(without.weightsAt(now, true)).toEqual(without.weightsAt(now));
  });

  it('turn the experts off by the weight 0', () => {
    const learner = learned(clicks(6), withSide({ weights: { ...weights, preference: 0 }, opening }));
    expect(learner.status.experts).toEqual([]);
    expect(learner.stateAt().residualScores).toBeNull();
    expect(learner.weightsAt(Number.MAX_SAFE_INTEGER).preference).toBe(0);
    expect(learned(clicks(6), withSide({ weights })).stateAt().residualScores).not.toBeNull();
  });

  it('allow one expert only, or several', () => {
    const [several, one] = [undefined, 0].map((newborn) => learned(clicks(12), withSide({ weights, newborn })).status);
    expect(several.experts.length).toBeGreaterThan(1);
    expect(one.experts).toHaveLength(1);
  });
});
