import { describe, expect, test } from 'vitest';
import { randomLadders } from '../../testing/weights';
import { expandByMean } from './expand';
import { layersOf } from './state-dict';

const sizes = { dim: 3, bottleneck: 2, experts: [2, 1] };

describe('the rule of the paper', () => {
  test('the new expert is the mean of the old ones, old router rows stay, the new row is as given', () => {
    const [layer] = layersOf(randomLadders(sizes, 1), 'image');
    const { experts, router } = expandByMean(layer, Float32Array.from([7, 8, 9]));
    const [first, second, third] = experts.map(({ up }) => up.values);
    expect([...third]).toEqual(Array.from(first, (value, i) => Math.fround((value + second[i]) / 2)));
    expect(router.weight.shape).toEqual([4, 3]);
    expect([...router.weight.values]).toEqual([...layer.router.weight.values, 7, 8, 9]);
    expect(router.bias).toBe(undefined);
    expect(experts).toHaveLength(3);
    expect(layer.experts).toHaveLength(2);
  });

  test('a router with a bias gains a bias of 0', () => {
    const [layer] = layersOf(randomLadders({ ...sizes, bias: true }, 1), 'image');
    const { router } = expandByMean(layer, Float32Array.from([7, 8, 9]));
    expect(router.bias?.shape).toEqual([4]);
    expect([...(router.bias?.values ?? [])]).toEqual([...(layer.router.bias?.values ?? []), 0]);
  });
});
