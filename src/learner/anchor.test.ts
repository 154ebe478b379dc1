import { describe, expect, it } from 'vitest';
import { PROFILE } from '../testing/profiles';
import { Anchor } from './anchor';
import { parseProfile } from './profile';

const noted = (choices: number, learned: number, base: number): Anchor => {
  const anchor = new Anchor();
  for (let n = 0; n < choices; n++) anchor.note(learned, base);
  return anchor;
};

describe('the anchor', () => {
  it('starts from the gain that shoppers are taken to have', () => {
    expect(new Anchor().weight).toBeCloseTo(0.4 * Math.exp(-3 * 0.5), 10);
  });

  it('falls as learning ranks choices better than the base model does, and rises to 0.4 as it does not', () => {
    expect(noted(90, 10, 100).weight).toBeCloseTo(0.4 * Math.exp((-3 * (5 + 90 * Math.log(10))) / 100), 10);
    expect(noted(10, 5, 5).weight).toBeGreaterThan(new Anchor().weight);
    expect(noted(20, 100, 10).weight).toBe(0.4);
    expect(noted(5, 3, 30).weight).toBeGreaterThan(noted(50, 3, 30).weight);
  });

  it('starts and falls as the shop has it, by the same record', () => {
    const anchor = noted(10, 5, 5);
    const settings = { anchor: 0.8, anchorSlope: 1 };
    const usual = anchor.weight;
    expect(anchor.weightBy(settings)).toBeCloseTo(0.8 * Math.exp(-0.25), 10);
    expect(anchor.weight).toBe(usual);
    anchor.settings = settings;
    expect(anchor.weight).toBe(anchor.weightBy(settings));
  });

  it('goes on from what was stored', () => {
    const anchor = new Anchor();
    anchor.restore(noted(7, 2, 9).save());
    expect(anchor.weight).toBe(noted(7, 2, 9).weight);
  });

  it.each([
    { gain: 1001, choices: 10 },
    { gain: Number.NaN, choices: 10 },
    { gain: 0, choices: -1 },
    { gain: 0, choices: 0, more: 1 },
  ])('refuses a stored record that cannot be: %o', (anchor) => {
    expect(() => parseProfile({ ...PROFILE, anchor })).toThrow(expect.objectContaining({ code: 'store/corrupt' }));
  });
});
