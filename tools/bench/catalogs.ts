import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderSink } from '../../packages/cli/bundler';
import { SIDE_SETTINGS } from '../../packages/shop/training/side';
import { contentBlend, contentVectors, MANIFEST_FILE, type SideModel, writeBundle } from '../../src/core/catalog';
import { ADAPTER_SIZE, ADAPTER_WEIGHTS } from '../../src/core/catalog/side-model';
import { seededRandom, uniform } from '../../src/core/common/random';
import type { LearnerCatalog } from '../../src/device/learner';
import { type CatalogIndex, catalogIndex, type RankRequest } from '../../src/device/ranking';
import { topicContent } from '../../testing/topics';

/** Columns of a shop's vectors, as `sidestream train` makes them. */
const WIDTH = 64;
/** Approximate number of items of a topic. */
const TOPIC = 150;
/** Largest magnitude of a stored value of a row. */
const MAX_STEP = 127;

/** A list for a shopper, as a page requests it. */
export const FOR_YOU: RankRequest = { placement: 'for-you', row: null, limit: 8, exclude: new Set() };
/** Time at which shoppers start. */
export const START = 1_700_000_000_000;

/** A synthetic catalogue about topics, with features of realistic size: 3 + 3 taps of 128. */
export const syntheticContent = (items: number) =>
  topicContent({ items, topics: Math.ceil(items / TOPIC), dim: 128, taps: 3 });

/** Folder of a bundle of it, which is kept. */
export async function benchBundle(items: number): Promise<string> {
  const folder = fileURLToPath(new URL(`../../.cache/bench/${items}`, import.meta.url));
  if (!existsSync(join(folder, MANIFEST_FILE))) {
    await writeBundle(await syntheticContent(items), await folderSink(folder));
  }
  return folder;
}

/** The same as an index for the learner, with content of 256 columns. */
export async function contentCatalog(items: number): Promise<LearnerCatalog> {
  const { items: all, features, encoders } = await syntheticContent(items);
  const blend = contentBlend({ modalities: { text: encoders.text, image: encoders.image } });
  return { index: catalogIndex(all, features, blend), table: features, blend };
}

/** The same for a shop with a side model: vectors of 64 values in 127 steps, as a bundle stores them. */
export async function sideShop(items: number): Promise<LearnerCatalog> {
  const { index, table, blend } = await contentCatalog(items);
  const side = syntheticSide(contentVectors(table, blend), index.items.length);
  return { index: catalogIndex(index.items, table, blend, { side }), table, blend };
}

/** The same shop, whose side model also has an adapter for texts and one for pictures. */
export function withAdapters({ index, ...catalog }: LearnerCatalog): LearnerCatalog {
  const { side } = index;
  if (!side) return { ...catalog, index };
  const inputs = ['text', 'image'] as const;
  const count = index.items.length;
  const width = side.width + ADAPTER_SIZE * inputs.length;
  const random = seededRandom(2);
  const wider = (values: Float32Array, rows: number, fill: () => number): Float32Array =>
    Float32Array.from({ length: rows * width }, (_, at) => {
      const column = at % width;
      return column < side.width ? values[Math.floor(at / width) * side.width + column] : fill();
    });
  const model: SideModel = {
    ...side,
    width,
    vectors: wider(side.vectors, count, () => 2 * random() - 1),
    states: side.states.map(({ decay, gain }) => ({ decay, gain: wider(gain, 1, () => 0) })),
    adapters: {
      inputs,
      context: uniform(random, ADAPTER_SIZE * width, 0.1),
      rates: Float32Array.of(0.1, 0.1),
      fades: Float32Array.of(0.95, 0.95),
      start: uniform(random, ADAPTER_WEIGHTS * inputs.length, 0.1),
    },
  };
  return { ...catalog, index: { ...index, side: model } };
}

/** Rows of the items of each topic, in the order of the catalogue. */
export function rowsByTopic({ items }: Pick<CatalogIndex, 'items'>): number[][] {
  const topics = new Map<string, number[]>();
  for (const [row, { category }] of items.entries()) {
    const rows = topics.get(category);
    if (rows) rows.push(row);
    else topics.set(category, [row]);
  }
  return [...topics.values()];
}

/** Vectors projected from the content, so that near items stay near. */
export function syntheticSide({ width, values }: { width: number; values: Float32Array }, count: number): SideModel {
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
    states: SIDE_SETTINGS.decays.map((decay) => ({
      decay,
      gain: uniform(random, WIDTH, 0.5).map((value) => 1 + value),
    })),
    vectors,
    biases: uniform(random, count, 1),
    digest: '5'.repeat(64),
  };
}
