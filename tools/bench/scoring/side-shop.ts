import { contentBlend, contentVectors, type SideModel } from '../../../src/core/catalog';
import { seededRandom, uniform } from '../../../src/core/common/random';
import { SIDE_DECAYS } from '../../../src/core/model/side';
import type { LearnerCatalog } from '../../../src/device/learner';
import { catalogIndex } from '../../../src/device/ranking';
import { topicContent } from '../../../src/testing/topics';

/** Columns of a shop's vectors, as `sidestream train` makes them. */
const WIDTH = 64;
/** Items of a topic, about. */
const TOPIC = 150;
/** Largest magnitude of a stored value of a row. */
const MAX_STEP = 127;

/**
 * A synthetic catalogue of a shop with a side model: content of 256 columns, and vectors of 64 values in 127 steps, as a bundle
 * stores them.
 */
export async function sideShop(items: number): Promise<LearnerCatalog> {
  const content = await topicContent({ items, topics: Math.ceil(items / TOPIC), dim: 128, taps: 3 });
  const { text, image } = content.encoders;
  const blend = contentBlend({ modalities: { text, image } });
  const side = syntheticSide(contentVectors(content.features, blend), content.items.length);
  return { index: catalogIndex(content.items, content.features, blend, { side }), table: content.features, blend };
}

/** Vectors that are projections of the content: near where it is near. */
function syntheticSide({ width, values }: { width: number; values: Float32Array }, count: number): SideModel {
  const random = seededRandom(1);
  const axes = uniform(random, WIDTH * width, Math.sqrt(3 / WIDTH));
  const vectors = new Float32Array(count * WIDTH);
  for (let row = 0; row < count; row++) {
    const own = vectors.subarray(row * WIDTH, (row + 1) * WIDTH);
    for (let to = 0; to < WIDTH; to++) {
      for (let d = 0; d < width; d++) own[to] += 2 * axes[to * width + d] * values[row * width + d];
    }
    const step = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / MAX_STEP;
    for (let d = 0; d < WIDTH; d++) own[d] = Math.round(own[d] / step) * step;
  }
  return {
    width: WIDTH,
    states: SIDE_DECAYS.map((decay) => ({ decay, gain: uniform(random, WIDTH, 0.5).map((value) => 1 + value) })),
    vectors,
    biases: uniform(random, count, 1),
    digest: '5'.repeat(64),
  };
}
