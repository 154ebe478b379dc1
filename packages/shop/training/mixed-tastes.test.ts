import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/common/random';
import type { LearnerCatalog } from '../../../src/device/learner';
import { threeGroups } from '../../../testing/three-groups';
import { fitMixedTastes } from './mixed-tastes';
import { TASTE_CHOICES } from './two-tastes';

const COUNT = 150;
const shop = threeGroups(COUNT);
/** A side model that tells the groups apart. */
const side = {
  width: 3,
  states: [{ decay: 0.8, gain: new Float32Array(3).fill(1) }],
  vectors: Float32Array.from({ length: 3 * COUNT }, (_, at) => (at % 3 === Math.floor(at / 3) % 3 ? 1 : -0.5)),
  biases: new Float32Array(COUNT),
};
const catalog: LearnerCatalog = { ...shop, index: { ...shop.index, side } };

/** Shoppers who choose in an order drawn by chance. @param groups of their items, of three; each has others first */
function shoppers(number: number, groups: number, choices = TASTE_CHOICES) {
  const random = seededRandom(5);
  return Array.from({ length: number }, (_, shopper) =>
    Array.from({ length: COUNT }, (_, row) => ({ row, place: random() }))
      .filter(({ row }) => (row + shopper) % 3 < groups)
      .sort((a, b) => a.place - b.place)
      .slice(0, choices)
      .map(({ row }, n) => ({ row, time: 1000 * n })),
  );
}

describe('fitMixedTastes', () => {
  let said: string[];
  beforeEach(() => {
    said = [];
  });
  const say = (line: string) => void said.push(line);

  it('keeps several experts where two shoppers on one device want different things, and says what they gain', async () => {
    expect(await fitMixedTastes(catalog, shoppers(12, 1), { say })).toBeGreaterThan(0);
    expect(said).toHaveLength(3);
    expect(said[0]).toMatch(/visits −?-?\d\.\d{3} ± \d\.\d{3}, blocks .*, alternating /);
  });

  it('keeps tastes apart also where experts do not pay for one, if one alone costs less than that gains', async () => {
    const without = { ...catalog, startWeights: { weights: { preference: 0 } } };
    expect(await fitMixedTastes(catalog, shoppers(12, 1), { say, without })).toBeGreaterThan(0);
    expect(said[0]).toMatch(/alternating .*, alone /);
    expect(await fitMixedTastes(catalog, shoppers(12, 3), { say, without })).toBe(0);
  });

  it('has one expert where all shoppers choose alike', async () => {
    expect(await fitMixedTastes(catalog, shoppers(12, 3), { say })).toBe(0);
    expect(said.at(-1)).toBe('Several experts: off');
  });

  it('chooses nothing if too few shoppers have enough choices', async () => {
    expect(await fitMixedTastes(catalog, shoppers(11, 1), { say })).toBeUndefined();
    expect(await fitMixedTastes(catalog, shoppers(20, 1, TASTE_CHOICES - 1), { say })).toBeUndefined();
  });
});
