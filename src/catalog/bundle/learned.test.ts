import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../testing/bundles';
import { topicContent } from '../../testing/topics';
import { TUNING } from '../../testing/tunings';
import type { CooccurrenceTable } from '../cooccurrence/cooccurrence-table';
import type { Demand } from '../demand/demand';
import type { Factors } from '../factors/factors';
import { createTable } from '../features/feature-shard';
import { addLearned } from './learned';
import { type BaseConfig, bundleFiles, MANIFEST_FILE } from './manifest';
import { openBundle } from './read-bundle';
import { verifyBundle } from './verify-bundle';
import { writeBundle } from './write-bundle';

const config: BaseConfig = {
  recipe: 'sidestream',
  embeddingDim: 8,
  maxSeqLen: 5,
  heads: 2,
  blocks: 1,
  temperature: 0.1,
};
const base = (...bytes: number[]) => ({ bytes: new Uint8Array(bytes), config });
/** Items a and b of two co-occur. */
const cooccurrence: CooccurrenceTable = {
  count: 2,
  offsets: Uint32Array.of(0, 1, 2),
  rows: Uint32Array.of(1, 0),
  lifts: Float32Array.of(2, 2),
};

/** One factor of each of two items, as a file has it. */
const factors: Factors = { blocks: [{ name: 'users', width: 1, values: Float32Array.of(127, -127) }] };

/** As a file has it: its values are the largest, and 0. */
const demand: Demand = {
  choices: Float32Array.of(3, 0),
  recent: Float32Array.of(0, 3),
  repeats: { share: 0.25, interval: 7, shares: Float32Array.of(1, 0), intervals: Float32Array.of(7, 0) },
};

async function written() {
  const memory = memoryBundle();
  const content = await bundleContent([makeItem('a'), makeItem('b')]);
  return { ...memory, content, manifest: await writeBundle(content, memory.sink) };
}

describe('what was learned, in a bundle', () => {
  it('is fetched when asked for and not before, and is what was put in last', async () => {
    const { manifest, sink, fetchFile, fetched } = await written();
    const empty = await openBundle(fetchFile);
    expect([await empty.base(), await empty.cooccurrence(), await empty.factors()]).toEqual([null, null, null]);
    expect([await empty.demand(), await empty.tuning()]).toEqual([null, null]);
    const first = await addLearned(manifest, { base: base(1) }, sink);
    const second = await addLearned(first, { base: base(2, 3), cooccurrence, factors, demand, tuning: TUNING }, sink);
    fetched.splice(0);
    const bundle = await openBundle(fetchFile);
    expect(bundle.manifest).toEqual(second);
    expect(fetched.filter((name) => /^(base|companions|factors|demand|tuning)-/.test(name))).toEqual([]);
    const stored = await bundle.base();
    expect(stored?.config).toEqual(config);
    expect(new Uint8Array(stored?.bytes ?? new ArrayBuffer(0))).toEqual(new Uint8Array([2, 3]));
    const progress: number[] = [];
    expect(await bundle.cooccurrence((loaded, total) => progress.push(loaded / total))).toEqual(cooccurrence);
    expect(progress.at(-1)).toBe(1);
    const names = bundleFiles(second).map(({ file }) => file);
    expect(names).toContain(second.base?.file);
    expect(await bundle.factors()).toEqual({ ...factors, digest: second.factors?.sha256 });
    expect(names).toContain(second.companions?.file);
    expect(names).toContain(second.factors?.file);
    expect(await bundle.demand()).toEqual(demand);
    expect(second.demand?.repeats).toEqual({ share: 0.25, interval: 7 });
    expect(names).toContain(second.demand?.file);
    expect(await bundle.tuning()).toEqual(TUNING);
    expect(names).toContain(second.tuning?.file);
    await verifyBundle(second, fetchFile);
    expect(second.digest).toBe(manifest.digest);
  });

  it('is about the items in the order of the bundle, where clusters change it', async () => {
    const count = 120;
    const content = await topicContent({ items: count, topics: 4 });
    const { sink, fetchFile } = memoryBundle();
    // Every item goes with the next one of the feed.
    const next = Uint32Array.from({ length: count }, (_, row) => (row + 1) % count);
    const offsets = Uint32Array.from({ length: count + 1 }, (_, row) => row);
    const chain: CooccurrenceTable = {
      count,
      offsets,
      rows: next,
      lifts: new Float32Array(count).fill(1),
      origin: 'shop',
    };
    const place: Factors = {
      blocks: [{ name: 'cooccurrence', width: 1, values: Float32Array.from({ length: count }, (_, row) => row) }],
    };
    const counted = Float32Array.from({ length: count }, (_, row) => row);
    const learned = { cooccurrence: chain, factors: place, demand: { choices: counted, recent: counted } };
    await writeBundle(content, sink, { clusterFrom: 100, clusterItems: 20, learned });
    const bundle = await openBundle(fetchFile);
    const table = await bundle.cooccurrence();
    const rowOf = new Map(content.items.map(({ id }, row) => [id, row]));
    const followers = bundle.items.map((_, at) => table && bundle.items[table.rows[table.offsets[at]]].id);
    expect(followers).toEqual(bundle.items.map(({ id }) => content.items[next[rowOf.get(id) ?? 0]].id));
    expect(table?.origin).toBe('shop');
    const places = (await bundle.factors())?.blocks[0].values ?? [];
    expect([...places].map(Math.round)).toEqual(bundle.items.map(({ id }) => rowOf.get(id)));
    const choices = (await bundle.demand())?.choices ?? [];
    expect([...choices].map(Math.round)).toEqual(bundle.items.map(({ id }) => rowOf.get(id)));
  });

  it('is written with one manifest, after its files, and stays where nothing takes its place', async () => {
    const { manifest, sink } = await written();
    const names: string[] = [];
    const noting = async (name: string, bytes: Uint8Array): Promise<void> => {
      names.push(name);
      await sink(name, bytes);
    };
    const both = await addLearned(manifest, { base: base(1), cooccurrence, factors }, noting);
    expect(names.filter((name) => !name.startsWith('manifest-'))).toEqual([
      both.base?.file,
      both.companions?.file,
      both.factors?.file,
      MANIFEST_FILE,
    ]);
    expect(names.at(-1)).toBe(MANIFEST_FILE);
    const other = await addLearned(both, { base: base(2) }, sink);
    expect(other.companions).toEqual(both.companions);
    expect(other.factors).toEqual(both.factors);
    expect(other.base).not.toEqual(both.base);
  });

  it('has no map of the gradients once the base model is another one', async () => {
    const { manifest, sink, fetchFile } = await written();
    const map = {
      blocks: [{ name: 'users 1', width: 1 }],
      eigenvalues: Float32Array.of(2),
      eigenvectors: Float32Array.of(127),
    };
    const mapped = { ...factors, map };
    await expect(addLearned(manifest, { factors: mapped }, sink)).rejects.toMatchObject({ code: 'bundle/invalid' });
    const learned = await addLearned(manifest, { base: base(1), factors: mapped }, sink);
    const factorsNow = async () => (await openBundle(fetchFile)).factors();
    expect(await factorsNow()).toMatchObject(mapped);
    await verifyBundle(learned, fetchFile);
    const other = await addLearned(learned, { base: base(2) }, sink);
    const { map: none, ...others } = (await factorsNow()) ?? {};
    expect(none).toBeUndefined();
    expect(others).toMatchObject(factors);
    await verifyBundle(other, fetchFile);
  });

  it('is refused when its bytes, its description or the number of its items are wrong', async () => {
    const { manifest, sink, fetchFile, files } = await written();
    const learned = await addLearned(manifest, { base: base(1, 2), cooccurrence, factors }, sink);
    files.set(learned.base?.file ?? '', new Uint8Array([1, 3]));
    files.get(learned.companions?.file ?? '')?.fill(0);
    files.get(learned.factors?.file ?? '')?.fill(0);
    const bundle = await openBundle(fetchFile);
    await expect(bundle.factors()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    await expect(bundle.base()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    await expect(bundle.cooccurrence()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    const spoilt = { ...manifest, base: { ...learned.base, config: {} } };
    files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(spoilt)));
    await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/invalid' });
    const three = { ...cooccurrence, count: 3, offsets: Uint32Array.of(0, 1, 2, 2) };
    await expect(addLearned(manifest, { cooccurrence: three }, sink)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining('3 items'),
    });
    const one = { blocks: [{ name: 'users' as const, width: 1, values: Float32Array.of(1) }] };
    await expect(addLearned(manifest, { factors: one }, sink)).rejects.toMatchObject({ code: 'bundle/invalid' });
  });

  it('drops settings that were chosen without a base model when there is one, unless others come with it', async () => {
    const { manifest, sink } = await written();
    const without = await addLearned(manifest, { tuning: { ...TUNING, base: false } }, sink);
    expect(without.tuning).toBeDefined();
    expect((await addLearned(without, { base: base(1) }, sink)).tuning).toBeUndefined();
    const both = await addLearned(without, { base: base(1), tuning: TUNING }, sink);
    expect(both.tuning).toBeDefined();
    expect(both.tuning).not.toEqual(without.tuning);
  });

  it('keeps settings of the learner beside another base model, and finds damaged ones', async () => {
    const { manifest, sink, fetchFile, files } = await written();
    const learned = await addLearned(manifest, { base: base(1), tuning: TUNING }, sink);
    const other = await addLearned(learned, { base: base(2) }, sink);
    expect(other.tuning).toEqual(learned.tuning);
    files.set(other.tuning?.file ?? '', new Uint8Array(other.tuning?.bytes ?? 0));
    const { tuning } = await openBundle(fetchFile);
    for (const reading of [tuning(), verifyBundle(other, fetchFile)]) {
      await expect(reading).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    }
  });
});

describe('a bundle built in the place of another', () => {
  async function rebuilt(change: (content: Awaited<ReturnType<typeof bundleContent>>) => void) {
    const { manifest, sink, content, fetchFile } = await written();
    const learned = await addLearned(manifest, { base: base(1), cooccurrence, factors, demand, tuning: TUNING }, sink);
    const previous = await openBundle(fetchFile);
    const next = structuredClone(content);
    change(next);
    const after = await writeBundle(next, sink, { previous });
    expect((await openBundle(fetchFile)).manifest).toEqual(after);
    const { base: kept, companions, tuning } = after;
    return { base: kept, companions, factors: after.factors, demand: after.demand, tuning, learned };
  }

  it('keeps what was learned when items changed only in what they are like', async () => {
    const kept = await rebuilt(({ items }) => {
      items[1].price = 7;
    });
    expect(kept.base).toEqual(kept.learned.base);
    expect(kept.companions).toEqual(kept.learned.companions);
    expect(kept.factors).toEqual(kept.learned.factors);
    expect(kept.factors).toBeDefined();
    expect(kept.demand).toEqual(kept.learned.demand);
    expect(kept.tuning).toEqual(kept.learned.tuning);
    expect(kept.tuning).toBeDefined();
  });

  it.each<[string, (content: Awaited<ReturnType<typeof bundleContent>>) => void]>([
    ['another order', ({ items }) => void items.reverse()],
    [
      'an item less',
      (content) => {
        content.items.pop();
        const { count, values, scales } = content.features;
        content.features = {
          ...content.features,
          count: count - 1,
          values: values.slice(0, values.length / 2),
          scales: scales.slice(0, scales.length / 2),
        };
      },
    ],
  ])('drops co-occurrence table, factors and demand, and keeps the base model, after %s', async (_, change) => {
    const kept = await rebuilt(change);
    expect(kept.base).toEqual(kept.learned.base);
    expect(kept.tuning).toEqual(kept.learned.tuning);
    expect(kept.companions).toBeUndefined();
    expect(kept.factors).toBeUndefined();
    expect(kept.demand).toBeUndefined();
  });

  it.each<[string, (content: Awaited<ReturnType<typeof bundleContent>>) => void]>([
    ['another encoder', ({ encoders }) => void Object.assign(encoders.image, { digest: 'e'.repeat(64) })],
    ['other taps', ({ encoders }) => void Object.assign(encoders.image, { taps: ['c', 'd', 'x'] })],
    [
      'another width',
      (content) => {
        content.features = createTable({ ...content.features, dim: 2 }, 2);
      },
    ],
    ['another projection', (content) => void Object.assign(content, { projection: new Uint8Array([9]) })],
    ['other texts read', (content) => void Object.assign(content, { text: 'title' })],
  ])('drops base model and factors, and keeps the co-occurrence table, after %s', async (_, change) => {
    const kept = await rebuilt(change);
    expect(kept.base).toBeUndefined();
    // They were chosen beside it.
    expect(kept.tuning).toBeUndefined();
    expect(kept.factors).toBeUndefined();
    expect(kept.companions).toEqual(kept.learned.companions);
  });
});
