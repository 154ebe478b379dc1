import { describe, expect, it } from 'vitest';
import { catalogIndex, type TermSources, termValues } from '../ranking';
import { TermValueCache } from './term-values';

const items = ['a', 'b', 'c'].map((id) => ({
  id,
  title: id,
  description: '',
  category: id === 'a' ? 'Fruit' : 'Tools',
  availability: 'in-stock' as const,
  attributes: {},
}));
const table = { count: 3, dim: 2, taps: { text: 1, image: 1 }, values: new Int8Array(12), scales: new Float32Array(6) };
const index = catalogIndex(items, table, { text: { tap: 0, weight: 0.5 }, image: { tap: 0, weight: 0.5 } });
const sources = (): TermSources => ({
  history: { rows: [0], strengths: [1], dismissed: new Set() },
  residualScores: null,
});

describe('TermValueCache', () => {
  it('computes the terms once for each state', () => {
    const known = new TermValueCache(termValues);
    const state = sources();
    const first = known.values(index, state);
    expect(known.values(index, { ...state })).toBe(first);
    state.history.rows.push(1);
    state.history.strengths.push(1);
    const second = known.values(index, state);
    expect(second).not.toBe(first);
    expect(second.category).not.toEqual(first.category);
    expect(known.values(index, { ...state, residualScores: new Float32Array(3) })).not.toBe(second);
    const disliking = (...rows: number[]): TermSources => ({
      ...state,
      history: Object.assign(state.history, { dismissed: new Set(rows) }),
    });
    const third = known.values(index, disliking(2));
    expect(known.values(index, disliking(2))).toBe(third);
    for (const rows of [[1], [2, 1], []]) expect(known.values(index, disliking(...rows))).not.toBe(third);
  });
});
