import { beforeAll, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../testing/backends';
import { randomLadders } from '../testing/weights';
import { expertNames, FUSION_NAMES, routerNames } from './names';
import { disposeParameters, expertCounts, fusionOf, layersOf, parameter, trainableNames } from './parameters';
import { parametersFrom, weightsFrom, withParameters } from './weights';

beforeAll(() => useBackend('cpu'));

const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [2, 1], bias: true }, 5);

test('weights come back from the backend as they were', async () => {
  await countingTensors(async () => {
    expect(await withParameters(weights, weightsFrom)).toEqual(weights);
  });
});

test('parameters are freed when the work fails', async () => {
  await countingTensors(async () => {
    const failing = withParameters(weights, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
  });
});

test('layers are views with frozen experts where no gradient is wanted', () => {
  const parameters = parametersFrom(weights);
  expect(expertCounts(parameters)).toEqual({ text: [2, 1], image: [2, 1] });
  const layers = layersOf(parameters, 'text', new Set([expertNames('text', 0, 1).up]));
  expect(layers.map(({ experts }) => experts.map(({ frozen }) => frozen))).toEqual([[true, false], [true]]);
  expect(layers[0].router.bias).toBe(parameters[routerNames('text', 0).bias]);
  expect(layersOf(parameters, 'text')[0].experts[0].frozen).toBe(false);
  disposeParameters(parameters);
});

test('all but the older experts are trainable, unless nothing is frozen yet', () => {
  const parameters = parametersFrom(weights);
  const { down, up } = expertNames('image', 0, 0);
  expect(trainableNames(parameters)).not.toContain(down);
  expect(trainableNames(parameters)).not.toContain(up);
  expect(trainableNames(parameters)).toHaveLength(Object.keys(weights).length - 4);
  expect(trainableNames(parameters, false).sort()).toEqual(Object.keys(weights).sort());
  disposeParameters(parameters);
});

test('a missing weight or one of another rank is named', () => {
  const parameters = parametersFrom(weights);
  expect(() => fusionOf(parameters)).toThrowError(FUSION_NAMES.weight);
  const { bias } = routerNames('text', 0);
  expect(() => parameter(parameters, bias, 2)).toThrowError(expect.objectContaining({ code: 'model/bad-shape' }));
  expect(() => parameter(parameters, 'toString', 2)).toThrowError(
    expect.objectContaining({ code: 'model/bad-weights' }),
  );
  disposeParameters(parameters);
});
