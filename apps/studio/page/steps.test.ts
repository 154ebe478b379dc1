import { describe, expect, it } from 'vitest';
import { studioState } from '../../../testing/studio-state';
import { EMPTY_STATE } from '../session';
import { currentStep, missingFor, numberOf, STEPS, stepAt } from './steps';

const { catalog, bundle, log, learned } = studioState();

describe('steps', () => {
  it('need what the steps before them make', () => {
    const missing = (state = EMPTY_STATE) => STEPS.map(({ name }) => missingFor(name, state)?.first.name ?? null);
    expect(missing()).toEqual([null, 'catalogue', 'catalogue', 'catalogue', 'catalogue']);
    expect(missing({ ...EMPTY_STATE, catalog })).toEqual([null, null, 'encode', 'encode', 'encode']);
    expect(missing({ ...EMPTY_STATE, catalog, bundle })).toEqual([null, null, null, null, null]);
    expect(missingFor('try', { ...EMPTY_STATE, catalog })?.reason).toBe('First encode the products, in step 2.');
  });

  it('are where a returning user continues', () => {
    expect(currentStep(EMPTY_STATE)).toBe('catalogue');
    expect(currentStep({ ...EMPTY_STATE, catalog })).toBe('encode');
    expect(currentStep({ ...EMPTY_STATE, catalog, bundle })).toBe('learn');
    expect(currentStep({ ...EMPTY_STATE, catalog, bundle, log })).toBe('learn');
    expect(currentStep({ ...EMPTY_STATE, catalog, bundle, log, learned })).toBe('try');
  });

  it('are found by the address, and have a number', () => {
    expect(stepAt('#take-away')).toBe('take-away');
    expect(stepAt('#/product/a')).toBe('try');
    expect([stepAt(''), stepAt('#nothing')]).toEqual([null, null]);
    expect(numberOf('take-away')).toBe(5);
  });
});
