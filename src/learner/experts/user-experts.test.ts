import { describe, expect, it } from 'vitest';
import { type FeatureTable, type Item, quantizeRow } from '../../catalog';
import { seededRandom } from '../../model';
import { catalogIndex } from '../../ranking';
import { type FeatureBlocks, featureBlocks } from './feature-blocks';
import { type PreferenceChoice, PreferenceExperts } from './user-experts';

const COUNT = 60;
const DIM = 4;
const NOTHING = { rows: [], strengths: [] };
const everything = Array.from({ length: COUNT }, (_, row) => row);
const even = new Float64Array(COUNT).fill(1 / COUNT);

/** Items of two kinds, which differ in content, category and year. */
function index() {
  const random = seededRandom(3);
  const items: Item[] = everything.map((row) => ({
    id: `item-${row}`,
    title: `Item ${row}`,
    description: '',
    category: row % 2 ? 'Old' : 'New',
    availability: 'in-stock',
    attributes: { year: (row % 2 ? 1950 : 2000) + Math.floor(random() * 10) },
  }));
  const table: FeatureTable = {
    count: COUNT,
    dim: DIM,
    taps: { text: 1, image: 1 },
    values: new Int8Array(COUNT * 2 * DIM),
    scales: new Float32Array(COUNT * 2),
  };
  for (let at = 0; at < COUNT * 2; at++) {
    const kind = Math.floor(at / 2) % 2;
    const vector = Float32Array.from({ length: DIM }, (_, d) => (d === kind ? 1 : 0) + 0.3 * (random() - 0.5));
    table.scales[at] = quantizeRow(vector, table.values, at * DIM);
  }
  return catalogIndex(items, table, { text: { tap: 0, weight: 0.5 }, image: { tap: 0, weight: 0.5 } });
}

const choice = (chosen: number, given: Partial<PreferenceChoice> = {}): PreferenceChoice => ({
  chosen,
  candidates: everything,
  shares: even,
  strength: 1,
  ...given,
});

const columns = ({ count, blocks }: FeatureBlocks, name: string): number[][] => {
  const block = blocks.find((entry) => entry.name.startsWith(name));
  if (!block) return [];
  const { width, values, center, scale } = block;
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_unused, d) => (values[row * width + d] - center[d]) * scale[d]),
  );
};

describe('featureBlocks', () => {
  it('reads content, catalog order, categories and numeric attributes, each of mean 0 and of its own length', () => {
    const features = featureBlocks(index(), null);
    expect(features.blocks.map(({ name }) => name)).toEqual([
      'content 8',
      'place 24',
      'categories New|Old 2',
      'year 17',
    ]);
    for (const [name, length] of [
      ['content', 1],
      ['place', 0.5],
      ['categories', 0.5],
      ['year', 0.5],
    ] as const) {
      const rows = columns(features, name);
      const squares = rows.map((row) => row.reduce((sum, value) => sum + value ** 2, 0));
      expect(squares.reduce((sum, value) => sum + value) / COUNT).toBeCloseTo(length ** 2, 4);
      for (const d of rows[0].keys()) expect(rows.reduce((sum, row) => sum + row[d], 0)).toBeCloseTo(0, 3);
    }
  });

  it('scales text above pictures only without a base model', () => {
    const base = { width: 3, items: new Float32Array(COUNT * 3).fill(1), scores: new Float32Array(COUNT) };
    const read = (features: FeatureBlocks) => {
      const experts = PreferenceExperts.over(features, {}, NOTHING);
      experts.bootstrap(1, 1);
      return { learned: experts.save(), residualScores: experts.scores };
    };
    const [alone, withBase] = [null, base].map((signal) => featureBlocks(index(), signal));
    expect(alone.blocks[0].readoutScale).toEqual(Float32Array.of(2.56, 2.56, 2.56, 2.56, 1, 1, 1, 1));
    expect(withBase.blocks.every(({ readoutScale }) => readoutScale.every((value) => value === 1))).toBe(true);
    // The same is learned either way, so that a base model may come and go.
    expect(read(alone).learned['content 8']).toEqual(read(withBase).learned['content 8']);
    const scaled = read(alone).residualScores[1];
    alone.blocks[0].readoutScale.fill(1);
    expect(scaled).toBeGreaterThan(read(alone).residualScores[1]);
  });

  it('reads the embedding of a base model where there is one', () => {
    const items = Float32Array.from({ length: COUNT * 3 }, (_, at) => Math.sin(at));
    const features = featureBlocks(index(), { width: 3, items, scores: new Float32Array(COUNT) });
    expect(features.blocks.at(-1)?.name).toBe('embedding 3');
  });
});

describe('PreferenceExperts', () => {
  it('revert exactly the part of a dismissal that has not decayed since', () => {
    const [plain, reverted] = [0, 1].map(() => PreferenceExperts.over(featureBlocks(index(), null), {}, NOTHING));
    reverted.dismiss(7);
    for (const row of [3, 11, 20]) for (const experts of [plain, reverted]) experts.learn(choice(row));
    const apart = () => Math.max(...reverted.scores.map((score, row) => Math.abs(score - plain.scores[row])));
    expect(apart()).toBeGreaterThan(1e-2);
    reverted.undoDismiss(7, 3);
    expect(apart()).toBeLessThan(1e-5);
  });

  it('score 0 before the first choice, and similar items higher after it', () => {
    const experts = PreferenceExperts.over(featureBlocks(index(), null), {}, NOTHING);
    expect(experts.scores.every((score) => score === 0)).toBe(true);
    for (const row of [2, 8, 14]) expect(experts.learn(choice(row))).toBe(true);
    const mean = (odd: number): number =>
      everything.filter((row) => row % 2 === odd).reduce((sum, row) => sum + experts.scores[row], 0) / (COUNT / 2);
    expect(mean(0)).toBeGreaterThan(mean(1) + 0.5);
  });

  it('take a step along the gradient of the log-likelihood of the choice', () => {
    const features = featureBlocks(index(), null);
    const experts = PreferenceExperts.over(features, {}, NOTHING);
    const shares = even.map((_, row) => (row % 2 ? 0.5 : 1.5) / COUNT);
    experts.learn(choice(4, { shares }));
    const gradient = (name: string): number[] => {
      const rows = columns(features, name);
      return rows[4].map((value, d) => value - rows.reduce((sum, row, n) => sum + shares[n] * row[d], 0));
    };
    for (const [stored, values] of Object.entries(experts.save())) {
      const expected = gradient(stored.split(' ')[0]);
      for (const [d, value] of values.entries()) expect(value).toBeCloseTo(0.5 * expected[d], 4);
    }
  });

  it('learn nothing from a choice that was certain, and more from a stronger one', () => {
    const certain = even.map((_, row) => Number(row === 4));
    const experts = PreferenceExperts.over(featureBlocks(index(), null), {}, NOTHING);
    experts.learn(choice(4, { shares: certain }));
    expect(Math.max(...experts.scores.map(Math.abs))).toBeCloseTo(0, 4);
    const once = PreferenceExperts.over(featureBlocks(index(), null), {}, NOTHING);
    const thrice = PreferenceExperts.over(featureBlocks(index(), null), {}, NOTHING);
    once.learn(choice(4));
    thrice.learn(choice(4, { strength: 3 }));
    expect(thrice.scores[4]).toBeCloseTo(3 * once.scores[4], 3);
  });

  it('score a dismissed item lower', () => {
    const experts = PreferenceExperts.over(featureBlocks(index(), null), {}, NOTHING);
    experts.dismiss(4);
    expect(experts.scores[4]).toBeLessThan(0);
  });

  it('drop a step that is not finite', () => {
    const experts = PreferenceExperts.over(featureBlocks(index(), null), {}, NOTHING);
    expect(experts.learn(choice(4, { strength: Number.NaN }))).toBe(false);
    expect(experts.scores.every((score) => score === 0)).toBe(true);
  });

  it('continue from stored coefficients; an expert that is new or damaged learns from the history', () => {
    const features = featureBlocks(index(), null);
    const experts = PreferenceExperts.over(features, {}, NOTHING);
    experts.learn(choice(4));
    experts.learn(choice(9));
    const stored = structuredClone(experts.save());
    const history = { rows: [4, 9], strengths: [1, 1] };
    expect(PreferenceExperts.over(features, stored, history).scores).toEqual(experts.scores);
    const damaged = { ...stored, 'content 8': Float32Array.of(1, 2) };
    const mended = PreferenceExperts.over(features, damaged, history).save();
    expect(mended['year 17']).toEqual(stored['year 17']);
    for (const [d, value] of mended['content 8'].entries()) expect(value).toBeCloseTo(stored['content 8'][d], 4);
  });

  it('keep coefficients of an embedding until its base model is loaded', () => {
    const features = featureBlocks(index(), null);
    const stored = { 'embedding 3': Float32Array.of(1, 2, 3), 'colour 17': new Float32Array(17) };
    const kept = PreferenceExperts.over(features, stored, NOTHING).save();
    expect(kept['embedding 3']).toEqual(stored['embedding 3']);
    expect(kept['colour 17']).toBeUndefined();
  });
});
