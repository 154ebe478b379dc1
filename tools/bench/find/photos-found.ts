import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openFolder } from '../../../packages/cli/bundler';
import { createNodeEncoder, decodeImage } from '../../../packages/encoders/node';
import type { FeatureTable } from '../../../src/core/catalog';
import { seededRandom } from '../../../src/core/common/random';
import { bundlePreset, decodeProjection, project } from '../../../src/core/encoders';
import { nearestToPicture, nearestToText } from '../../../src/device/ranking';
import { invalidInput } from '../../../src/error';
import { type AreaResult, atLeast, type Say } from '../kept';
import { CHANGES, evenly, photograph } from './photographs';

const PRODUCTS = 100;
const SEED = 7;
/** Shares of the products that must be nearest to themselves, and within the first few. */
const [MIN_FIRST, MIN_WITHIN] = [0.9, 0.97];
const FEW = 5;

/** Products of a catalogue, each looked for by a new photograph of its picture. */
export async function photosFound(say: Say, folder: string, pictures: string): Promise<AreaResult> {
  say(`photographs of the products of ${folder}`);
  const bundle = await openFolder(folder);
  const { features, manifest } = bundle;
  const { image } = manifest.modalities;
  const preset = bundlePreset(image.preset, image.encoder?.settings);
  const projection = decodeProjection(new Uint8Array(await bundle.projection())).image;
  if (preset.modality !== 'image' || !projection) {
    throw invalidInput(`${folder} has no image encoder. Build it with --images, and without --no-encoders.`);
  }
  const files = bundle.items.map(({ image: address = '' }) => join(pictures, basename(address)));
  const pictured = files.flatMap((file, row) => (bundle.items[row].image && existsSync(file) ? [{ file, row }] : []));
  if (pictured.length < PRODUCTS) {
    const message = `${pictures} has the pictures of ${pictured.length} products of ${folder}; ${PRODUCTS} are needed. Give the folder from which the bundle was built.`;
    throw invalidInput(message);
  }
  const { onnx } = await bundle.encoder('image');
  const encoder = await createNodeEncoder(preset, { onnx: new Uint8Array(onnx) });
  const photos = await bundle.photos();
  const [found, oneTap] = [ranks(), ranks()];
  const random = seededRandom(SEED);
  for (const { file, row } of evenly(pictured, PRODUCTS)) {
    const photo = await decodeImage(await photograph(file, random), preset);
    const query = project(projection, await encoder.encode([photo]));
    const rank = found.add(nearestToPicture(features, photos, query, image.contentTap), row);
    oneTap.add(nearestByTap(features, query, image.contentTap), row);
    if (rank > FEW) say(`not within the first ${FEW}: ${bundle.items[row].title}, number ${rank}`);
  }
  await encoder.release();
  const of = `${bundle.items.length} products of ${basename(folder)}`;
  return {
    bars: [
      atLeast(`photographed product is the nearest, ${of}`, MIN_FIRST, found.within(1), `${found}; ${CHANGES}`),
      atLeast(`photographed product is among the first five, ${of}`, MIN_WITHIN, found.within(FEW), `${found}`),
    ],
    figures: [{ name: `photographs compared by one tap, without whitening, ${of}`, measured: `${oneTap}` }],
  };
}

/** How near items are to a photo by the cosine of one tap: what `nearestToPicture` was compared with. */
const nearestByTap = (table: FeatureTable, query: Float32Array, tap: number): Float32Array =>
  nearestToText(table, query.subarray(tap * table.dim, (tap + 1) * table.dim), table.taps.text, 0);

/** Ranks of products in the lists for their own photographs. */
function ranks() {
  const all: number[] = [];
  const within = (most: number): number => all.filter((rank) => rank <= most).length / all.length;
  const percent = (most: number): string => `${Math.round(100 * within(most))} %`;
  return {
    /** @returns the rank of a row, from 1 */
    add(scores: Float32Array, row: number): number {
      const rank = 1 + scores.filter((score) => score > scores[row]).length;
      all.push(rank);
      return rank;
    },
    /** Share of the products with this rank or a better one. */
    within,
    toString: () => `nearest ${percent(1)}, among the first five ${percent(FEW)}, of ${all.length}`,
  };
}
