import { describe, expect, it } from 'vitest';
import { contentBlock } from '../../../../src/device/ranking';
import { twoKinds } from '../../../../testing/two-kinds';
import { pickFeatures, sideConfigOf, sideFeatures } from './side-features';

const size = { width: 3, hidden: 4, decays: [0.4, 0.9] };

describe('sideFeatures', () => {
  const index = twoKinds(30);
  const features = sideFeatures(index);

  it('has text, picture and attributes of every item, centred, each column in which items differ', () => {
    expect(features.count).toBe(30);
    expect(sideConfigOf(features, size).inputs).toMatchObject({ text: 4, image: 4 });
    const { attributes } = features.inputs;
    // Two categories, and no column for the years.
    expect(attributes.columns).toBe(2);
    for (const { columns, values } of Object.values(features.inputs)) {
      expect(values).toHaveLength(30 * columns);
      for (let column = 0; column < columns; column++) {
        const own = values.filter((_, at) => at % columns === column);
        expect(own.reduce((sum, value) => sum + value, 0) / 30).toBeCloseTo(0, 4);
        expect(new Set(own).size).toBeGreaterThan(1);
      }
    }
  });

  it('has the halves of the standardised content, by one factor', () => {
    const { values, center, scale, width } = contentBlock(index);
    const { text, image } = features.inputs;
    const factors: number[] = [];
    for (let row = 0; row < 30; row++) {
      for (let d = 0; d < width; d++) {
        const expected = (values[row * width + d] - center[d]) * scale[d];
        const own = d < 4 ? text.values[row * 4 + d] : image.values[row * 4 + d - 4];
        if (Math.abs(expected) > 1e-2) factors.push(own / expected);
      }
    }
    expect(factors.length).toBeGreaterThan(100);
    for (const factor of factors) expect(factor).toBeCloseTo(factors[0], 3);
    expect(factors[0]).toBeGreaterThan(0);
  });

  it('has no columns if all items are the same', () => {
    const { content } = index;
    const blank = content.values.map((value, at) => (at % 8 < 4 ? value : 0));
    const same = { ...index, content: { ...content, values: blank }, categories: twoKinds(1).categories, numbers: [] };
    expect(sideConfigOf(sideFeatures(same), size).inputs).toEqual({ text: 4, image: 0, attributes: 0 });
  });

  it('is picked by rows, in their order and with repeats', () => {
    const picked = pickFeatures(features, [7, 0, 7]);
    const { columns, values } = features.inputs.attributes;
    const row = (n: number): number[] => [...values.subarray(n * columns, (n + 1) * columns)];
    expect([...picked.attributes]).toEqual([...row(7), ...row(0), ...row(7)]);
    expect(picked.text).toHaveLength(12);
  });
});
