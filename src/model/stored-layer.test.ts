import { expect, test } from 'vitest';
import { randomLadders } from '../testing/weights';
import { expertNames, routerNames } from './names';
import { readLayer, replaceLayer, storedExpertCounts } from './stored-layer';
import type { Weights } from './weights';

const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [2, 1], bias: true }, 5);

test('a layer put back as it was read gives the same weights', () => {
  expect(replaceLayer(weights, 'text', 0, readLayer(weights, 'text', 0))).toEqual(weights);
});

test('a layer without bias loses the bias', () => {
  const without = replaceLayer(weights, 'text', 0, { ...readLayer(weights, 'text', 0), routerBias: null });
  expect(Object.keys(without)).not.toContain(routerNames('text', 0).bias);
  expect(Object.keys(without)).toContain(routerNames('text', 1).bias);
});

test('counts end at the first gap', () => {
  expect(storedExpertCounts(weights, 'image')).toEqual([2, 1]);
  expect(storedExpertCounts({}, 'image')).toEqual([]);
});

test('refuses layers that are not whole', () => {
  const without = (name: string): Weights =>
    Object.fromEntries(Object.entries(weights).filter(([key]) => key !== name));
  const code = (given: Weights) => {
    try {
      readLayer(given, 'text', 0);
    } catch (error) {
      return error;
    }
    return null;
  };
  expect(code(without(expertNames('text', 0, 0).up))).toMatchObject({ code: 'model/bad-weights' });
  expect(code(without(expertNames('text', 0, 1).down))).toMatchObject({ code: 'model/bad-shape' });
  expect(code(without(routerNames('text', 0).weight))).toMatchObject({ code: 'model/bad-weights' });
});
