import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../testing/cosine';
import type { RawTaps } from './encoder';
import { createNodeEncoder } from './node/node-encoder';
import { decodeImage } from './node/node-image';
import { fitProjection, project } from './projection';
import { findRecipe } from './recipes';
import { DEFAULT_PRESETS } from './registry';

const SHOP = new URL('../../../../shared/data/shop-magento/', import.meta.url);
const PACKAGES = new URL('../../../node_modules/', import.meta.url);
const { text: TEXT, image: IMAGE } = DEFAULT_PRESETS;
const DIM = 128;

interface Product {
  title: string;
  category: string;
  image: string;
}

async function build({ name, source, taps }: typeof TEXT | typeof IMAGE) {
  const read = async (path: string) => new Uint8Array(await readFile(new URL(`${source.package}/${path}`, PACKAGES)));
  const built = await findRecipe(name)?.build(
    read,
    taps.map((tap) => tap.name),
  );
  if (!built) throw new Error(`no recipe for ${name}`);
  return built;
}

/** Projected content rows, one unit vector per product. */
function content(taps: RawTaps, contentTap: number, count: number): Float32Array[] {
  const rows = project(fitProjection(taps, count, { dim: DIM }), taps);
  return Array.from({ length: count }, (_, n) => {
    const start = (n * taps.length + contentTap) * DIM;
    const row = rows.slice(start, start + DIM);
    const norm = Math.hypot(...row);
    return row.map((x) => x / norm);
  });
}

/** Share of the five nearest neighbours that are of the product's own category. */
function precision(vectors: Float32Array[], products: Product[]): number {
  let hits = 0;
  for (const [i, vector] of vectors.entries()) {
    const others = products.map((_, j) => j).filter((j) => j !== i);
    const scores = vectors.map((other) => cosine(vector, other));
    others.sort((a, b) => scores[b] - scores[a]);
    hits += others.slice(0, 5).filter((j) => products[j].category === products[i].category).length;
  }
  return hits / (5 * products.length);
}

const concat = (a: Float32Array, b: Float32Array) => Float32Array.from([...a, ...b]);

describe('the default encoders', () => {
  it.skipIf(!existsSync(SHOP))('put products of a category together on a real catalogue (../shared)', async () => {
    const lines = (await readFile(new URL('catalog.jsonl', SHOP), 'utf8')).trim().split('\n');
    const products: Product[] = lines.map((line) => JSON.parse(line));
    const texts = await createNodeEncoder(TEXT, await build(TEXT));
    const titles = await texts.encode(products.map(({ title }) => title));
    await texts.release();
    const pictures = await Promise.all(
      products.map(async ({ image }) => decodeImage(await readFile(new URL(`images/${image}`, SHOP)), IMAGE)),
    );
    const images = await createNodeEncoder(IMAGE, await build(IMAGE));
    const photos = await images.encode(pictures);
    await images.release();

    const byText = content(titles, TEXT.contentTap, products.length);
    const byImage = content(photos, IMAGE.contentTap, products.length);
    const [text, image] = [precision(byText, products), precision(byImage, products)];
    const both = precision(
      byText.map((row, i) => concat(row, byImage[i])),
      products,
    );
    expect(text).toBeGreaterThanOrEqual(0.54);
    expect(image).toBeGreaterThanOrEqual(0.58);
    expect(both).toBeGreaterThan(Math.max(text, image) + 0.1);
  });
});
