import type { BundleContent } from '../src/core/catalog/bundle/write-bundle';
import { createTable, rowsPerItem } from '../src/core/catalog/features/feature-table';
import type { Item } from '../src/core/catalog/item';
import { quantizeRow, sha256 } from '../src/core/common/bytes';

/** Settings of a synthetic catalogue of topics. */
export interface TopicsOptions {
  items: number;
  topics: number;
  /** Width D. Default 16. */
  dim?: number;
  /** Taps per modality. Default 2. */
  taps?: number;
  /** Default 1. */
  seed?: number;
}

/** Number of directions in which items differ; the rest of a row is noise. */
const LATENT = 24;

/**
 * A catalogue whose items are about topics: rows of one topic are close together, as for products of one kind. Item n is
 * `item-n`, and its category is its topic.
 */
export async function topicContent({
  items: count,
  topics,
  dim = 16,
  taps = 2,
  seed = 1,
}: TopicsOptions): Promise<BundleContent> {
  const random = generator(seed);
  // Later directions have less variance, as with real encoders.
  const spread = Float32Array.from({ length: LATENT }, (_, d) => 1 / (1 + d / 6));
  const axes = Float32Array.from({ length: 2 * dim * LATENT }, () => gauss(random) / Math.sqrt(LATENT));
  const centers = Float32Array.from({ length: topics * LATENT }, (_, at) => gauss(random) * spread[at % LATENT]);
  const features = createTable({ dim, taps: { text: taps, image: taps } }, count);
  const rows = rowsPerItem(features);
  const items: Item[] = [];
  const latent = new Float32Array(LATENT);
  const row = new Float32Array(dim);
  for (let n = 0; n < count; n++) {
    const topic = Math.floor(random() * topics);
    for (let d = 0; d < LATENT; d++) latent[d] = centers[topic * LATENT + d] + 0.45 * gauss(random) * spread[d];
    for (let modality = 0; modality < 2; modality++) {
      for (let d = 0; d < dim; d++) {
        let sum = 0.08 * gauss(random);
        const axis = (modality * dim + d) * LATENT;
        for (let k = 0; k < LATENT; k++) sum += latent[k] * axes[axis + k];
        row[d] = sum;
      }
      for (let tap = 0; tap < taps; tap++) {
        const at = n * rows + modality * taps + tap;
        features.scales[at] = quantizeRow(row, features.values, at * dim);
        // Another tap represents the same item differently.
        row.reverse();
      }
      if (taps % 2 === 1) row.reverse();
    }
    items.push({
      id: `item-${n}`,
      title: `Item ${n} of topic ${topic}`,
      description: 'A synthetic product, described in about as many words as a short text of a shop would have.',
      category: `Group ${topic % 12}/Topic ${topic}`,
      price: 5 + (topic % 40) + Math.round(1000 * random()) / 100,
      image: `images/item-${n}.webp`,
      availability: 'in-stock',
      popularity: Math.floor(1000 / (1 + 400 * random())),
      attributes: {},
    });
  }
  const encoder = (name: string, digest: string) => ({
    preset: name,
    digest,
    taps: Array.from({ length: taps }, (_, tap) => `tap ${tap}`),
    contentTap: 0,
    contentWeight: 0.5,
  });
  const digestOf = (name: string) => sha256(new TextEncoder().encode(name));
  return {
    items,
    features,
    text: 'title-description',
    encoders: { text: encoder('text', await digestOf('text')), image: encoder('image', await digestOf('image')) },
    projection: new Uint8Array([1, 2, 3]),
  };
}

/** xorshift32, uniform in 0..1. */
function generator(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** Approximately normal: the sum of four uniform numbers, with deviation 1. */
const gauss = (random: () => number): number => (random() + random() + random() + random() - 2) * Math.sqrt(3);
