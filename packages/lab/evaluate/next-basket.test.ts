import { describe, expect, it } from 'vitest';
import {
  basketNdcg10,
  basketRanks,
  nextBaskets,
  orderCounts,
  tifuKnn,
  topFrequency,
  userPopularity,
} from './next-basket';

const COUNT = 6;
const rowOf = new Map(Array.from({ length: COUNT }, (_, row) => [`i${row}`, row]));
/** Orders of each user, one time each. */
const log = (users: readonly (readonly (readonly number[])[])[]) =>
  users
    .flatMap((orders, user) =>
      orders.flatMap((rows, time) => rows.map((row) => ({ user: `u${user}`, item: `i${row}`, time: 1e6 * time }))),
    )
    .sort((a, b) => a.time - b.time);
const USERS = [
  [
    [0, 1],
    [0, 2],
    [0, 3, 1],
  ],
  [[1], [1, 2], [4]],
  [[5, 0], [3]],
  [[2, 1]],
];
const cases = nextBaskets(log(USERS), rowOf);
const histories = cases.map(({ history }) => history);
const popularity = orderCounts(histories, COUNT);
const scaled = (of: Float32Array) => [...of].map((value) => Math.round(1e4 * value) / 1e4);

describe('next-basket', () => {
  it('splits off the last order of everybody with two, and ranks its items among all', () => {
    expect(cases.map(({ basket }) => [...basket].sort())).toEqual([[0, 1, 3], [4], [3]]);
    expect(histories.map(({ rows }) => rows.length)).toEqual([4, 3, 2]);
    expect([...popularity]).toEqual([3, 3, 2, 0, 0, 1]);
    let ranked = 0;
    const ranks = basketRanks(
      cases,
      [0, 2],
      () => Float32Array.of(6, 5, 4, 3, 2, 1),
      (count) => {
        ranked += count;
      },
    );
    expect(ranks.map((own) => own.toSorted())).toEqual([[1, 2, 4], [4]]);
    expect(ranked).toBe(2);
  });

  it('divides the gains of an order by those of an ideal list of all of its items', () => {
    expect(basketNdcg10([1, 2, 3])).toBe(1);
    expect(basketNdcg10([11])).toBe(0);
    expect(basketNdcg10([2, 40])).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 9);
  });

  it('has a frequency list with popularity behind it', () => {
    const scores = topFrequency(histories, popularity)(0);
    expect(scaled(scores)).toEqual([2, 1, 1, 0, 0, 0]);
    expect(scores[5]).toBeGreaterThan(scores[3]);
  });

  it('has UP-CF: shares of orders, weighed by asymmetric cosine to the tenth power', () => {
    const scores = userPopularity(histories, popularity)(0);
    // Shares: u0 {0: 1, 1: .5, 2: .5}, u1 {1: 1, 2: .5}, u2 {5: 1, 0: 1}.
    const to = (product: number, square: number): number => (product / (1.5 ** 0.75 * square ** 0.25)) ** 10;
    const [one, two] = [to(0.75, 1.25), to(1, 2)];
    expect(scores[0]).toBeCloseTo(1 + two, 5);
    expect(scores[1]).toBeCloseTo(0.5 + one, 5);
    expect(scores[5]).toBeCloseTo(two, 5);
  });

  it('has TIFU-KNN: frequencies with decay within and between groups of orders, averaged with the nearest shoppers', () => {
    const scores = tifuKnn(histories, popularity)(0);
    // Two groups of one order each: .9 .7 for the older one, halved.
    const [older, newer] = [(0.9 * 0.7) / 2, 1 / 2];
    expect(scores[0]).toBeCloseTo(0.7 * (older + newer) + (0.3 * 1) / 2, 5);
    expect(scores[1]).toBeCloseTo(0.7 * older + (0.3 * (older + newer)) / 2, 5);
    expect(scores[5]).toBeCloseTo((0.3 * 1) / 2, 5);
  });
});
