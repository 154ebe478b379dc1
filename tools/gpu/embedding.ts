import { BaseModel, baseConfig, initialWeights } from '../../src/base-model';
import type { Findings, Time } from './findings';
import { type Compared, type Host, median, type Say, timed } from './host';
import { check, largestDifference } from './parity';
import { nowhereZero, randomTable } from './random-shop';
import type { Sizes } from './sizes';

/** Embeddings of items and vectors of users by a base model, on WebGPU and on wasm. */
export async function compareBaseModel(host: Host, { base, runs }: Sizes, say: Say): Promise<Findings> {
  const table = randomTable(base.items, base.dim, 3);
  const config = baseConfig('sidestream', { embeddingDim: base.embeddingDim });
  const weights = nowhereZero(initialWeights(config, table, 32, 5));
  const histories = Array.from({ length: base.histories }, (_, user) =>
    Int32Array.from({ length: 1 + (user % config.maxSeqLen) }, (_, n) => (user * 5 + n * 3) % base.items),
  );
  const on = async (backend: Compared) => {
    say(`base model on ${backend}`);
    await host.startTfjs(backend);
    const model = BaseModel.from(weights, config, table);
    try {
      const first = await timed(() => model.embedItems(table));
      const later: number[] = [];
      for (let run = 0; run < runs; run++) later.push((await timed(() => model.embedItems(table))).milliseconds);
      const users = await model.userVectors(histories, first.value);
      const rows: [string, number][] = [
        [`embed ${base.items} items, the first time`, first.milliseconds],
        [`embed ${base.items} items`, median(later)],
      ];
      const times = rows.map(([name, milliseconds]): Time => ({ part: 'base-model', name, on: backend, milliseconds }));
      return { items: first.value, users, times };
    } finally {
      model.dispose();
    }
  };
  const [wasm, webgpu] = [await on('wasm'), await on('webgpu')];
  const compared = (what: string, a: Float32Array, b: Float32Array) =>
    check('base-model', 'largest difference of an embedding', what, largestDifference(a, b));
  return {
    checks: [compared('items', webgpu.items, wasm.items), compared('users', webgpu.users, wasm.users)],
    times: [...wasm.times, ...webgpu.times],
  };
}
