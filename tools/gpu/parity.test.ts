import { describe, expect, test } from 'vitest';
import { type Adapter, collect, type Findings, isSoftware, isWithin } from './findings';
import { check, cosine, largestDifference } from './parity';

const ABOUT = {
  host: 'a browser 1',
  started: '',
  sizes: 'tiny',
  adapter: { vendor: 'amd', architecture: 'rdna-3', device: '', description: '', isFallbackAdapter: false },
};

const difference = (measured: number) =>
  check('image', 'largest difference of a tap, as a share of its largest value', 'a tap', measured);

describe('a comparison', () => {
  test('is met within its tolerance', () => {
    expect(difference(1e-3).met).toBe(true);
    expect(difference(1.1e-3).met).toBe(false);
    const tap = (measured: number) => check('text', 'smallest cosine of a tap of one item', 'a tap', measured).met;
    expect([tap(1), tap(0.9999)]).toEqual([true, false]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('of %f is not met', (measured) => {
    expect(difference(measured)).toMatchObject({ measured: null, met: false });
  });

  test('of values that are not numbers, or of too few, is not met', () => {
    expect(largestDifference([1, 2, 3], [1, 2.5, 3])).toBe(0.5);
    for (const found of [[1, Number.NaN, 3], [1, 2], []]) {
      expect(difference(largestDifference(found, [1, 2, 3])).met).toBe(false);
    }
    expect(cosine([1, 0], [1])).toBeNaN();
    expect(cosine([0, 0], [0, 0])).toBe(1);
    expect(cosine([0, 0], [1, 0])).toBeNaN();
  });
});

describe('a run', () => {
  const findings = (met: boolean): Findings => ({ checks: [difference(met ? 0 : 1)], times: [] });

  test('is within the tolerances when every comparison is and every part was measured', async () => {
    expect(isWithin(await collect(ABOUT, ['text', 'image'], async () => findings(true)))).toBe(true);
    expect(isWithin(await collect(ABOUT, ['text', 'image'], async (part) => findings(part === 'text')))).toBe(false);
  });

  test('continues after a part that fails or answers something else', async () => {
    const run = await collect(ABOUT, ['text', 'image'], async (part) => {
      if (part === 'text') throw new Error('the GPU is lost');
      return findings(true);
    });
    expect(run.failures.map(({ part }) => part)).toEqual(['text']);
    expect(run.failures[0].reason).toBe('the GPU is lost');
    expect(run.checks).toHaveLength(1);
    expect(isWithin(run)).toBe(false);
    expect((await collect(ABOUT, ['image'], async () => ({ checks: 'none' }))).failures).toHaveLength(1);
  });
});

test('adapters that compute on the processor are software', () => {
  const software: Partial<Adapter>[] = [
    { architecture: 'swiftshader' },
    { description: 'llvmpipe (LLVM 19)' },
    { isFallbackAdapter: true },
  ];
  expect(software.every((more) => isSoftware({ ...ABOUT.adapter, ...more }))).toBe(true);
  expect(isSoftware(ABOUT.adapter)).toBe(false);
});
