import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../model';
import { categoryIndex } from '../../ranking/terms/category-preference';
import { sideModel } from '../../testing/side-models';
import { PreferenceDistance } from './drift-distance';

const COUNT = 60;
const WIDTH = 4;

/** Unit rows of three groups; the last row is an item without features. */
function groups(): Float32Array {
  const random = seededRandom(3);
  const values = new Float32Array(COUNT * WIDTH);
  for (let row = 0; row < COUNT - 1; row++) {
    const vector = Array.from({ length: WIDTH }, (_, d) => (d === row % 3 ? 1 : 0) + 0.3 * (random() - 0.5));
    const length = Math.hypot(...vector);
    values.set(
      vector.map((x) => x / length),
      row * WIDTH,
    );
  }
  return values;
}

const values = groups();
const content = { count: COUNT, width: WIDTH, values };
const none = categoryIndex(new Array(COUNT).fill(''));
const index = { content, categories: none, popularity: new Float32Array(COUNT) };
const ones = (rows: number[]): number[] => rows.map(() => 1);

describe('PreferenceDistance', () => {
  const even = new PreferenceDistance(index);
  const history = [0, 3, 6, 9];

  it('is the cosine to the recency-weighted mean, in deviations from a choice by popularity, computed by hand', () => {
    const popularity = Float32Array.from({ length: COUNT }, (_, row) => row % 5);
    const distance = new PreferenceDistance({ ...index, popularity }).of(12, [0, 4], [1, 3], 2);
    const at = (row: number): number[] => [...values.slice(row * WIDTH, (row + 1) * WIDTH)];
    const profile = at(0).map((x, d) => x * 2 ** -0.5 + 3 * at(4)[d]);
    const dot = (row: number): number => at(row).reduce((sum, x, d) => sum + x * profile[d], 0);
    const shares = [...popularity].map((chosen) => 1 + chosen);
    const total = shares.reduce((sum, share) => sum + share, 0);
    const mean = shares.reduce((sum, share, row) => sum + (share / total) * dot(row), 0);
    const variance = shares.reduce((sum, share, row) => sum + (share / total) * (dot(row) - mean) ** 2, 0);
    expect(distance).toBeCloseTo((mean - dot(12)) / Math.sqrt(variance), 6);
  });

  it('is below zero for more of the same and above for something else', () => {
    expect(even.of(12, history, ones(history))).toBeLessThan(-0.8);
    expect(even.of(13, history, ones(history))).toBeGreaterThan(0.3);
  });

  it('weighs newer and stronger choices more', () => {
    const mixed = [0, 3, 1, 4];
    const group = (row: number, strengths: number[], halfLife?: number): number =>
      even.of(row, mixed, strengths, halfLife) ?? Number.NaN;
    expect(group(7, ones(mixed), 1)).toBeLessThan(group(7, ones(mixed), 100));
    expect(group(6, [3, 3, 1, 1], 100)).toBeLessThan(group(6, ones(mixed), 100));
  });

  it('is null without history or features, and for an item chosen before', () => {
    expect(even.of(5, [], [])).toBeNull();
    expect(even.of(3, history, ones(history))).toBeNull();
    expect(even.of(5, [COUNT - 1], [1])).toBeNull();
  });

  it('is the mean over content and categories, as far as they have data', () => {
    const categories = categoryIndex(Array.from({ length: COUNT }, (_, row) => (row < 30 ? 'Old' : 'New')));
    const of = (distance: PreferenceDistance): number => distance.of(33, [0, 3, 6], [1, 1, 1]) ?? Number.NaN;
    const silent = { ...content, values: new Float32Array(values.length) };
    const parts = [of(even), of(new PreferenceDistance({ ...index, content: silent, categories }))];
    // The same group, but none of the category.
    expect(parts[0]).toBeLessThan(-0.5);
    expect(parts[1]).toBeGreaterThan(0.5);
    expect(of(new PreferenceDistance({ ...index, categories }))).toBeCloseTo((parts[0] + parts[1]) / 2, 6);
  });

  it('is the mean over content and the vectors of the side model, whatever their length', () => {
    // Halves of the catalogue, which the content does not know.
    const vectors = Float32Array.from({ length: 2 * COUNT }, (_, at) => {
      const row = Math.floor(at / 2);
      return at % 2 === (row < 30 ? 0 : 1) ? 1 + (row % 4) : 0.1 * Math.sin(row);
    });
    const model = sideModel(COUNT, 2);
    const side = { ...model, vectors };
    const of = (distance: PreferenceDistance, row = 33): number => distance.of(row, [0, 3, 6], [1, 1, 1]) ?? Number.NaN;
    const unit = vectors.map((value, at) => value / Math.hypot(vectors[at - (at % 2)], vectors[at - (at % 2) + 1]));
    const alone = new PreferenceDistance({ ...index, content: { count: COUNT, width: 2, values: unit } });
    // The same group of the content, but the other half.
    expect(of(even)).toBeLessThan(-0.5);
    expect(of(alone)).toBeGreaterThan(0.5);
    expect(of(new PreferenceDistance({ ...index, side }))).toBeCloseTo((of(even) + of(alone)) / 2, 6);
    // States and biases say nothing of a single item, and vectors of zeros have nothing to compare.
    const other = { ...side, states: model.states.slice(1), biases: new Float32Array(COUNT) };
    expect(of(new PreferenceDistance({ ...index, side: other }))).toBe(of(new PreferenceDistance({ ...index, side })));
    const empty = { ...side, vectors: new Float32Array(2 * COUNT) };
    expect(of(new PreferenceDistance({ ...index, side: empty }))).toBeCloseTo(of(even), 6);
    expect(of(new PreferenceDistance({ ...index, side: null }))).toBe(of(even));
  });

  it('has a sample stand for a large catalogue', () => {
    const many = new Float32Array(5000 * WIDTH);
    for (let row = 0; row < 5000; row++) {
      const from = (row % (COUNT - 1)) * WIDTH;
      many.set(values.subarray(from, from + WIDTH), row * WIDTH);
    }
    const distance = new PreferenceDistance({
      content: { count: 5000, width: WIDTH, values: many },
      categories: none,
      popularity: new Float32Array(5000),
    });
    const expected = even.of(12, history, ones(history)) ?? Number.NaN;
    expect(distance.of(12, history, ones(history)) ?? Number.NaN).toBeCloseTo(expected, 0);
  });
});
