import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { assign, bucket, type Experiment, experimentSchema } from './experiment';

const UNITS = Array.from({ length: 20_000 }, (_, n) => `unit-${n}`);
const experiment: Experiment = { name: 'test', variants: [{ name: 'a' }, { name: 'b', weight: 3 }] };
const nameOf = (of: Experiment, unit: string): string | null => assign(of, unit)?.name ?? null;
const share = (of: Experiment, name: string | null): number =>
  UNITS.filter((unit) => nameOf(of, unit) === name).length / UNITS.length;

describe('assign', () => {
  it('splits shoppers by the weights, always in the same way', () => {
    expect(share(experiment, 'a')).toBeCloseTo(0.25, 1.7);
    expect(share(experiment, 'b')).toBeCloseTo(0.75, 1.7);
    expect(UNITS.every((unit) => nameOf(experiment, unit) === nameOf({ ...experiment }, unit))).toBe(true);
  });

  it('keeps everybody in their variant when the rollout rises, and enrols no more than the rollout', () => {
    const [tenth, half] = [10, 50].map((rollout) => ({ ...experiment, rollout }));
    expect(share(tenth, null)).toBeCloseTo(0.9, 1.7);
    expect(share(half, null)).toBeCloseTo(0.5, 1.7);
    expect(UNITS.every((unit) => nameOf(tenth, unit) === null || nameOf(tenth, unit) === nameOf(half, unit))).toBe(
      true,
    );
  });

  it('moves nobody out of the first variant when its weight is raised', () => {
    const [five, half] = [5, 50].map((on) => ({
      ...experiment,
      variants: [
        { name: 'on', weight: on },
        { name: 'off', weight: 100 - on },
      ],
    }));
    expect(share(five, 'on')).toBeCloseTo(0.05, 1.7);
    expect(share(half, 'on')).toBeCloseTo(0.5, 1.7);
    expect(UNITS.every((unit) => nameOf(five, unit) === 'off' || nameOf(half, unit) === 'on')).toBe(true);
  });

  it('holds out a share; all other shoppers keep their variant', () => {
    const held = { ...experiment, holdout: 20 };
    expect(share(held, 'holdout')).toBeCloseTo(0.2, 1.7);
    const same = (unit: string) => ['holdout', nameOf(experiment, unit)].includes(nameOf(held, unit) ?? '');
    expect(UNITS.every(same)).toBe(true);
    expect(UNITS.map((unit) => assign(held, unit)).find((variant) => variant?.name === 'holdout')?.learning).toBe(
      false,
    );
  });

  it('assigns differently with another salt', () => {
    const other = { ...experiment, salt: 'other' };
    const moved = UNITS.filter((unit) => nameOf(experiment, unit) !== nameOf(other, unit)).length / UNITS.length;
    // Two independent draws of 1/4 and 3/4 differ in 2 * 1/4 * 3/4.
    expect(moved).toBeCloseTo(0.375, 1.5);
  });
});

describe('experimentSchema', () => {
  it.each([
    ['no variant', { variants: [] }],
    ['two variants of one name', { variants: [{ name: 'a' }, { name: 'a' }] }],
    ['the name of the holdout', { variants: [{ name: 'holdout' }] }],
    ['no weight above 0', { variants: [{ name: 'a', weight: 0 }] }],
    ['a setting it does not know', { variants: [{ name: 'a', learn: false }] }],
    ['a term it does not know', { variants: [{ name: 'a', weights: { magic: 2 } }] }],
    ['a placement it does not know', { variants: [{ name: 'a', placements: { 'for-you': 'best' } }] }],
    ['a share above 100', { rollout: 101, variants: [{ name: 'a' }] }],
  ])('refuses %s', (_, wrong) => {
    expect(v.safeParse(experimentSchema, { name: 'test', ...wrong }).success).toBe(false);
  });
});

describe('bucket', () => {
  it('never changes: another hash would move every shopper to another variant', () => {
    expect([bucket(''), bucket('a'), bucket('Grüße')].map((at) => Math.floor(at * 1e6))).toEqual([
      668922, 103526, 56579,
    ]);
  });

  it('spreads ids that differ in a digit evenly, and independently of the salt before them', () => {
    const counts = new Array<number>(10).fill(0);
    let both = 0;
    for (const unit of UNITS) {
      counts[Math.floor(10 * bucket(`salt/${unit}`))]++;
      if (bucket(`salt/${unit}`) < 0.5 && bucket(`other/${unit}`) < 0.5) both++;
    }
    // Chi-square with 9 degrees of freedom: below 27.9 in 999 of 1000 fair draws.
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
    expect(both / UNITS.length).toBeCloseTo(0.25, 1);
  });
});
