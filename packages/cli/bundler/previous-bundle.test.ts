import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLearned, MANIFEST_FILE, openBundle, rowsPerItem } from '../../../src/core/catalog';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { buildBundle } from './build-bundle';
import { folderFetch, folderSink } from './folder-bundle';
import { previousBundle } from './previous-bundle';

const TITLES = ['Red apple', 'Steel hammer', 'Green pear', 'Wooden chair', 'Blue shirt', 'Warm scarf', 'Hand saw'];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function build(out: string, titles: string[]) {
  const catalog = join(folder, 'catalog.jsonl');
  await writeFile(catalog, titles.map((title) => JSON.stringify({ id: title, title })).join('\n'));
  return buildBundle({
    catalog,
    out,
    imageBase: '',
    text: 'title-description',
    models: MODELS_FOLDER,
    encoders: false,
    meter: { start() {}, advance() {}, stop() {} },
  });
}

/** A bundle of the first five items that has learned something. */
async function learnedBundle(name: string) {
  const out = join(folder, name);
  await build(out, TITLES.slice(0, 5));
  const bundle = await openBundle(folderFetch(out));
  const cooccurrence = {
    count: 5,
    offsets: Uint32Array.of(0, 1, 1, 1, 1, 1),
    rows: Uint32Array.of(2),
    lifts: Float32Array.of(1),
  };
  return { out, manifest: await addLearned(bundle, { cooccurrence }, await folderSink(out)) };
}

const features = async (out: string, items: number) => {
  const { features: table } = await openBundle(folderFetch(out));
  return table.values.slice(0, items * rowsPerItem(table) * table.dim);
};

describe('a build in the folder of a trained bundle', () => {
  it('makes new features comparable with the previous ones, and keeps trained data by id, and reports it in one line', async () => {
    const { out, manifest } = await learnedBundle('learned');
    const before = await features(out, 5);
    const built = await build(out, TITLES);
    expect(built.manifest.projection).toEqual(manifest.projection);
    expect(built.notes).toEqual([
      'Trained data kept for 5 products; 2 new products without it until the next training.',
    ]);
    expect(await features(out, 5)).toEqual(before);
    const bundle = await openBundle(folderFetch(out));
    expect(bundle.items).toHaveLength(TITLES.length);
    expect([...((await bundle.cooccurrence())?.rows ?? [])]).toEqual([2]);
    const fewer = await build(out, TITLES.slice(1));
    expect(fewer.notes).toEqual(['Trained data kept for 6 products; 1 product no longer in the feed dropped.']);
  });

  it('continues without one that cannot be read, and says why', async () => {
    const said: string[] = [];
    const recipe = { text: 'title', dim: 128, digests: { text: '', image: '' } } as const;
    const previous = () => previousBundle(folder, recipe, (line) => said.push(line));
    expect(await previous()).toBeNull();
    expect(said).toEqual([]);
    await writeFile(join(folder, MANIFEST_FILE), '{"schema":');
    expect(await previous()).toBeNull();
    expect(said).toEqual([expect.stringMatching(/^Nothing was kept.*bundle\/invalid/)]);
  });
});
