import { backend } from '@tensorflow/tfjs-core';
import { BaseModel, baseConfig, initialWeights } from '../../src/base-model';
import { createTable, type Item, quantizeRow } from '../../src/catalog';
import { Learner, type LearnerCatalog } from '../../src/learner';
import { catalogIndex } from '../../src/ranking';

/** Scores of a base model before and after the loss of the GPU, and the error of the update in between. */
export interface BaseRecovery {
  failure: string;
  recovered: boolean;
  backend: string | null;
  /** After the choices before the loss, and after the same and one more. */
  before: number[];
  after: number[];
  /** What the model gives for those choices without any loss. */
  expected: number[];
}

declare global {
  interface Window {
    loseGpuOfBase(): Promise<BaseRecovery>;
  }
}

const COUNT = 12;

function catalog(): LearnerCatalog {
  const shape = { dim: 4, taps: { text: 2, image: 2 } };
  const table = createTable(shape, COUNT);
  for (let at = 0; at < COUNT * 4; at++) {
    const vector = Float32Array.from({ length: shape.dim }, (_, d) => Math.sin(at * 3 + d * 5));
    table.scales[at] = quantizeRow(vector, table.values, at * shape.dim);
  }
  const items = Array.from(
    { length: COUNT },
    (_, row): Item => ({
      ...{ id: `item-${row}`, title: `Item ${row}`, description: '', category: '', attributes: {} },
      availability: 'in-stock',
    }),
  );
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  return { table, blend, index: catalogIndex(items, table, blend) };
}

window.loseGpuOfBase = async () => {
  const shop = catalog();
  const config = baseConfig('sidestream', { embeddingDim: 6, maxSeqLen: 4, heads: 2, blocks: 1 });
  const bytes = BaseModel.from(initialWeights(config, shop.table, 4, 7), config, shop.table).save();
  const after = async (learner: Learner, rows: number[]): Promise<number[]> => {
    for (const row of rows) learner.observe({ id: row + 1, type: 'click', itemId: `item-${row}`, time: row });
    await learner.prepare();
    return Array.from(learner.state.base?.scores ?? []);
  };
  const learner = new Learner(shop, { seed: 1, backend: 'webgpu' });
  const model = await learner.loadBase(bytes);
  const before = await after(learner, [0, 3]);
  const { device } = backend() as unknown as { device: GPUDevice };
  device.destroy();
  await device.lost;
  let failure = 'none';
  try {
    await after(learner, [6]);
  } catch (thrown) {
    failure = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const recovered = await learner.recover();
  const found = Array.from(learner.state.base?.scores ?? []);
  const { backend: used } = learner.status;
  model.dispose();
  const fresh = new Learner(shop, { seed: 1, backend: 'wasm' });
  const again = await fresh.loadBase(bytes);
  const expected = await after(fresh, [0, 3, 6]);
  again.dispose();
  return { failure, recovered, backend: used, before, after: found, expected };
};
