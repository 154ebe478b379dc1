import { describe, expect, it } from 'vitest';
import { type FeatureTable, type Item, quantizeRow } from '../../catalog';
import { seededRandom } from '../../model';
import { catalogueIndex } from '../../ranking';
import { type TasteChoice, TasteExperts } from './preference-expert';
import { type TasteSpace, tasteSpace } from './preference-features';

const COUNT = 60;
const DIM = 4;
const NOTHING = { rows: [], strengths: [] };
const everything = Array.from({ length: COUNT }, (_, row) => row);
const even = new Float64Array(COUNT).fill(1 / COUNT);

/** Items of two kinds, told apart by content, category and year. */
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
  return catalogueIndex(items, table, { text: { tap: 0, weight: 0.5 }, image: { tap: 0, weight: 0.5 } });
}

const choice = (chosen: number, given: Partial<TasteChoice> = {}): TasteChoice => ({
  chosen,
  candidates: everything,
  shares: even,
  strength: 1,
  ...given,
});

const columns = ({ count, blocks }: TasteSpace, name: string): number[][] => {
  const block = blocks.find((entry) => entry.name.startsWith(name));
  if (!block) return [];
  const { width, values, center, scale } = block;
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_unused, d) => (values[row * width + d] - center[d]) * scale[d]),
  );
};

describe('tasteSpace', () => {
  it('reads content, place, categories and numbers, each of mean 0 and of its own length', () => {
    const space = tasteSpace(index(), null);
    expect(space.blocks.map(({ name }) => name)).toEqual(['content 8', 'place 24', 'categories New|Old 2', 'year 17']);
    for (const [name, length] of [
      ['content', 1],
      ['place', 0.5],
      ['categories', 0.5],
      ['year', 0.5],
    ] as const) {
      const rows = columns(space, name);
      const squares = rows.map((row) => row.reduce((sum, value) => sum + value ** 2, 0));
      expect(squares.reduce((sum, value) => sum + value) / COUNT).toBeCloseTo(length ** 2, 4);
      for (const d of rows[0].keys()) expect(rows.reduce((sum, row) => sum + row[d], 0)).toBeCloseTo(0, 3);
    }
  });

  it('trusts text more than pictures until a base model tells how to read either', () => {
    const base = { width: 3, items: new Float32Array(COUNT * 3).fill(1), scores: new Float32Array(COUNT) };
    const read = (space: TasteSpace) => {
      const experts = TasteExperts.over(space, {}, NOTHING);
      experts.recall(1, 1);
      return { learned: experts.save(), liking: experts.scores };
    };
    const [alone, heard] = [null, base].map((signal) => tasteSpace(index(), signal));
    expect(alone.blocks[0].trust).toEqual(Float32Array.of(2.56, 2.56, 2.56, 2.56, 1, 1, 1, 1));
    expect(heard.blocks.every(({ trust }) => trust.every((value) => value === 1))).toBe(true);
    // The same is learned either way, so that a base model may come and go.
    expect(read(alone).learned['content 8']).toEqual(read(heard).learned['content 8']);
    const trusting = read(alone).liking[1];
    alone.blocks[0].trust.fill(1);
    expect(trusting).toBeGreaterThan(read(alone).liking[1]);
  });

  it('reads the embedding of a base model where there is one', () => {
    const items = Float32Array.from({ length: COUNT * 3 }, (_, at) => Math.sin(at));
    const space = tasteSpace(index(), { width: 3, items, scores: new Float32Array(COUNT) });
    expect(space.blocks.at(-1)?.name).toBe('embedding 3');
  });
});

describe('TasteExperts', () => {
  it('take back exactly what is left of a dismissal after the choices since', () => {
    const [plain, taken] = [0, 1].map(() => TasteExperts.over(tasteSpace(index(), null), {}, NOTHING));
    taken.dislike(7);
    for (const row of [3, 11, 20]) for (const experts of [plain, taken]) experts.learn(choice(row));
    const apart = () => Math.max(...taken.scores.map((score, row) => Math.abs(score - plain.scores[row])));
    expect(apart()).toBeGreaterThan(1e-2);
    taken.forgive(7, 3);
    expect(apart()).toBeLessThan(1e-5);
  });

  it('say nothing before the first choice and then like what is like it', () => {
    const experts = TasteExperts.over(tasteSpace(index(), null), {}, NOTHING);
    expect(experts.scores.every((score) => score === 0)).toBe(true);
    for (const row of [2, 8, 14]) expect(experts.learn(choice(row))).toBe(true);
    const mean = (odd: number): number =>
      everything.filter((row) => row % 2 === odd).reduce((sum, row) => sum + experts.scores[row], 0) / (COUNT / 2);
    expect(mean(0)).toBeGreaterThan(mean(1) + 0.5);
  });

  it('take a step along the gradient of the log-likelihood of the choice', () => {
    const space = tasteSpace(index(), null);
    const experts = TasteExperts.over(space, {}, NOTHING);
    const shares = even.map((_, row) => (row % 2 ? 0.5 : 1.5) / COUNT);
    experts.learn(choice(4, { shares }));
    const gradient = (name: string): number[] => {
      const rows = columns(space, name);
      return rows[4].map((value, d) => value - rows.reduce((sum, row, n) => sum + shares[n] * row[d], 0));
    };
    for (const [stored, values] of Object.entries(experts.save())) {
      const expected = gradient(stored.split(' ')[0]);
      for (const [d, value] of values.entries()) expect(value).toBeCloseTo(0.5 * expected[d], 4);
    }
  });

  it('learn nothing from what was certain, and more from what is stronger', () => {
    const certain = even.map((_, row) => Number(row === 4));
    const experts = TasteExperts.over(tasteSpace(index(), null), {}, NOTHING);
    experts.learn(choice(4, { shares: certain }));
    expect(Math.max(...experts.scores.map(Math.abs))).toBeCloseTo(0, 4);
    const once = TasteExperts.over(tasteSpace(index(), null), {}, NOTHING);
    const thrice = TasteExperts.over(tasteSpace(index(), null), {}, NOTHING);
    once.learn(choice(4));
    thrice.learn(choice(4, { strength: 3 }));
    expect(thrice.scores[4]).toBeCloseTo(3 * once.scores[4], 3);
  });

  it('like a dismissed item less', () => {
    const experts = TasteExperts.over(tasteSpace(index(), null), {}, NOTHING);
    experts.dislike(4);
    expect(experts.scores[4]).toBeLessThan(0);
  });

  it('drop a step that is not finite', () => {
    const experts = TasteExperts.over(tasteSpace(index(), null), {}, NOTHING);
    expect(experts.learn(choice(4, { strength: Number.NaN }))).toBe(false);
    expect(experts.scores.every((score) => score === 0)).toBe(true);
  });

  it('go on from what was stored; an expert that is new or damaged learns from the history', () => {
    const space = tasteSpace(index(), null);
    const experts = TasteExperts.over(space, {}, NOTHING);
    experts.learn(choice(4));
    experts.learn(choice(9));
    const stored = structuredClone(experts.save());
    const history = { rows: [4, 9], strengths: [1, 1] };
    expect(TasteExperts.over(space, stored, history).scores).toEqual(experts.scores);
    const damaged = { ...stored, 'content 8': Float32Array.of(1, 2) };
    const mended = TasteExperts.over(space, damaged, history).save();
    expect(mended['year 17']).toEqual(stored['year 17']);
    for (const [d, value] of mended['content 8'].entries()) expect(value).toBeCloseTo(stored['content 8'][d], 4);
  });

  it('keep what was learned on an embedding for the base model that is yet to come', () => {
    const space = tasteSpace(index(), null);
    const stored = { 'embedding 3': Float32Array.of(1, 2, 3), 'colour 17': new Float32Array(17) };
    const kept = TasteExperts.over(space, stored, NOTHING).save();
    expect(kept['embedding 3']).toEqual(stored['embedding 3']);
    expect(kept['colour 17']).toBeUndefined();
  });
});
