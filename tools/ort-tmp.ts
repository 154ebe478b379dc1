import { contentBlend } from '../src/core/catalog';
import { seededRandom, Trainer, tfjsGradients } from '../src/core/model';
import { freshSideWeights } from '../src/core/model/side';
import { catalogIndex } from '../src/device/ranking';
import { openFolder } from '../src/shop/bundler';
import { openPrepared } from '../src/shop/logs/node';
import { byProduct } from '../src/shop/training';
import { startCompute } from '../src/shop/training/node';
import { nativeGradients } from '../src/shop/training/node/native/native-gradients';
import { SIDE_SETTINGS, sideFeatures } from '../src/shop/training/side';
import { sideBatch, sideBatches } from '../src/shop/training/side/side-batch';
import { sideConfigOf } from '../src/shop/training/side/side-features';
import { sideLoss, sideStep } from '../src/shop/training/side/side-loss';
import { firstChoices, sideSequences } from '../src/shop/training/side/side-sequences';

const { bundle } = byProduct(await openFolder('/tmp/b/ml'), { events: [], rejected: [] } as any);
const index = catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest));
const features = sideFeatures(index);
const choices = await openPrepared('/tmp/s/mlfull', bundle.items);
await startCompute();
const config = sideConfigOf(features, SIDE_SETTINGS);
console.log(config.inputs);
const seq = firstChoices(sideSequences(choices, new Set()), 0.5);
const pop = new Float32Array(features.count);
for (const r of seq.rows) pop[r]++;
const logPopularity = pop.map((c) => Math.log(1 + c));
const random = seededRandom(1);
const batches = sideBatches(seq, random);
const known = Int32Array.from([...pop.keys()].filter((r) => pop[r] > 0));
const weights = freshSideWeights(config, features.count, random);
const names = Object.keys(weights);
const trainer = new Trainer(weights, names, {
  learningRate: 1e-3,
  rowWise: ['item.embedding', 'item.bias'],
  clipNorm: 5,
  averaging: 0.99,
  weightDecay: () => 0.01,
});
const loss = sideLoss(config);
const tf = tfjsGradients(loss);
const nat = (await nativeGradients())(loss);
const times = [0, 0, 0, 0];
for (let n = 0; n < 12; n++) {
  let t = performance.now();
  const lap = (i: number) => {
    const u = performance.now();
    if (n > 1) times[i] += (u - t) / 10;
    t = u;
  };
  const batch = sideBatch(batches.at(n), { known, negatives: 768, historyDropout: 0.2 }, random);
  const step = sideStep(batch, { config, features, logPopularity, dropout: 0.2, embeddingDropout: 0.3 }, random);
  const w = trainer.pick(batch.rows);
  lap(0);
  const a = await tf(step, w, trainer.learning);
  lap(1);
  const b = await nat(step, w, trainer.learning);
  lap(2);
  let worst = 0,
    where = '';
  for (const k of Object.keys(a.gradients)) {
    const x = a.gradients[k],
      y = b.gradients[k];
    let m = 0,
      d = 0;
    for (let i = 0; i < x.length; i++) {
      m = Math.max(m, Math.abs(x[i]));
      d = Math.max(d, Math.abs(x[i] - y[i]));
    }
    if (d / m > worst) {
      worst = d / m;
      where = k;
    }
  }
  if (n < 4)
    console.log(
      step.sizes,
      a.loss,
      b.loss,
      Object.keys(a.gradients).length,
      Object.keys(b.gradients).length,
      worst,
      where,
    );
  t = performance.now();
  trainer.move(b, batch.rows);
  lap(3);
}
console.log('batch', times[0], 'tfjs', times[1], 'native', times[2], 'move', times[3]);
