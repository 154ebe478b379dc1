import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../../testing/side-models';
import { twoKinds } from '../../../../testing/two-kinds';
import type { SideModel } from '../../../core/catalog';
import { type CatalogIndex, sideStateAfter } from '../../ranking';
import { Learner, type LearnerCatalog, type LearnerOptions } from '../learner';
import { featureBlocks } from './feature-matrix';

const COUNT = 30;
const TIME = 1_700_000_000_000;
const random = sideModel(COUNT, 10);
const side: SideModel = {
  ...random,
  // The last eight columns are features of adapters, which the states do not read.
  states: random.states.map(({ decay, gain }) => ({ decay, gain: gain.map((value, d) => (d < 2 ? value : 0)) })),
  adapters: {
    context: Float32Array.from({ length: 40 }, (_, at) => (at % 10 < 2 ? 0.2 + (at % 3) : 0)),
    inputs: ['text', 'attributes'],
    rates: Float32Array.of(0.5, 0.25),
    fades: Float32Array.of(0.9, 0.8),
    start: new Float32Array(32).fill(0.1),
  },
};
const index: CatalogIndex = { ...twoKinds(COUNT), side };
const none = { tap: 0, weight: 0.5 };
const catalog: LearnerCatalog = {
  index,
  table: { count: 0, dim: 1, taps: { text: 1, image: 1 }, values: new Int8Array(), scales: new Float32Array() },
  blend: { text: none, image: none },
};

function shopper(rows: readonly number[], options?: LearnerOptions): Learner {
  const learner = new Learner(catalog, options);
  for (const [n, row] of rows.entries()) {
    const itemId = index.items[row].id;
    learner.observe({ id: n + 1, type: 'click', itemId, time: TIME + 60_000 * n });
  }
  return learner;
}

const adapterBlocks = (learner: Learner) =>
  learner.save().experts.members.map(({ expert }) =>
    Object.entries(expert.blocks)
      .filter(([key]) => key.startsWith('adapter '))
      .map(([, { readout }]) => [...readout]),
  );

describe('the adapters of a side model', () => {
  it('are blocks of four columns for each part, with a read-out for each value of the context', () => {
    const { blocks } = featureBlocks(index);
    const own = blocks.filter(({ name }) => name.startsWith('adapter '));
    expect(own.map(({ name, width, rate }) => [name, width, rate])).toEqual([
      ['adapter text', 4, 0.5],
      ['adapter attributes', 4, 0.25],
    ]);
    for (const [n, { states, values }] of own.entries()) {
      expect(states.map(({ context }) => context)).toEqual([0, 1, 2, 3]);
      expect([...values.subarray(0, 4)]).toEqual([...side.vectors.subarray(2 + 4 * n, 6 + 4 * n)]);
    }
    expect(blocks.find(({ name }) => name.startsWith('side'))?.width).toBe(2);
  });

  it('learn from the second choice on by W <- fade W + rate (phi - E phi) psi^T', () => {
    expect(adapterBlocks(shopper([3]))).toEqual([[new Array(16).fill(0), new Array(16).fill(0)]]);
    const before = shopper([3], { newborn: 0 });
    const psi = sideStateAfter(index, before.history)?.context;
    expect(psi?.every((value) => Math.abs(value) <= 1 && value !== 0)).toBe(true);
    const [text] = adapterBlocks(shopper([3, 8], { newborn: 0 }))[0];
    // One outer product: the four features, times each value of the context.
    for (let j = 1; j < 4; j++) {
      for (let d = 0; d < 4; d++) {
        expect(text[4 * j + d] / (psi?.[j] ?? 0)).toBeCloseTo(text[d] / (psi?.[0] ?? 0), 1);
      }
    }
    expect(text.some((value) => Math.abs(value) > 0.01)).toBe(true);
  });

  it('change the scores of items, and the contributions of the experts still add up to them', () => {
    const rows = [3, 8, 5, 21, 9, 14];
    const [learned, fixed] = [shopper(rows), shopper(rows, { adapters: false })];
    expect(
      adapterBlocks(fixed)
        .flat(2)
        .every((value) => value === 0),
    ).toBe(true);
    expect(learned.terms.preference).not.toEqual(fixed.terms.preference);
    for (const row of [0, 11, 29]) {
      const sum = learned.contributionsOf(row).reduce((all, { contribution }) => all + contribution, 0);
      expect(sum).toBeCloseTo(learned.terms.preference[row], 5);
    }
  });

  it('are stored with the expert, and read with the context of the whole history', () => {
    const learner = shopper([3, 8, 5, 21]);
    const profile = learner.save();
    const again = new Learner(catalog);
    again.restore(profile);
    expect(again.terms.preference).toEqual(learner.terms.preference);
    again.observe({ id: 9, type: 'click', itemId: index.items[4].id, time: TIME + 600_000 });
    learner.observe({ id: 9, type: 'click', itemId: index.items[4].id, time: TIME + 600_000 });
    expect(again.terms.preference).toEqual(learner.terms.preference);
  });

  it('read the context of another history of the same length after it was restored', () => {
    const [one, other] = [shopper([3, 8, 5, 21]), shopper([4, 9, 11, 2])];
    const before = other.terms.preference;
    expect(one.terms.preference).not.toEqual(before);
    one.restore(other.save());
    expect(one.terms.preference).toEqual(before);
  });

  it('learn nothing from a dismissal, which has no expectation', () => {
    const learner = shopper([3, 8]);
    const before = adapterBlocks(learner);
    learner.observe({ id: 3, type: 'dismiss', itemId: index.items[5].id, time: TIME + 600_000 });
    expect(adapterBlocks(learner)).toEqual(before);
  });
});

it('keeps two tastes apart: a kept expert has the states of its own choices only', () => {
  const DAY = 24 * 3600 * 1000;
  // One kind of item is on one side of the first column, the other on the other.
  const vectors = side.vectors.map((value, at) => (at % 10 === 0 ? 2 - 4 * (Math.floor(at / 10) % 2) : value));
  const learner = new Learner({ ...catalog, index: { ...index, side: { ...side, vectors } } });
  let id = 0;
  for (let visit = 0; visit < 6; visit++) {
    for (let n = 0; n < 5; n++) {
      const { id: itemId } = index.items[2 * (5 * Math.floor(visit / 2) + n) + (visit % 2)];
      learner.observe({ id: ++id, type: 'click', itemId, time: TIME + visit * DAY + 60_000 * n });
    }
  }
  const kinds = learner.contributionsOf(0).map(({ state, choices }) => ({
    state,
    kinds: new Set(choices.map(({ row }) => row % 2)).size,
  }));
  const kept = kinds.filter(({ state }) => state === 'active' || state === 'frozen');
  expect(kept.length).toBeGreaterThan(1);
  expect(kept.filter((one) => one.kinds === 1).length).toBeGreaterThan(0);
});
