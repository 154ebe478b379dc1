import { describe, expect, it } from 'vitest';
import { smallWorld } from '../../../testing/simulation';
import { loggedShopper, type SimulatedShopper, simulatedShopper, TASTE_CHANGES, type TasteChange } from './shopper';
import { favoritesAmong, makeTaste, newItemsLast, perplexity } from './world';

const { world } = smallWorld();
const SHOPPERS = 24;
const shopper = (kind: TasteChange, n: number): SimulatedShopper => simulatedShopper(world, kind, [1, n]);

/** Mean share of the choices of some steps that are among the favorites of a step's taste, by its wishes. */
function share(kind: TasteChange, [from, to]: [number, number], wishesAt: number): number {
  let [hits, all] = [0, 0];
  for (let n = 0; n < SHOPPERS; n++) {
    const one = shopper(kind, n);
    const wishes = one.wishes(wishesAt) ?? new Float64Array(0);
    const most = new Set([...wishes.keys()].sort((a, b) => wishes[b] - wishes[a]).slice(0, 30));
    for (const row of one.wants.slice(from, to)) {
      hits += Number(most.has(row));
      all++;
    }
  }
  return hits / all;
}

describe('a simulated shopper', () => {
  it('chooses from the new taste after an abrupt change, and no longer from the old one', () => {
    expect(share('abrupt', [0, 20], 0)).toBeGreaterThan(share('abrupt', [20, 60], 0) + 0.2);
    expect(share('abrupt', [20, 60], 59)).toBeGreaterThan(share('abrupt', [0, 20], 59) + 0.2);
  });

  it('changes gradually if the shift is slow', () => {
    const [early, middle, late] = [
      [0, 20],
      [20, 40],
      [40, 60],
    ].map((steps) => share('gradual', steps as [number, number], 59));
    expect(middle).toBeGreaterThan(early);
    expect(late).toBeGreaterThan(middle);
  });

  it('comes back to the first taste if it returns, and keeps it if it is steady', () => {
    const [first, second, third] = [0, 20, 40].map((step) => shopper('returning', 3).wishes(step));
    expect(second).not.toEqual(first);
    expect(third).toEqual(first);
    const steady = shopper('steady', 3);
    expect(steady.wishes(59)).toEqual(steady.wishes(0));
    expect([steady.shift, steady.back]).toEqual([null, null]);
    expect([shopper('returning', 3).shift, shopper('returning', 3).back]).toEqual([20, 40]);
  });

  it('never looks for an item before it appears, nor for one twice', () => {
    const later: number[] = [];
    for (const kind of TASTE_CHANGES) {
      for (let n = 0; n < SHOPPERS; n++) {
        const { wants, arrival } = shopper(kind, n);
        expect(wants.slice(0, arrival).every((row) => row < world.known)).toBe(true);
        expect(new Set(wants).size).toBe(wants.length);
        later.push(...wants.slice(arrival).filter((row) => row >= world.known));
      }
    }
    expect(later.length).toBeGreaterThan(0);
  });

  it('is the same for the same seed and number, and differs for others', () => {
    expect(shopper('abrupt', 2).wants).toEqual(shopper('abrupt', 2).wants);
    expect(shopper('abrupt', 2).wants).not.toEqual(shopper('abrupt', 3).wants);
    expect(simulatedShopper(smallWorld(2).world, 'abrupt', [1, 2]).wants).not.toEqual(shopper('abrupt', 2).wants);
  });

  it('looks for another item if the wanted one was already chosen', () => {
    const one = shopper('steady', 1);
    const chosen = new Set(one.wants.slice(0, 40));
    const found = one.instead(12, chosen);
    expect(found).not.toBeNull();
    expect(chosen.has(found ?? -1)).toBe(false);
    expect(one.instead(12, chosen)).toBe(found);
  });
});

it('makes tastes as wide as a choice between three times the square root of the items', () => {
  const taste = makeTaste(world, 9);
  const { weights, best, favorites, usual } = taste;
  expect(perplexity(weights)).toBeCloseTo(3 * Math.sqrt(120), 1);
  expect(favorites).toBe(10);
  const left = favoritesAmong(taste, (row) => row !== best[0]);
  expect([...left]).toEqual(best.slice(1, 11));
  expect([...weights].filter((weight) => weight >= usual)).toHaveLength(10);
});

it('puts a share of the items last, in an order that the seed decides', () => {
  const { order, known } = newItemsLast(50, 0.1, 3);
  expect(known).toBe(45);
  expect(order.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()]);
  expect(order.slice(0, known)).toEqual(order.slice(0, known).toSorted((a, b) => a - b));
  expect(newItemsLast(50, 0.1, 4).order).not.toEqual(order);
});

describe('a shopper of a log', () => {
  const stream = { id: 'a', rows: [5, 3, 5, 9], times: [1, 2, 3, 4] };

  it('makes the choices of the log, and clicks one if a list has it at a viewed place', () => {
    const one = loggedShopper(stream, 1, 0);
    expect(one.wants).toEqual(stream.rows);
    expect(one.click([3, 8], 1)).toBe(3);
    expect(one.click([8, 9], 1)).toBeNull();
    expect(one.fit([8, 3], 1, new Set())).toBe(1);
    expect(one.instead(2, new Set([5]))).toBeNull();
    const clicks = Array.from({ length: 400 }, (_, n) => loggedShopper(stream, 1, n).click([0, 1, 2, 3], 1));
    const seen = clicks.filter((row) => row !== null).length;
    expect(seen).toBeGreaterThan(60);
    expect(seen).toBeLessThan(140);
  });

  it('counts for changes of taste only if two streams were spliced', () => {
    const spliced = loggedShopper({ ...stream, shifts: [1, 3] }, 1, 0);
    expect([spliced.kind, spliced.ranked, spliced.shift, spliced.back]).toEqual(['spliced', false, 1, 3]);
    expect(loggedShopper(stream, 1, 0, 2)).toMatchObject({ kind: 'logged', ranked: true, wants: [5, 3] });
  });
});
