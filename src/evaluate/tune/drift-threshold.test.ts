import { describe, expect, it } from 'vitest';
import type { DriftPart } from '../../catalog';
import type { Shopper } from '../shoppers';
import { beatsDefault, chooseThreshold } from './drift-threshold';

const kindOf = (row: number): number => Math.floor(row / 1000);
const shoppers = (count: number, from: number): Shopper[] =>
  Array.from({ length: count }, (_, n) => {
    const rows = Array.from({ length: 60 }, (_row, place) => 1000 * (from + n) + place);
    return { id: `${from + n}`, rows, times: rows };
  });
const parts = { choose: shoppers(12, 0), confirm: shoppers(11, 20), report: shoppers(10, 40) };
/** Choices fit as ordinary ones do, and those of the 20 after a shift worse, by some standard deviations. */
const distanceOf = (deviations: number, kinds = 100) => ({
  of: (row: number, history: readonly number[]) => {
    const before = history.at(-20);
    const shifted = before !== undefined && kindOf(before) !== kindOf(row) && kindOf(row) < kinds;
    return -0.6 + (shifted ? 0.65 * deviations : 0);
  },
});
const options = { seed: 1, similarity: () => 0 };

describe('the drift threshold', () => {
  it('is lowered where shifts are small, by streams that it was not chosen on', () => {
    const { threshold, parts: found } = chooseThreshold(parts, distanceOf(0.4), options);
    expect(threshold).toBe(6.5);
    expect(found.report).toMatchObject({ streams: 10, detected: { defaults: 0.5, tuned: 1 } });
    // By default only the second shift is found: the first one has raised the sum.
    expect(found.confirm?.change.detected).toEqual({ mean: 0.5, se: 0 });
  });

  it('is better where it finds more shifts with few false alarms, or has fewer of them and finds as many', () => {
    const part = (detected: number, falseAlarms: number, rate: number): DriftPart => ({
      ...{ streams: 12, detected: { defaults: 0.5, tuned: 0.5 + detected } },
      falseAlarms: { defaults: 0.8, tuned: rate },
      change: { detected: { mean: detected, se: 0.04 }, falseAlarms: { mean: falseAlarms, se: 0.04 } },
    });
    expect(beatsDefault(part(0.1, 0.2, 1))).toBe(true);
    expect(beatsDefault(part(0.1, 0.3, 1.1))).toBe(false);
    expect(beatsDefault(part(0.07, 0.2, 1))).toBe(false);
    expect(beatsDefault(part(0, -0.1, 0.7))).toBe(true);
    expect(beatsDefault(part(-0.01, -0.1, 0.7))).toBe(false);
    expect(beatsDefault(part(0, -0.07, 0.73))).toBe(false);
  });

  it('stays where no other finds more, and the later parts are not looked at', () => {
    expect(chooseThreshold(parts, distanceOf(2), options)).toEqual({ threshold: null, parts: {} });
    expect(chooseThreshold(parts, distanceOf(0), options)).toEqual({ threshold: null, parts: {} });
  });

  it('stays where the shoppers that confirm do not', () => {
    const { threshold, parts: found } = chooseThreshold(parts, distanceOf(0.4, 20), options);
    expect(threshold).toBeNull();
    expect(Object.keys(found)).toEqual(['choose', 'confirm']);
  });

  it('stays where too few shoppers are long enough', () => {
    const few = { ...parts, choose: parts.choose.slice(3) };
    expect(chooseThreshold(few, distanceOf(0.4), options)).toEqual({ threshold: null, parts: {} });
  });
});
