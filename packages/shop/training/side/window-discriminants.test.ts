import { expect, it } from 'vitest';
import type { SideFeatures } from './side-features';
import { windowDiscriminants } from './window-discriminants';

const none = { columns: 0, values: new Float32Array() };
/** Two columns: of the last two items only the first one is large; the second says nothing. */
const features: SideFeatures = {
  count: 6,
  inputs: {
    text: { columns: 2, values: Float32Array.of(0, 1, 0.2, -1, 0, -1, 0.1, 1, 2, 1, 2.2, -1) },
    image: none,
    attributes: none,
  },
};
const scoreOf = (factors: Float32Array, row: number): number => {
  const { columns, values } = features.inputs.text;
  return values
    .slice(row * columns, (row + 1) * columns)
    .reduce((sum, value, at) => sum + factors[at] * value, factors[columns]);
};

it('is positive for the items of the window, has a root mean square of 1, and ignores a column without a difference', () => {
  const { text = new Float32Array(), ...others } = windowDiscriminants(
    features,
    [1, 1, 1, 1, 0, 0],
    [1, 1, 0, 0, 1, 1],
  );
  expect(others).toEqual({});
  const values = [0, 1, 2, 3, 4, 5].map((row) => scoreOf(text, row));
  expect(Math.max(...values.slice(0, 4))).toBeLessThan(0);
  expect(Math.min(...values.slice(4))).toBeGreaterThan(0);
  expect(values.reduce((sum, value) => sum + value * value, 0) / 6).toBeCloseTo(1, 5);
  expect(Math.abs(text[1])).toBeLessThan(0.01 * text[0]);
});

it('weighs items by how often they were chosen, and is absent without a difference or without choices', () => {
  const { text } = windowDiscriminants(features, [5, 5, 5, 5, 1, 1], [1, 1, 1, 1, 5, 5]);
  expect(scoreOf(text ?? new Float32Array(), 4)).toBeGreaterThan(0);
  expect(windowDiscriminants(features, [1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2])).toEqual({});
  expect(windowDiscriminants(features, new Float32Array(6), [1, 1, 1, 1, 1, 1])).toEqual({});
});
