import { beforeAll, describe, expect, test } from 'vitest';
import type { Weights } from '../model';
import { categoryTable, useBackend } from '../testing/experts';
import { BaseModel } from './base-model';
import { baseConfig, initialWeights } from './config';

const table = categoryTable(30);
const config = baseConfig('sidestream', { embeddingDim: 6, maxSeqLen: 4, heads: 2, blocks: 2 });
const weights = initialWeights(config, table, 3, 5);

describe('a base model', () => {
  beforeAll(() => useBackend('wasm'));

  test('reads the last items of a history, whatever its length and the other histories', async () => {
    const model = BaseModel.from(weights, config, table);
    const items = await model.embedItems(table);
    const of = (...histories: number[][]) =>
      model.userVectors(
        histories.map((rows) => Int32Array.from(rows)),
        items,
      );
    const [long] = [await of([9, 8, 7, 6, 5, 4])];
    expect(await of([7, 6, 5, 4])).toEqual(long);
    expect(await of([8, 6, 5, 4])).not.toEqual(long);
    const many = await of([3], [7, 6, 5, 4], []);
    for (let d = 0; d < 6; d++) expect(many[6 + d]).toBeCloseTo(long[d], 5);
    expect([...many].every(Number.isFinite)).toBe(true);
    for (let user = 0; user < 3; user++) {
      expect(Math.hypot(...many.subarray(user * 6, user * 6 + 6))).toBeCloseTo(1, 4);
    }
    const scores = await model.scores(many, items);
    expect(scores).toHaveLength(3 * 30);
    const dot = items.subarray(12, 18).reduce((sum, value, d) => sum + value * many[d], 0);
    expect(scores[2]).toBeCloseTo(dot / config.temperature, 3);
    model.dispose();
  });

  const spoil: [string, (weights: Record<string, Weights[string]>) => void][] = [
    ['a missing name', (all) => delete all['multimodal_encoder.com_dense.bias']],
    ['a foreign name', (all) => (all.extra = { shape: [1], values: Float32Array.of(1) })],
    [
      'another shape',
      (all) => (all['multimodal_encoder.com_dense.bias'] = { shape: [2], values: Float32Array.of(1, 2) }),
    ],
    ['a layer without experts', (all) => delete all['multimodal_encoder.cv_encoder.moes.0.experts.0.fc_down.weight']],
    [
      'numbers that are not finite',
      (all) =>
        (all['multimodal_encoder.com_dense.bias'] = { shape: [6], values: new Float32Array(6).fill(Number.NaN) }),
    ],
    ['too few layers', (all) => delete all['multimodal_encoder.text_encoder.routers.1.linear.weight']],
  ];
  test.each(spoil)('is refused with %s', (_, edit) => {
    const copy = { ...weights };
    edit(copy);
    expect(() => BaseModel.from(copy, config, table)).toThrowError(
      expect.objectContaining({ code: 'model/bad-weights' }),
    );
  });

  test('is refused for other features and another number of heads', () => {
    const refused = expect.objectContaining({ code: 'model/bad-weights' });
    expect(() => BaseModel.from(weights, config, { dim: 16, taps: table.taps })).toThrowError(refused);
    expect(() => BaseModel.from(weights, config, { dim: 8, taps: { text: 3, image: 3 } })).toThrowError(refused);
    expect(() => BaseModel.from(weights, { ...config, heads: 4 }, table)).toThrowError(refused);
  });
});
