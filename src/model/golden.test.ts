import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { dispose, matMul, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from './backends.fixture';
import { expandLayer } from './expand';
import { flatten, type Golden, relativeError, tapsOf, toWeights } from './golden.fixture';
import { disposeLossTerms, lossTerms } from './loss';
import { LADDERS, routerNames } from './names';
import { type BatchInputs, batchLoss, itemEmbeddings } from './network';
import { disposeParameters, trainableNames } from './parameters';
import { prune } from './prune';
import { storedExpertCounts } from './stored-layer';
import { type Loss, Trainer } from './trainer';
import { attentionMask, disposeMask, lastPositions, userEncoder } from './user-encoder';
import { UtilizationMeter } from './utilization';
import { parametersFrom, type Weights, withParameters } from './weights';

/** Numbers of the reference implementation, where they lie beside the checkout. */
const file = resolve(import.meta.dirname, '../../../shared/golden/xsmoe-a.json');
const golden: Golden | null = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;

const VALUES = 1e-4;
const LEARNED = 1e-3;

const values = async (tensor: Tensor): Promise<Float32Array> => {
  const data = Float32Array.from(await tensor.data());
  tensor.dispose();
  return data;
};

function expectWeights(actual: Weights, expected: Weights, tolerance: number): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, values }] of Object.entries(expected)) {
    expect(actual[name].shape, name).toEqual(shape);
    expect(relativeError(actual[name].values, values), name).toBeLessThan(tolerance);
  }
}

const describeGolden = golden ? describe : describe.skip;
if (!golden) console.warn('No reference numbers beside the checkout (../shared/golden): those tests are skipped.');

for (const backend of BACKENDS) {
  describeGolden(`reference numbers on ${backend}`, () => {
    beforeAll(() => useBackend(backend));
    const { config, features, popularity, phases } = golden ?? {
      config: null,
      features: null,
      popularity: [],
      phases: [],
    };

    for (const [index, phase] of phases.entries()) {
      test(`window ${index}: steps, gradients, utilisation, pruning, expansion, scores`, async () => {
        if (!config || !features) return;
        const trainer = new Trainer(toWeights(phase.initial), phase.trainable, {
          learningRate: config.learningRate,
          beta1: config.adam.beta1,
          beta2: config.adam.beta2,
          epsilon: config.adam.eps,
        });
        const meter = new UtilizationMeter();

        for (const step of phase.steps) {
          const inputs: BatchInputs = {
            taps: tapsOf(features, step.itemIds.flat()),
            attention: attentionMask(step.mask.flat(), config.maxSeqLen),
            loss: lossTerms(step, popularity),
          };
          const items = await values(itemEmbeddings(trainer.parameters, inputs.taps));
          expect(relativeError(items, step.itemEmbeddings.flat())).toBeLessThan(VALUES);

          const silent: Loss = (parameters, trainable) => batchLoss(parameters, config, inputs, { trainable });
          const counted: Loss = (parameters, trainable) =>
            batchLoss(parameters, config, inputs, { trainable, tally: meter.tally });
          if (step.gradients) {
            const found = trainer.gradients(silent);
            expect(Object.keys(found.gradients).sort()).toEqual(Object.keys(step.gradients).sort());
            for (const [name, expected] of Object.entries(step.gradients)) {
              const gradient = Float32Array.from(await found.gradients[name].data());
              expect(relativeError(gradient, flatten(expected)), name).toBeLessThan(LEARNED);
            }
            dispose([found.loss, ...Object.values(found.gradients)]);
          }
          const [loss] = await values(trainer.step(counted));
          expect(Math.abs(loss - step.loss) / step.loss).toBeLessThan(VALUES);
          await meter.collect();
          dispose([...inputs.taps.text, ...inputs.taps.image]);
          disposeMask(inputs.attention);
          disposeLossTerms(inputs.loss);
        }

        const after = { ...toWeights(phase.initial), ...(await trainer.read()) };
        trainer.dispose();
        expectWeights(after, toWeights(phase.afterSteps), LEARNED);
        for (const ladder of LADDERS) {
          expect(relativeError(meter.shares[ladder].flat(), phase.utilization[ladder].flat())).toBeLessThan(LEARNED);
        }

        const { weights: pruned } = prune(after, meter.shares, { kind: 'paper', tau: config.pruneThreshold });
        for (const ladder of LADDERS) {
          expect(storedExpertCounts(pruned, ladder)).toEqual(phase.expertCounts.afterPrune[ladder]);
        }
        expectWeights(pruned, toWeights(phase.afterPrune), LEARNED);

        const target = toWeights(phase.afterExpand);
        let expanded = pruned;
        for (const ladder of LADDERS) {
          for (const layer of storedExpertCounts(pruned, ladder).keys()) {
            expanded = expandLayer(expanded, ladder, layer, {
              kind: 'paper',
              routerRow: (name, at, dim) => target[routerNames(name, at).weight].values.slice(-dim),
            });
          }
        }
        expectWeights(expanded, target, LEARNED);
      });

      test(`window ${index}: catalogue, user vectors and scores after the expansion`, async () => {
        if (!config || !features) return;
        const { itemIds, mask, catalogEmbeddings, userVectors, scores } = phase.eval;
        await countingTensors(() =>
          withParameters(toWeights(phase.afterExpand), async (parameters) => {
            const taps = tapsOf(features, [...features.text.keys()]);
            const catalog = itemEmbeddings(parameters, taps);
            expect(relativeError(await catalog.data(), catalogEmbeddings.flat())).toBeLessThan(VALUES);
            const chosen = tapsOf(features, itemIds.flat());
            const sequence = itemEmbeddings(parameters, chosen);
            const attention = attentionMask(mask.flat(), config.maxSeqLen);
            const encoded = userEncoder(parameters, config, sequence, attention);
            const users = lastPositions(encoded, config.maxSeqLen);
            expect(relativeError(await users.data(), userVectors.flat())).toBeLessThan(VALUES);
            const product = matMul(users, catalog, false, true);
            expect(relativeError(await product.data(), scores.flat())).toBeLessThan(VALUES);
            dispose([
              ...taps.text,
              ...taps.image,
              ...chosen.text,
              ...chosen.image,
              catalog,
              sequence,
              encoded,
              users,
              product,
            ]);
            disposeMask(attention);
          }),
        );
      });

      test(`window ${index}: the newest experts and everything outside the ladders learn`, () => {
        const parameters = parametersFrom(toWeights(phase.initial));
        expect(trainableNames(parameters, index > 0).sort()).toEqual([...phase.trainable].sort());
        disposeParameters(parameters);
      });
    }
  });
}
