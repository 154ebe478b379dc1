import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { about, COOCCURRENCE, catalog, chose, state, WEIGHTS } from '../../../../testing/rankings';
import { NO_RECORD } from '../../../core/events';
import type { Placement } from '../placement';
import { type RankRequest, rank } from '../rank';
import type { ExpertPart } from '../rank-state';
import { explain } from './explain';
import { loadReasons } from './reason-text';

const sum = (contributions: Record<string, number> | number[]): number =>
  Object.values(contributions).reduce((total, contribution) => total + contribution, 0);
const request = (placement: Placement, more: Partial<RankRequest> = {}): RankRequest => ({
  placement,
  row: null,
  limit: 8,
  exclude: new Set(),
  ...more,
});

describe('explain', () => {
  it('has contributions that add up to the score, and to the terms of the list, for any shopper, placement and rules', () => {
    const index = catalog([{ popularity: 5 }, { popularity: 2 }, {}, { popularity: 9 }], COOCCURRENCE);
    const row = fc.nat(7);
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.constantFrom<Placement>('for-you', 'similar', 'complement', 'trending', 'recent', 'again'),
        fc.option(row),
        fc.constantFrom(0, 0.5, 1),
        fc.array(row, { maxLength: 2 }),
        fc.constantFrom(0, 0.5, 1),
        (rows, placement, inView, rotation, dismissed, preference) => {
          const residualScores = Float32Array.from({ length: 8 }, (_, n) => Math.sin(n));
          const shopper = {
            ...state({ rows, strengths: rows.map((n) => 1 + (n % 3)), dismissed: new Set(dismissed) }),
            residualScores,
            record: { ...NO_RECORD, timesShown: (n: number) => n },
            weights: { ...WEIGHTS, preference },
            expertParts: (n: number): ExpertPart[] => [
              { id: 0, state: 'generalist', contribution: 0.25 * Math.sin(n), choices: [] },
              { id: 4, state: 'frozen', contribution: 0.75 * Math.sin(n), choices: [{ row: n, time: 5 }] },
            ],
          };
          const excludeRecent = rows.length % 2 === 0 ? 0 : 3;
          const rules = {
            rotation,
            excludeRecent,
            boost: [{ filter: { category: 'Fruit' } }],
            bury: [{ filter: { id: 'item-5' } }],
          };
          const asked = request(placement, { ...(inView === null ? {} : about(inView)), rules });
          for (const place of rank(index, shopper, asked)) {
            const explained = explain(index, shopper, asked, place.row);
            expect(explained.score).toBe(place.score);
            expect(Math.abs(sum(explained.contributions) - place.score)).toBeLessThan(1e-4);
            expect(Math.abs(sum(place.contributions) - place.score)).toBeLessThan(1e-4);
            expect(explained.reason).toBe(place.reason);
            const ofExperts = explained.experts.map(({ contribution }) => contribution);
            expect(sum(ofExperts)).toBeCloseTo(explained.contributions.preference ?? 0, 5);
            expect(ofExperts).toEqual(ofExperts.toSorted((a, b) => b - a));
            expect(explained.contributors.map(({ row: other }) => other)).not.toContain(place.row);
            expect(explained.reason).not.toContain(index.items[place.row].title);
          }
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });

  it('attributes to a past item by how much the score falls without it', () => {
    const index = catalog([], COOCCURRENCE);
    const shopper = chose(4, 0, 1);
    const whole = explain(index, shopper, request('for-you'), 7);
    for (const { row, part } of whole.contributors) {
      const without = chose(...[4, 0, 1].filter((past) => past !== row));
      expect(part).toBeCloseTo(whole.score - explain(index, without, request('for-you'), 7).score, 3);
    }
    const {
      recent = 0,
      session = 0,
      nearestHistory = 0,
    } = rank(index, shopper, request('for-you', { rules: { filter: { id: 'item-7' } } }))[0].contributions;
    expect(whole.contributions.text + whole.contributions.image).toBeCloseTo(recent + session + nearestHistory, 4);
    expect(explain(catalog(), shopper, request('for-you'), 7).contributors[0].row).toBe(4);
  });

  it('also explains items that no list would show', async () => {
    await loadReasons('de');
    const shopper = { ...state({ dismissed: new Set([3]) }) };
    const { score, contributions, reason } = explain(catalog(), shopper, request('similar', { row: 0, lang: 'de' }), 3);
    expect(sum(contributions)).toBeCloseTo(score, 5);
    expect(reason).toBe('Ähnlich wie „Item 0“');
  });
});

it('names the past item that contributes most, and calls a pick a pick', () => {
  const index = catalog();
  const rows = [4, 1, 6, 2, 0, 5];
  const shopper = state({ rows, strengths: rows.map((_, n) => 1 + (n % 3)) });
  const weights = { ...WEIGHTS, category: 0 };
  for (const { row, source, reason } of rank(index, { ...shopper, weights }, request('for-you'))) {
    if (source !== 'personal') continue;
    const [first] = explain(index, { ...shopper, weights }, request('for-you'), row).contributors;
    expect(reason).toBe(`Because you looked at “${index.items[first.row].title}”`);
    const record = { ...NO_RECORD, picked: new Set([first.row]) };
    expect(explain(index, { ...shopper, weights, record }, request('for-you'), row).reason).toBe(
      `Because you picked “${index.items[first.row].title}”`,
    );
  }
});
