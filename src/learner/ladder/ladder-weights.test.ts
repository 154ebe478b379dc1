import { describe, expect, test } from 'vitest';
import { encodeSafetensors, layersOf, nextWindow, type Weights } from '../../model';
import { namedLayers } from '../../testing/weights';
import { decodeLadder, encodeLadder, freshGates, freshShares, freshWeights, newestWeights } from './ladder-weights';

const shape = { dim: 4, taps: { text: 3, image: 2 } };
const content = { text: 1, image: 1 };
const fresh = freshWeights(shape, 2, content, 1);
const record = { weights: fresh, activation: { text: [], image: [] }, shares: freshShares(shape, content), content };

test('fresh weights depend on the seed, with silent experts', () => {
  expect(freshWeights(shape, 2, content, 1)).toEqual(fresh);
  expect(freshWeights(shape, 2, content, 2)).not.toEqual(fresh);
  expect(Object.keys(fresh)).toHaveLength(3 * 4);
  const [expert] = layersOf(fresh, 'text')[1].experts;
  expect(Math.max(...expert.up.values.map(Math.abs))).toBe(0);
  expect(Math.max(...expert.down.values.map(Math.abs))).toBeGreaterThan(0);
  expect(Math.max(...layersOf(fresh, 'image')[0].router.weight.values.map(Math.abs))).toBe(0);
});

test('the backbone dominates up to the content tap, the expert after it', () => {
  expect(freshGates(shape, { text: 1, image: 0 })).toEqual({ text: [0.9, 1 - 0.9], image: [1 - 0.9] });
  const [backbone, expert] = layersOf(fresh, 'text')[0].router.bias?.values ?? [];
  expect(1 / (1 + Math.exp(expert - backbone))).toBeCloseTo(0.9, 5);
});

test('the newest expert of each layer and its router row learn', () => {
  const { weights } = nextWindow(fresh, record.shares, true, 4);
  const { names, masks } = newestWeights(weights);
  const [old, newest] = namedLayers(weights, 'text')[1].experts;
  const { weight, bias = '' } = namedLayers(weights, 'image')[0].router;
  expect(names).toHaveLength(3 * 4);
  expect(names).toContain(newest.up);
  expect(names).not.toContain(old.up);
  expect([...masks[weight]]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
  expect([...masks[bias]]).toEqual([0, 0, 1]);
});

test('stored experts are read back', () => {
  const activation = {
    text: [
      [3, 1],
      [1, 2],
    ],
    image: [[1, 1]],
  };
  const read = decodeLadder(encodeLadder({ ...record, activation }), shape);
  expect({ ...read.weights }).toEqual(fresh);
  expect(read).toMatchObject({ activation, shares: record.shares, content });
});

describe('refuses', () => {
  const metadata = {
    format: 'sidestream-experts',
    activation: JSON.stringify(record.activation),
    shares: JSON.stringify(record.shares),
    content: JSON.stringify(content),
  };
  const { experts, router } = namedLayers(fresh, 'text')[0];
  const { down, up } = experts[0];
  const without = (name: string): Weights => Object.fromEntries(Object.entries(fresh).filter(([key]) => key !== name));
  const cases: [string, Uint8Array][] = [
    ['other formats', encodeSafetensors(fresh, { ...metadata, format: 'other' })],
    ['files without metadata', encodeSafetensors(fresh)],
    ['utilization that are not JSON', encodeSafetensors(fresh, { ...metadata, shares: '{' })],
    ['utilization of other layers', encodeSafetensors(fresh, { ...metadata, shares: '{"text":[[1]],"image":[]}' })],
    [
      'negative shares',
      encodeSafetensors(fresh, { ...metadata, activation: '{"text":[[-1,1],[1,1]],"image":[[1,1]]}' }),
    ],
    ['content taps that are none', encodeSafetensors(fresh, { ...metadata, content: '{"text":3,"image":1}' })],
    ['missing experts', encodeSafetensors(without(up), metadata)],
    ['missing first experts', encodeSafetensors(without(down), metadata)],
    ['missing biases', encodeSafetensors(without(router.bias ?? ''), metadata)],
    ['extra weights', encodeSafetensors({ ...fresh, other: fresh[up] }, metadata)],
    ['weights of other shapes', encodeSafetensors({ ...fresh, [up]: fresh[down] }, metadata)],
    [
      'weights that are not finite',
      encodeSafetensors({ ...fresh, [up]: { ...fresh[up], values: fresh[up].values.map(() => NaN) } }, metadata),
    ],
    [
      'weights beyond the bound',
      encodeSafetensors({ ...fresh, [up]: { ...fresh[up], values: fresh[up].values.map(() => 1e30) } }, metadata),
    ],
    ['experts that are too wide', encodeLadder({ ...record, weights: freshWeights(shape, 1025, content, 1) })],
    [
      'activation beyond the bound',
      encodeSafetensors(fresh, { ...metadata, activation: '{"text":[[1e300,1],[1,1]],"image":[[1,1]]}' }),
    ],
    ['other features: width', encodeLadder({ ...record, weights: freshWeights({ ...shape, dim: 5 }, 2, content, 1) })],
    [
      'other features: taps',
      encodeLadder({ ...record, weights: freshWeights({ ...shape, taps: { text: 2, image: 2 } }, 2, content, 1) }),
    ],
  ];
  test.each(cases)('%s', (_, bytes) => {
    expect(() => decodeLadder(bytes, shape)).toThrowError(expect.objectContaining({ code: 'model/bad-weights' }));
  });
});
