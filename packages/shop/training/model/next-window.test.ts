import { setBackend, tensor2d, tidy } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom, uniform } from '../../../../src/core/common/random';
import { itemVectors } from './network';
import { carriedItems, nextSideWindow } from './next-window';
import {
  freshSideWeights,
  SIDE_NAMES,
  type SideConfig,
  sideExpertCount,
  sideExpertNames,
  sideInputNames,
} from './side-weights';
import { parametersFrom, type Weights } from './weights';

const ITEMS = 7;
const config: SideConfig = { width: 4, hidden: 6, inputs: { text: 5, image: 0, attributes: 3 }, decays: [0.5, 0.9] };

/** Weights in which all experts have an effect, including on the bias. */
const start = (): Weights =>
  Object.fromEntries(
    Object.entries(freshSideWeights(config, ITEMS, seededRandom(1))).map(([name, { shape, values }], n) => [
      name,
      { shape, values: uniform(seededRandom(n + 2), values.length, 0.7) },
    ]),
  );

/** The weights after the given number of windows; in each, the newest expert changed. */
function afterWindows(windows: number): Weights {
  let weights = start();
  for (let n = 0; n < windows; n++) {
    const next = nextSideWindow(weights, config, {}, {});
    weights = Object.fromEntries(
      Object.entries(next.weights).map(([name, { shape, values }], at) => [
        name,
        next.frozen.has(name)
          ? { shape, values }
          : { shape, values: values.map((value) => value + (((at * 7 + n) % 5) - 2) / 10) },
      ]),
    );
  }
  return weights;
}

function vectorsBy(weights: Weights): Float32Array {
  const random = seededRandom(9);
  return tidy(() =>
    itemVectors(parametersFrom(weights), {
      inputs: {
        text: tensor2d(uniform(random, ITEMS * 5, 2), [ITEMS, 5]),
        attributes: tensor2d(uniform(random, ITEMS * 3, 2), [ITEMS, 3]),
      },
      kept: tensor2d(new Float32Array(ITEMS).fill(1), [ITEMS, 1]),
      logPopularity: tensor2d(new Float32Array(ITEMS).fill(2), [ITEMS, 1]),
    }).dataSync<'float32'>(),
  );
}

beforeAll(() => setBackend('cpu'));

describe('the next window of a side model', () => {
  it.each([0, 1, 2, 3])('changes no vector and no bias at first, after %i windows', (windows) => {
    const before = afterWindows(windows);
    const { weights } = nextSideWindow(before, config, {}, {});
    expect(sideExpertCount(weights, 'text')).toBe(windows + 2);
    const [was, is] = [vectorsBy(before), vectorsBy(weights)];
    for (const [at, value] of was.entries()) expect(is[at]).toBeCloseTo(value, 5);
  });

  it.each([0, 2])('divides a gate by the discriminant, and hardly changes vectors, after %i windows', (windows) => {
    const before = afterWindows(windows);
    const text = Float32Array.of(0.3, -0.2, 0.1, 0, 0, 0.1);
    const { weights } = nextSideWindow(before, config, {}, { text });
    const [router, bias] = [weights[sideInputNames('text').router], weights[sideInputNames('text').routerBias]];
    // The new expert is a copy of the first, because all are used alike.
    const [old, added] = [0, windows + 1].map((n) => [...router.values.slice(5 * n, 5 * n + 5), bias.values[n]]);
    for (const [at, factor] of text.entries()) expect(10 * (added[at] - old[at])).toBeCloseTo(factor, 5);
    const [was, is] = [vectorsBy(before), vectorsBy(weights)];
    const [change, size] = [was.map((value, at) => is[at] - value), was].map((values) => Math.hypot(...values));
    expect(change).toBeLessThan((windows === 0 ? 1e-5 : 0.05) * size);
  });

  it('freezes only the old experts', () => {
    const { weights, frozen } = nextSideWindow(afterWindows(1), config, {}, {});
    const old = [0, 1].flatMap((n) => Object.values(sideExpertNames('text', n)));
    const others = [0, 1].flatMap((n) => Object.values(sideExpertNames('attributes', n)));
    expect([...frozen].sort()).toEqual([...old, ...others].sort());
    expect(Object.keys(weights)).toEqual(expect.arrayContaining([...frozen]));
  });

  it('removes experts that are used too little, with their rows of the router, and never the last one', () => {
    const before = afterWindows(2);
    const use = { text: [0.8, 0.1, 0.1], attributes: [0.3, 0.3, 0.4] };
    const { weights, pruned } = nextSideWindow(before, config, use, {});
    expect(pruned).toBe(2);
    expect(sideExpertCount(weights, 'text')).toBe(2);
    expect(sideExpertCount(weights, 'attributes')).toBe(4);
    const { down } = sideExpertNames('text', 0);
    expect(weights[down]).toEqual(before[down]);
    const { router } = sideInputNames('text');
    expect(weights[router].values.slice(0, 5)).toEqual(before[router].values.slice(0, 5));
    const all = nextSideWindow(before, config, { text: [0, 0, 0] }, {});
    expect(sideExpertCount(all.weights, 'text')).toBe(2);
  });

  it('limits the number of experts by removing the least used', () => {
    const use = {
      text: [0.1, 0.12, 0.13, 0.13, 0.13, 0.13, 0.13, 0.13],
      attributes: [0.13, 0.1, 0.12, 0.13, 0.13, 0.13, 0.13, 0.13],
    };
    const before = afterWindows(7);
    const { weights, pruned } = nextSideWindow(before, config, use, {});
    expect([pruned, sideExpertCount(weights, 'text')]).toEqual([2, 8]);
    expect(weights[sideExpertNames('attributes', 1).up]).toEqual(before[sideExpertNames('attributes', 2).up]);
  });

  it('copies the most used expert', () => {
    const before = afterWindows(1);
    const copied = nextSideWindow(before, config, { text: [0.3, 0.7] }, {}).weights;
    expect(copied[sideExpertNames('text', 2).up]).toEqual(before[sideExpertNames('text', 1).up]);
  });
});

it('carries embedding and bias of an item over by its id, and starts new items afresh', () => {
  const before = start();
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const carried = carriedItems(before, ids, ['c', 'new', 'a'], seededRandom(3));
  const rowOf = (weights: Weights, row: number) => weights[SIDE_NAMES.embedding].values.slice(row * 4, row * 4 + 4);
  expect(carried[SIDE_NAMES.embedding].shape).toEqual([3, 4]);
  expect(rowOf(carried, 0)).toEqual(rowOf(before, 2));
  expect(rowOf(carried, 2)).toEqual(rowOf(before, 0));
  const { values } = before[SIDE_NAMES.bias];
  expect([...carried[SIDE_NAMES.bias].values]).toEqual([values[2], 0, values[0]]);
  expect(Math.max(...rowOf(carried, 1).map(Math.abs))).toBeLessThan(0.03);
});
