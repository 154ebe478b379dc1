import { expect, test } from 'vitest';
import type { Weights } from '../../packages/shop/training/model/weights';
import { namedLayers, randomLadders, randomModel } from './random-model';
import { checkLayer, expertCounts, fusionOf, ladderEntries, layersOf, mapLayers } from './state-dict';
import { userEncoderOf } from './user-encoder';

const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [2, 1], bias: true }, 5);
const without = (name: string): Weights => Object.fromEntries(Object.entries(weights).filter(([key]) => key !== name));
const [first] = namedLayers(weights, 'text');

test("the names equal the authors'", () => {
  const sizes = { hiddenDim: 2, embeddingDim: 2, bottleneckDim: 1, maxSeqLen: 2, heads: 1, blocks: 1, tapLayers: 1 };
  const ladders = ['text_encoder', 'cv_encoder'].flatMap((ladder) => [
    `multimodal_encoder.${ladder}.moes.0.experts.0.fc_down.weight`,
    `multimodal_encoder.${ladder}.moes.0.experts.0.fc_up.weight`,
    `multimodal_encoder.${ladder}.routers.0.linear.weight`,
  ]);
  const block = 'user_encoder.encoder.transformer_blocks.0';
  expect(Object.keys(randomModel(sizes, 1)).sort()).toEqual(
    [
      ...ladders,
      'multimodal_encoder.com_dense.weight',
      'multimodal_encoder.com_dense.bias',
      'user_encoder.encoder.position_embedding.weight',
      'user_encoder.encoder.layer_norm.weight',
      'user_encoder.encoder.layer_norm.bias',
      ...['w_Q.weight', 'w_K.weight', 'w_V.weight', 'fc.weight', 'layer_norm.weight', 'layer_norm.bias'].map(
        (part) => `${block}.multi_head_attention.${part}`,
      ),
      ...['w_1.weight', 'w_1.bias', 'w_2.weight', 'w_2.bias', 'layer_norm.weight', 'layer_norm.bias'].map(
        (part) => `${block}.feed_forward.${part}`,
      ),
    ].sort(),
  );
  expect(first.router.bias).toBe('multimodal_encoder.text_encoder.routers.0.linear.bias');
});

test('a state dict that was read writes the same entries', () => {
  const sizes = { hiddenDim: 2, embeddingDim: 4, bottleneckDim: 1, maxSeqLen: 3, heads: 2, blocks: 2, tapLayers: 2 };
  const model = randomModel(sizes, 2);
  expect(ladderEntries({ text: layersOf(model, 'text'), image: layersOf(model, 'image') })).toEqual(
    Object.fromEntries(Object.entries(model).filter(([name]) => /\.(moes|routers)\./.test(name))),
  );
  expect(fusionOf(model).bias).toBe(model['multimodal_encoder.com_dense.bias']);
  const { blocks } = userEncoderOf(model);
  expect(blocks[1].query).toBe(model['user_encoder.encoder.transformer_blocks.1.multi_head_attention.w_Q.weight']);
  expect(mapLayers(model, (layer) => layer)).toEqual(model);
  expect(Object.keys(mapLayers(model, (layer) => layer))).toEqual(Object.keys(model));
});

test('a layer without bias loses the bias', () => {
  const changed = mapLayers(weights, (layer, ladder, index) =>
    ladder === 'text' && index === 0 ? { ...layer, router: { weight: layer.router.weight } } : layer,
  );
  expect(Object.keys(changed).sort()).toEqual(Object.keys(without(first.router.bias ?? '')).sort());
});

test('counts end at the first gap', () => {
  expect(expertCounts(weights)).toEqual({ text: [2, 1], image: [2, 1] });
  expect(expertCounts({})).toEqual({ text: [], image: [] });
  expect(expertCounts(without(first.experts[0].down)).text).toEqual([0, 1]);
  expect(expertCounts(without(first.router.weight)).text).toEqual([]);
});

test('incomplete layers are refused', () => {
  const refused = (code: string) => expect.objectContaining({ code });
  expect(() => layersOf(without(first.experts[0].up), 'text')).toThrowError(refused('model/bad-weights'));
  const check = (given: Weights): void => checkLayer(layersOf(given, 'text')[0]);
  check(weights);
  expect(() => check(without(first.experts[1].down))).toThrowError(refused('model/bad-shape'));
  expect(() => check(without(first.experts[0].down))).toThrowError(refused('model/bad-shape'));
  const swapped = { ...weights, [first.experts[0].up]: weights[first.experts[0].down] };
  expect(() => check(swapped)).toThrowError(refused('model/bad-shape'));
  expect(() => fusionOf(weights)).toThrowError('com_dense.weight');
  expect(() => userEncoderOf(weights)).toThrowError(refused('model/bad-weights'));
  expect(() => fusionOf({ ...weights, toString: weights })).toThrowError(refused('model/bad-weights'));
});
