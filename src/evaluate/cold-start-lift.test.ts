import { describe, expect, it } from 'vitest';
import { rankOf } from '../ranking';
import { chooseLift, LIFTS, type LiftedChoice, liftedRanks } from './cold-start-lift';

/** As many choices, of items that are chosen once. @param ranks under each lift */
const choices = (count: number, isNew: boolean, ranks: (lift: number, n: number) => number): LiftedChoice[] =>
  Array.from({ length: count }, (_, n) => ({ isNew, chosen: 1, ranks: LIFTS.map((lift) => ranks(lift, n)) }));

describe('chooseLift', () => {
  const everyTenth = choices(100, false, (_, n) => (n % 2 === 0 ? 10 : 50));

  it('takes the least lift under which new items are found 60 % as well as old ones chosen as often', () => {
    // Half of the old items are in the first ten; so are 3 of 10 new ones from a lift of 0.45 on.
    const fresh = choices(200, true, (lift, n) => (lift >= 0.45 && n % 10 < 3 ? 8 : 40));
    expect(chooseLift([...everyTenth, ...fresh])).toEqual({ lift: 0.45, choices: 200, newOverOld: 0.6, cost: 0 });
    const found = choices(200, true, (_, n) => (n % 10 < 3 ? 8 : 40));
    expect(chooseLift([...everyTenth, ...found])?.lift).toBe(0);
  });

  it('goes no further than to 3 % of the NDCG of old items', () => {
    const fresh = choices(200, true, () => 40);
    // From 0.3 on every fiftieth old item falls out of the first ten, from 0.6 on every tenth.
    const old = choices(500, false, (lift, n) => {
      const lost = lift >= 0.6 ? n % 10 === 0 : lift >= 0.3 && n % 50 === 0;
      return lost ? 11 : 10;
    });
    const found = chooseLift([...old, ...fresh]);
    expect(found).toMatchObject({ lift: 0.45, newOverOld: 0 });
    expect(found?.cost).toBeCloseTo(1 / 50, 6);
    expect(chooseLift([...choices(100, false, () => 11), ...fresh])?.lift).toBe(0);
  });

  it('says nothing of fewer than 100 choices of new items', () => {
    expect(chooseLift([...everyTenth, ...choices(99, true, () => 8)])).toBeNull();
  });
});

it('ranks a choice under each lift as the list does', () => {
  const score = Float32Array.of(0.5, 0.21, 0.5, 0.11, 0.9, 0.21);
  const isNew = Float32Array.of(0, 1, 0, 1, 0, 0);
  const candidates = [0, 1, 2, 3, 5];
  for (const row of candidates) {
    const expected = LIFTS.map((lift) => {
      const lifted = Float32Array.from(score, (value, at) => value + lift * isNew[at]);
      return rankOf(lifted, row, [4]);
    });
    expect(liftedRanks(score, isNew, row, candidates), `row ${row}`).toEqual(expected);
  }
});
