import type { StudioState } from '../apps/studio/session';
import type { Item } from '../src/core/catalog';

const studioItem = (n: number, title = `Product ${n}`): Item => ({
  id: `p${n}`,
  title,
  description: '',
  category: 'Home/Lamps',
  price: 10 + n,
  availability: 'in-stock',
  attributes: {},
});

/** Studio's state after all steps of a small shop with a log. */
export function studioState(): StudioState {
  const first = Array.from({ length: 12 }, (_, n) => studioItem(n));
  const progress = { stage: 'Epoch 2', done: 2, total: 2, perSecond: 0.5, secondsLeft: 0 };
  return {
    catalog: {
      files: ['products.csv'],
      products: 1204,
      language: 'en',
      languageNote: null,
      summary: ['products.csv: 1,204 products, 2 rows refused'],
      mapping: {},
      currency: null,
      withoutAddress: 1204,
      first,
      refused: [{ file: 'products.csv', line: 12, id: 'MH01', field: 'price', reason: 'must be 0 or more' }],
      refusedCount: 2,
      picturesByFile: 900,
      picturesByAddress: 0,
    },
    pictures: { found: 880, missing: [{ name: 'lamp.jpg', reason: 'there is no such file' }], missingCount: 20 },
    bundle: {
      items: 1204,
      bytes: 12_345_678,
      encoded: 1204,
      reused: 0,
      withoutPicture: 324,
      seconds: 200,
      backend: { kind: 'wasm', workers: 2, why: 'this browser has no WebGPU' },
      notes: [],
      samples: [{ product: studioItem(1), nearest: [2, 3, 4, 5, 6].map((n) => studioItem(n)) }],
    },
    log: {
      file: 'orders.csv',
      events: 60_000,
      shoppers: 4000,
      from: Date.UTC(2026, 0, 1),
      until: Date.UTC(2026, 5, 30),
      unknown: 0,
      unknownNote: null,
      refused: [],
      refusedCount: 0,
      notes: [],
    },
    learned: {
      progress,
      backend: 'wasm',
      epochs: [
        { epoch: 1, loss: 5.1, hitRate: 0.08 },
        { epoch: 2, loss: 4.2, hitRate: 0.11 },
      ],
      popularity: 0.06,
      itemKnn: 0.09,
      choices: 58_000,
      shoppers: 4000,
      seconds: 100,
      keptEpoch: 2,
      stopped: false,
      gain: { mean: 0.02, error: 0.005, rival: 'item-knn', shoppers: 64 },
    },
  };
}
