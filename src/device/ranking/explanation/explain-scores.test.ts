import { describe, expect, it } from 'vitest';
import { catalog, WEIGHTS } from '../../../../testing/rankings';
import { type RankRequest, rank } from '../rank';
import type { RankState } from '../rank-state';
import { TERMS, type TermName } from '../terms/terms';
import { influences, inspectRow } from './explain';

const index = catalog([{ popularity: 5 }, {}, {}, { popularity: 3 }]);
const request: RankRequest = { placement: 'for-you', row: null, limit: 5, exclude: new Set() };
const residualScores = Float32Array.from({ length: 8 }, (_, row) => (row === 6 ? 12 : 0.25));
/** Two experts, which add up to the residual scores. */
const expertScores = [
  { id: 0, scores: residualScores.map((value) => value * 0.96875) },
  { id: 4, scores: residualScores.map((value) => value * 0.03125) },
];
const weights = { ...WEIGHTS, preference: 1 };
const state: RankState = {
  history: { rows: [0, 5, 1], strengths: [1, 1, 2], dismissed: new Set() },
  weights,
  residualScores,
  expertParts: (row) => [
    { id: 0, state: 'generalist', contribution: expertScores[0].scores[row], choices: [] },
    { id: 4, state: 'frozen', contribution: expertScores[1].scores[row], choices: [] },
  ],
};
const placeIn = (given: RankState, row: number): number | null => {
  const list = rank(index, given, { ...request, limit: 8 }).map((one) => one.row);
  return list.includes(row) ? list.indexOf(row) + 1 : null;
};

describe('inspectRow', () => {
  it('has parts that add up to the score, one for each expert', () => {
    for (const row of [2, 3, 7]) {
      const { parts, score, place, of } = inspectRow(index, state, request, row);
      expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 4);
      expect(parts.filter(({ name }) => name === 'preference').map(({ expert }) => expert?.id)).toEqual([0, 4]);
      expect(place).toBe(placeIn(state, row));
      // Without the three that were chosen lately.
      expect(of).toBe(5);
    }
  });

  it("reports the item's place without each term, expert and past choice", () => {
    const { parts, place: own } = inspectRow(index, state, request, 6);
    const moved = [2, 3, 4, 6, 7].flatMap((row) => {
      const found = inspectRow(index, state, request, row);
      const terms = found.parts.filter(({ name, expert }) => !expert && TERMS.some((term) => term === name));
      for (const { name, place } of terms) {
        expect(place).toBe(placeIn({ ...state, weights: { ...weights, [name as TermName]: 0 } }, row));
      }
      return terms.filter(({ place }) => place !== found.place);
    });
    // Some terms determine the place: without them it differs.
    expect(moved.length).toBeGreaterThan(0);
    const alone = placeIn({ ...state, residualScores: expertScores[1].scores }, 6);
    expect(parts.find(({ expert }) => expert?.id === 0)?.place).toBe(alone);
    // It has its place because of that expert.
    expect(own).toBe(1);
    expect(alone).toBeGreaterThan(1);
    const { items } = inspectRow(index, state, request, 3);
    expect(items.map(({ row }) => row)).toContain(1);
    const without = { ...state, history: { ...state.history, rows: [0, 5], strengths: [1, 1] } };
    expect(items.find(({ row }) => row === 1)?.place).toBe(placeIn(without, 3));
  });

  it('has no place for an item that the list may not contain', () => {
    expect(inspectRow(index, state, request, 0).place).toBeNull();
  });

  it('explains the list of a shopper without a profile', () => {
    const nothing: RankState = {
      history: { rows: [], strengths: [], dismissed: new Set() },
      weights,
      residualScores: null,
    };
    const { parts, score, items } = inspectRow(index, nothing, request, 0);
    expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 5);
    expect(items).toEqual([]);
  });
});

describe('influences', () => {
  it("are shares of the past choices' contributions to the list, the largest first", () => {
    const parts = influences(index, state, request);
    expect(parts.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 5);
    expect(parts.map(({ part }) => part)).toEqual(parts.map(({ part }) => part).toSorted((a, b) => b - a));
    expect(parts.map(({ row }) => row).toSorted()).toEqual([0, 1, 5]);
  });

  it('are empty before the first choice', () => {
    const history = { rows: [], strengths: [], dismissed: new Set<number>() };
    expect(influences(index, { ...state, history }, request)).toEqual([]);
  });
});
