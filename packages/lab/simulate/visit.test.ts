import { describe, expect, it } from 'vitest';
import { smallWorld } from '../../../testing/simulation';
import { type SimulatedShopper, simulatedShopper, type TasteChange } from './shopper';
import { CONFIGURATIONS, type Configuration, type SimulatedShop, simulatedShop } from './shops';
import { type VisitRecord, visitShop } from './visit';

const { world, market, before, after } = smallWorld();
const stock = { before, after };
const shopper = (kind: TasteChange, n = 0): SimulatedShopper => simulatedShopper(world, kind, [1, n]);
const visit = (name: Configuration, one: SimulatedShopper) => visitShop(simulatedShop(name, stock), one, market);

/** Shows the wanted items, but follows a change of taste late; an earlier taste is known at once if it was kept. */
function lateShop(delay: number, keeps: boolean): SimulatedShop {
  return {
    name: 'late',
    learns: false,
    start(one) {
      let step = 0;
      let score = new Float32Array(0);
      return {
        list(chosen) {
          const at = step++;
          const part = Math.floor(at / 20) * 20;
          const late = at - part < (part === 40 && keeps ? 0 : delay) ? Math.max(0, part - 1) : at;
          score = Float32Array.from(one.wishes(late) ?? []);
          return [...score.keys()]
            .filter((row) => !chosen.has(row) && (at >= 30 || row < 108))
            .sort((a, b) => score[b] - score[a])
            .slice(0, 10);
        },
        scores: () => score,
        observe() {},
        grow() {},
        experts: () => null,
      };
    },
  };
}

describe('a visit', () => {
  it('counts the choices until a new taste is listed, and until an old one is again', () => {
    const found: VisitRecord[][] = [];
    for (let n = 0; n < 8; n++) {
      const one = { ...shopper('returning', n), click: () => null };
      const [quick, slow, kept] = [lateShop(2, false), lateShop(9, false), lateShop(9, true)].map((shop) =>
        visitShop(shop, one, market),
      );
      found.push([quick, slow, kept].map(({ record }) => record));
    }
    const mean = (shop: number, name: 'adaptation' | 'returned' | 'fitAfter'): number =>
      found.reduce((sum, records) => sum + (records[shop][name] ?? Number.NaN), 0) / found.length;
    expect(mean(0, 'adaptation')).toBeLessThanOrEqual(3);
    expect(mean(1, 'adaptation')).toBeGreaterThan(mean(0, 'adaptation') + 4);
    expect(mean(2, 'returned')).toBeLessThan(mean(1, 'returned') - 4);
    expect(mean(2, 'fitAfter')).toBeGreaterThan(mean(1, 'fitAfter') + 0.1);
  });

  it('reports nothing about changes that a shopper does not have', () => {
    const { record } = visit('random', shopper('steady'));
    expect(record).toMatchObject({ adaptation: null, gradual: null, returned: null, fitBefore: null, fitAfter: null });
    expect(visit('random', shopper('gradual')).record).toMatchObject({ adaptation: null, returned: null });
  });

  it('lists only items that have appeared and were not chosen, by the same scores as the ranks', () => {
    for (const name of CONFIGURATIONS) {
      const one = shopper('abrupt', 5);
      const shop = simulatedShop(name, stock);
      let checked = 0;
      const checking: SimulatedShop = {
        ...shop,
        start(of) {
          const run = shop.start(of);
          return {
            ...run,
            list(chosen) {
              const list = run.list(chosen);
              const scores = run.scores();
              const best = [...scores.keys()]
                .filter((row) => !chosen.has(row))
                .sort((a, b) => scores[b] - scores[a] || a - b);
              expect(list).toEqual(best.slice(0, 10));
              expect(scores).toHaveLength(checked++ < one.arrival ? 108 : 120);
              return list;
            },
          };
        },
      };
      visitShop(checking, one, market);
      expect(checked).toBe(60);
    }
  });

  it('finds the wanted items better the more a shop knows', () => {
    const means: Partial<Record<Configuration, number>> = {};
    for (const name of ['random', 'sidestream', 'oracle'] as const) {
      let sum = 0;
      for (let n = 0; n < 6; n++) sum += visit(name, shopper('steady', n)).record.mrr ?? Number.NaN;
      means[name] = sum / 6;
    }
    const { random = 0, sidestream = 0, oracle = 0 } = means;
    expect(sidestream).toBeGreaterThan(1.2 * random);
    expect(oracle).toBeGreaterThan(sidestream);
  });

  it("counts the learner's experts, and learns each choice", () => {
    const one = shopper('returning', 1);
    const found = visit('sidestream', one);
    expect(found.choices).toHaveLength(60);
    expect(new Set(found.choices).size).toBe(60);
    expect(found.record.experts).toBeGreaterThanOrEqual(1);
    for (const name of ['terms', 'content'] as const) expect(visit(name, one).record.experts).toBeNull();
  });

  it('gives the same result again', () => {
    const strip = () => {
      const { updateMs: _, ...rest } = visit('sidestream', shopper('abrupt', 2));
      return rest;
    };
    expect(strip()).toEqual(strip());
  });
});
